using System.Text.Json.Nodes;
using Firstlight.Api.Tests.Support;
using Firstlight.Inventory.Neutron.Keystone;

namespace Firstlight.Inventory.Tests.Neutron;

public sealed class KeystoneSessionTests : IAsyncLifetime
{
    private StubKeystone _keystone = null!;

    public async ValueTask InitializeAsync() => _keystone = await StubKeystone.StartAsync();

    public ValueTask DisposeAsync() => _keystone.DisposeAsync();

    [Theory]
    [InlineData("/identity")]
    [InlineData("/identity/")]
    [InlineData("/identity/v3")]
    [InlineData("/identity/v3/")]
    public async Task The_address_may_name_the_version_or_not(string path)
    {
        using var session = Session(_keystone.Account with { AuthUrl = _keystone.Peer.Address(path) });
        Assert.Equal("token-1", (await session.TokenAsync(CancellationToken.None)).Value);
    }

    [Fact]
    public async Task A_password_is_sent_with_names_and_their_domains()
    {
        await SentAsync(
            _keystone.Account,
            """{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"nova","domain":{"name":"Default"},"password":"pässword"}}},"scope":{"project":{"name":"service","domain":{"id":"default"}}}}}""");
    }

    [Fact]
    public async Task Ids_need_no_domain()
    {
        await SentAsync(
            _keystone.Account with { User = new KeystoneName(Id: "u1"), Project = new KeystoneName(Id: "p1") },
            """{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pässword"}}},"scope":{"project":{"id":"p1"}}}}""");
    }

    [Fact]
    public async Task A_system_scope_needs_no_project()
    {
        await SentAsync(
            _keystone.Account with { Project = new KeystoneName(), SystemScope = "all" },
            """{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"nova","domain":{"name":"Default"},"password":"pässword"}}},"scope":{"system":{"all":true}}}}""");
    }

    [Fact]
    public async Task An_application_credential_brings_its_own_scope()
    {
        var account = new KeystoneOptions
        {
            Method = KeystoneMethod.ApplicationCredential, AuthUrl = _keystone.Peer.Address("/identity"), ApplicationCredential = new KeystoneName(Id: "c1"), ApplicationCredentialSecret = StubKeystone.Password,
        };
        await SentAsync(account, """{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"id":"c1","secret":"pässword"}}}}""");
        _keystone.Peer.Received.Clear();
        await SentAsync(
            account with { ApplicationCredential = new KeystoneName("mine"), User = new KeystoneName("nova", DomainId: "default") },
            """{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"name":"mine","user":{"name":"nova","domain":{"id":"default"}},"secret":"pässword"}}}}""");
    }

    [Fact]
    public async Task Without_authentication_nobody_is_asked()
    {
        using var session = Session(new KeystoneOptions { Method = KeystoneMethod.None });
        Assert.Equal("notused", (await session.TokenAsync(CancellationToken.None)).Value);
    }

    [Fact]
    public async Task Many_who_need_a_token_at_once_share_one()
    {
        using var session = Session(_keystone.Account);
        var tokens = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => session.TokenAsync(CancellationToken.None).AsTask()));
        Assert.All(tokens, token => Assert.Equal("token-1", token.Value));
    }

    [Fact]
    public async Task A_token_about_to_expire_is_renewed()
    {
        _keystone.Lifetime = TimeSpan.FromSeconds(90);
        using var session = Session(_keystone.Account);
        await session.TokenAsync(CancellationToken.None);
        Assert.Equal("token-2", (await session.TokenAsync(CancellationToken.None)).Value);
    }

    [Fact]
    public async Task A_token_is_used_to_its_end_while_Keystone_is_away_which_is_asked_but_now_and_then()
    {
        var time = new ManualTime();
        _keystone.Clock = time;
        using var session = new KeystoneSession(_keystone.Account, time);
        await session.TokenAsync(CancellationToken.None);

        var answer = _keystone.Peer.Answer;
        _keystone.Peer.Answer = (context, _) => Task.Run(() => context.Response.StatusCode = 500);
        time.Advance(TimeSpan.FromMinutes(58.5));
        for (var i = 0; i < 5; i++) Assert.Equal("token-1", (await session.TokenAsync(CancellationToken.None)).Value);
        Assert.Equal(2, _keystone.Peer.Received.Count);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("token-1", (await session.TokenAsync(CancellationToken.None)).Value);
        Assert.Equal(3, _keystone.Peer.Received.Count);

        time.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<InventoryUnavailableException>(() => session.TokenAsync(CancellationToken.None).AsTask());
        _keystone.Peer.Answer = answer;
        Assert.Equal("token-2", (await session.TokenAsync(CancellationToken.None)).Value);
    }

    [Fact]
    public async Task A_token_names_its_project_and_the_roles_of_its_account()
    {
        _keystone.Project = "p1";
        _keystone.Roles = ["service", "reader"];
        using var session = Session(_keystone.Account);
        var token = await session.TokenAsync(CancellationToken.None);
        Assert.Equal("p1", token.ProjectId);
        Assert.Equal(["service", "reader"], token.Roles);
    }

    [Fact]
    public async Task A_refused_account_is_named_and_its_password_is_not()
    {
        using var session = Session(_keystone.Account with { Password = "wrong-password" });
        var failure = await Assert.ThrowsAsync<InventoryUnavailableException>(() => session.TokenAsync(CancellationToken.None).AsTask());
        Assert.Contains("answers 401 to Password of nova", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", (_keystone.Account with { Password = "wrong-password" }).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_Keystone_is_given_up()
    {
        _keystone.Peer.Answer = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var session = Session(_keystone.Account with { Timeout = TimeSpan.FromMilliseconds(200) });
        var failure = await Assert.ThrowsAsync<InventoryUnavailableException>(() => session.TokenAsync(CancellationToken.None).AsTask());
        Assert.EndsWith("does not answer within 0.2 s", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KeystoneMethod.Password, "auth_url")]
    [InlineData(KeystoneMethod.ApplicationCredential, "application_credential_id")]
    public void What_is_missing_is_named(KeystoneMethod method, string option)
    {
        var account = new KeystoneOptions { Method = method, AuthUrl = method == KeystoneMethod.Password ? null : _keystone.Peer.Address() };
        Assert.Contains(option, Assert.Throws<ArgumentException>(() => Session(account)).Message, StringComparison.Ordinal);
    }

    private static KeystoneSession Session(KeystoneOptions account) => new(account, TimeProvider.System);

    private async Task SentAsync(KeystoneOptions account, string body)
    {
        using var session = Session(account);
        await session.TokenAsync(CancellationToken.None);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), JsonNode.Parse(_keystone.Peer.Received.Single().Body)), _keystone.Peer.Received.Single().Body);
    }
}
