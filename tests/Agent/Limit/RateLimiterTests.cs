using System.Net;
using Firstlight.Agent.Limit;
using Firstlight.Agent.Tests.Support;
using Firstlight.Inventory;

namespace Firstlight.Agent.Tests.Limit;

public sealed class RateLimiterTests : IDisposable
{
    private static readonly Scope Here = TestAgent.Network("here");
    private static readonly Scope There = TestAgent.Network("there");
    private static readonly IPAddress Guest = IPAddress.Parse("10.0.0.5");
    private readonly ManualTime _time = new();
    private readonly RateLimiter _limiter;

    public RateLimiterTests() => _limiter = Limiter(new RateLimitOptions { BaseLimit = 4, BaseWindow = TimeSpan.FromSeconds(20), BurstLimit = 2, BurstWindow = TimeSpan.FromSeconds(2), LimitsIPv6 = true });

    public void Dispose() => _limiter.Dispose();

    [Fact]
    public void As_many_requests_as_the_limit_pass_and_no_more()
    {
        using var limiter = Limiter(new RateLimitOptions());

        Assert.Equal("..........xx", Ask(limiter, 12));
    }

    [Fact]
    public void Either_limit_refuses()
    {
        Assert.Equal("..x", Ask(_limiter, 3));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(".xx", Ask(_limiter, 3));
    }

    [Fact]
    public void Guest_that_goes_on_asking_stays_refused()
    {
        using var limiter = Limiter(new RateLimitOptions { BaseLimit = 2, BaseWindow = TimeSpan.FromSeconds(2), BurstLimit = 100 });
        Assert.Equal("..", Ask(limiter, 2));
        for (var i = 0; i < 40; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            Assert.Equal("x", Ask(limiter, 1));
        }
    }

    [Fact]
    public void Window_slides()
    {
        using var limiter = Limiter(new RateLimitOptions { BaseLimit = 10, BurstLimit = 10, BurstWindow = TimeSpan.FromSeconds(20) });
        Assert.Equal("..........", Ask(limiter, 10));

        // Two fifths of the first window are still seen: 4 of its 10, so 6 more pass. The other window has seen them all.
        using var single = Limiter(new RateLimitOptions { BaseLimit = 10, BurstLimit = 100 });
        Ask(single, 10);
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Ask(single, 1);
        _time.Advance(TimeSpan.FromSeconds(6.1));
        Assert.Equal("......x", Ask(single, 7));
        Assert.Equal("x", Ask(limiter, 1));
    }

    [Fact]
    public void Silent_guest_starts_anew_after_the_larger_window()
    {
        Assert.Equal("..x", Ask(_limiter, 3));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("..x", Ask(_limiter, 3));
    }

    [Fact]
    public void Same_address_in_two_networks_is_two_guests()
    {
        Assert.Equal("..x", Ask(_limiter, 3));
        Assert.True(_limiter.Admits(There, Guest));
        Assert.True(_limiter.Admits(Here with { Kind = ScopeKind.Router }, Guest));
    }

    [Fact]
    public void Mapped_address_is_the_ipv4_guest_and_a_zone_is_not_part_of_an_address()
    {
        Assert.Equal("..x", Ask(_limiter, 3));
        Assert.False(_limiter.Admits(Here, Guest.MapToIPv6()));

        var local = IPAddress.Parse("fe80::1");
        Assert.True(_limiter.Admits(Here, local));
        Assert.True(_limiter.Admits(Here, IPAddress.Parse("fe80::1%7")));
        Assert.False(_limiter.Admits(Here, local));
        Assert.True(_limiter.Admits(Here, IPAddress.Parse("fe80::2")));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Only_the_named_ip_versions_are_limited(bool four, bool six)
    {
        using var limiter = Limiter(new RateLimitOptions { BaseLimit = 0, LimitsIPv4 = four, LimitsIPv6 = six });

        Assert.Equal(!four, limiter.Admits(Here, Guest));
        Assert.Equal(!four, limiter.Admits(Here, Guest.MapToIPv6()));
        Assert.Equal(!six, limiter.Admits(Here, IPAddress.Parse("2001:db8::5")));
    }

    [Fact]
    public void Flood_of_addresses_in_one_network_forgets_nobody_in_another()
    {
        for (var i = 0; i < 2; i++) _limiter.Admits(There, Guest);
        Assert.Equal("..", Ask(_limiter, 2));

        for (var i = 0; i < RateLimiter.MaxOfScope; i++) Assert.True(_limiter.Admits(Here, Flooding(i)));

        Assert.Equal(RateLimiter.MaxOfScope + 1, _limiter.Count);
        Assert.False(_limiter.Admits(There, Guest));
        Assert.Equal(".", Ask(_limiter, 1));
    }

    [Fact]
    public void Flood_of_many_networks_stays_within_the_memory_for_all_and_spares_the_quiet_ones()
    {
        for (var i = 0; i < 2; i++) _limiter.Admits(There, Guest);
        for (var network = 0; network < 25; network++)
        {
            var scope = TestAgent.Network($"flood-{network}");
            for (var i = 0; i < RateLimiter.MaxOfScope; i++) _limiter.Admits(scope, Flooding(i));
        }

        Assert.InRange(_limiter.Count, RateLimiter.MaxInAll * 9 / 10, RateLimiter.MaxInAll);
        Assert.False(_limiter.Admits(There, Guest));
    }

    [Fact]
    public void Silent_guests_are_forgotten()
    {
        for (var i = 0; i < 100; i++) _limiter.Admits(i % 2 == 0 ? Here : There, Flooding(i));
        _time.Advance(TimeSpan.FromSeconds(10));
        _limiter.Admits(Here, Guest);
        Assert.Equal(101, _limiter.Count);

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, _limiter.Count);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, _limiter.Count);

        Assert.Equal("..x", Ask(_limiter, 3));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, _limiter.Count);
    }

    [Fact]
    public void Known_guest_costs_no_memory()
    {
        _limiter.Admits(Here, Guest);
        var v6 = IPAddress.Parse("2001:db8::5");
        _limiter.Admits(Here, v6);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            _limiter.Admits(Here, Guest);
            _limiter.Admits(Here, v6);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Many_threads_are_counted_right()
    {
        using var limiter = Limiter(new RateLimitOptions { BaseLimit = 1000, BurstLimit = 2000 });
        var admitted = 0;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                if (limiter.Admits(Here, Guest)) Interlocked.Increment(ref admitted);
            }
        })));

        Assert.Equal(1000, admitted);
    }

    private static IPAddress Flooding(int i) => new([10, 1, (byte)(i >> 8), (byte)i]);

    private static string Ask(RateLimiter limiter, int times) => string.Concat(Enumerable.Range(0, times).Select(_ => limiter.Admits(Here, Guest) ? '.' : 'x'));

    private RateLimiter Limiter(RateLimitOptions options) => new(options, _time);
}
