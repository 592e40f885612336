using Firstlight.Inventory.Nova;

namespace Firstlight.Inventory.Tests.Nova;

public sealed class CircuitTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void After_a_failure_nobody_tries_for_a_while_and_then_one_does()
    {
        var circuit = new Circuit(TimeSpan.FromSeconds(3), _clock);
        Assert.True(circuit.TryEnter(out _));
        Assert.True(circuit.Failed("no route"));

        Assert.False(circuit.TryEnter(out var reason));
        Assert.Equal("no route", reason);
        _clock.Now += 3;
        Assert.True(circuit.TryEnter(out _));
        Assert.False(circuit.TryEnter(out _));

        Assert.False(circuit.Failed("still no route"));
        Assert.False(circuit.TryEnter(out _));
        _clock.Now += 3;
        Assert.True(circuit.TryEnter(out _));
        Assert.True(circuit.Succeeded());
        Assert.True(circuit.TryEnter(out _));
        Assert.True(circuit.TryEnter(out _));
    }

    [Fact]
    public void An_attempt_given_up_lets_the_next_one_try()
    {
        var circuit = new Circuit(TimeSpan.FromSeconds(3), _clock);
        circuit.Failed("down");
        _clock.Now += 3;
        Assert.True(circuit.TryEnter(out _));

        circuit.Abandoned();

        Assert.True(circuit.TryEnter(out _));
    }

    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Now;
    }
}
