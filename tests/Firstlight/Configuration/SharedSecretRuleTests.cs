using Firstlight.Configuration;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Configuration;

public sealed class SharedSecretRuleTests : IDisposable
{
    private const string Both = "[DEFAULT]\nmetadata_proxy_shared_secret = agents\n[neutron]\nmetadata_proxy_shared_secret = apis";
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private ConfigSources Sources(string text, ProgramRole role) => new()
    {
        Role = role,
        Files = [_directory.Write("f.conf", $"[DEFAULT]\nstate_path = {_directory.Path}\n{text}")],
        MayGenerateSecret = true,
    };

    private string Secret(string text, ProgramRole role) => Settings.Load(Sources(text, role)).SharedSecret.Reveal();

    private string Mistake(string text, ProgramRole role) => Assert.Single(Assert.Throws<ConfigurationException>(() => Secret(text, role)).Lines);

    [Fact]
    public void The_agent_takes_its_own_and_the_api_its_own()
    {
        Assert.Equal("agents", Secret(Both, ProgramRole.HostAgent));
        Assert.Equal("apis", Secret(Both, ProgramRole.MetadataApi));
        Assert.Equal("agents", Secret(Both, ProgramRole.Commands));
    }

    [Fact]
    public void Either_falls_back_to_the_other()
    {
        Assert.Equal("apis", Secret("[neutron]\nmetadata_proxy_shared_secret = apis", ProgramRole.HostAgent));
        Assert.Equal("agents", Secret("[DEFAULT]\nmetadata_proxy_shared_secret = agents", ProgramRole.MetadataApi));
    }

    [Fact]
    public void Two_different_secrets_in_one_process_are_refused_and_two_equal_ones_are_not()
    {
        var line = Mistake(Both, ProgramRole.Standalone);

        Assert.Contains("differs", line, StringComparison.Ordinal);
        Assert.DoesNotContain("agents", line, StringComparison.Ordinal);
        Assert.Equal("agents", Secret(Both.Replace("apis", "agents", StringComparison.Ordinal), ProgramRole.Standalone));
    }

    [Theory]
    [InlineData(ProgramRole.MetadataApi)]
    [InlineData(ProgramRole.HostAgent)]
    public void A_half_alone_without_a_secret_is_refused_unless_strict(object role)
    {
        Assert.Contains("must not be empty", Mistake("", (ProgramRole)role), StringComparison.Ordinal);
        Assert.Equal("", Secret("[firstlight]\nstrict_nova = true", (ProgramRole)role));
    }

    [Fact]
    public void Standalone_makes_a_secret_once_for_its_owner_only_and_verbs_find_it()
    {
        var first = Secret("", ProgramRole.Standalone);
        var file = Path.Combine(_directory.Path, "shared-secret");

        Assert.Equal(64, first.Length);
        Assert.Equal(first, Secret("", ProgramRole.Standalone));
        Assert.Equal(first, Secret("", ProgramRole.Commands));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(2, Directory.GetFiles(_directory.Path).Length);
    }

    [Fact]
    public void A_check_makes_no_secret_and_neither_does_a_start_that_fails()
    {
        _ = Settings.Load(Sources("", ProgramRole.Standalone) with { MayGenerateSecret = false });
        Assert.Throws<ConfigurationException>(() => Secret("[firstlight]\nlog_format = xml", ProgramRole.Standalone));

        Assert.False(File.Exists(Path.Combine(_directory.Path, "shared-secret")));
    }

    [Theory]
    [InlineData("HostAgent")]
    [InlineData("Standalone")]
    public void Networks_are_brought_up_and_taken_away_without_a_secret(string role)
    {
        var settings = Settings.Load(Sources("", Enum.Parse<ProgramRole>(role)) with { MayGenerateSecret = false, Answers = false });

        Assert.Empty(settings.SharedSecret.Reveal());
        Assert.False(File.Exists(Path.Combine(_directory.Path, "shared-secret")));
    }

    [Fact]
    public void A_secret_may_stand_in_a_file_of_its_own()
    {
        var file = _directory.Write("secret", " se cret \n\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        var settings = Settings.Load(Sources($"[firstlight]\nmetadata_proxy_shared_secret_file = {file}", ProgramRole.MetadataApi));

        Assert.Equal(" se cret ", settings.SharedSecret.Reveal());
        Assert.Empty(settings.Warnings);
    }

    [Fact]
    public void A_secret_file_everyone_can_read_is_warned_of()
    {
        var file = _directory.Write("secret", "s");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var warnings = Settings.Load(Sources($"[firstlight]\nmetadata_proxy_shared_secret_file = {file}", ProgramRole.HostAgent)).Warnings;

        Assert.Contains("0600", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_file_that_is_missing_empty_or_a_second_secret_is_refused()
    {
        Assert.Contains("cannot be read", Mistake("[firstlight]\nmetadata_proxy_shared_secret_file = /nonexistent/s", ProgramRole.HostAgent), StringComparison.Ordinal);
        Assert.Contains("is empty", Mistake($"[firstlight]\nmetadata_proxy_shared_secret_file = {_directory.Write("e", "\n")}", ProgramRole.HostAgent), StringComparison.Ordinal);
        Assert.Contains("keep one", Mistake($"{Both}\n[firstlight]\nmetadata_proxy_shared_secret_file = /x", ProgramRole.HostAgent), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("= \"quo#te;d%=\"", "quo#te;d%=")]
    [InlineData("= a$$b", "a$b")]
    [InlineData("= a\\$b", "a$b")]
    [InlineData("= one\n  two", "one\ntwo")]
    [InlineData("= first\nmetadata_proxy_shared_secret = last", "last")]
    [InlineData(": clé-密钥", "clé-密钥")]
    public void A_secret_reads_as_oslo_reads_it(string written, string expected) =>
        Assert.Equal(expected, Secret($"metadata_proxy_shared_secret {written}", ProgramRole.HostAgent));

    [Fact]
    public void Printing_settings_or_the_configuration_never_shows_a_secret()
    {
        var sources = Sources("metadata_proxy_shared_secret = geheim\n[api_database]\nconnection = mysql://nova:geheim@db/nova_api\n", ProgramRole.HostAgent);
        var output = new StringWriter();
        ConfigPrinter.Print(sources, output);

        Assert.DoesNotContain("geheim", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("metadata_proxy_shared_secret = ****", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("connection = mysql://nova:****@db/nova_api", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", Settings.Load(sources).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_printed_configuration_reads_back_the_same()
    {
        var sources = Sources("metadata_proxy_shared_secret = x\ndns_domain = a$$b\n[api]\ndhcp_domain = \" \"\nvendordata_jsonfile_path =\n", ProgramRole.HostAgent);
        var output = new StringWriter();
        ConfigPrinter.Print(sources, output);
        var printed = output.ToString();

        var again = Settings.Load(sources with { Files = [_directory.Write("again.conf", printed)] });
        Assert.Equal(("a$b", " ", Secret_Mask), (again.Dhcp.DnsDomain, again.Api.DhcpDomain, again.SharedSecret.Reveal()));
    }

    private const string Secret_Mask = Firstlight.Configuration.Secret.Mask;
}
