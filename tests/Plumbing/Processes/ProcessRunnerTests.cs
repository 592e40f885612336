using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Tests.Processes;

public sealed class ProcessRunnerTests
{
    private readonly ProcessRunner _runner = new(TimeSpan.FromSeconds(20), TimeProvider.System);

    [Fact]
    public async Task Input_and_large_output_pass_without_a_jam()
    {
        var text = new string('x', 1_000_000);

        Assert.Equal(text, await _runner.RunAsync(new ProcessCall("copying", "cat", [], text), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Arguments_are_never_split_or_expanded() =>
        Assert.Equal("a b|$HOME|*", await _runner.RunAsync(new ProcessCall("printing", "printf", ["%s|%s|%s", "a b", "$HOME", "*"]), TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_failure_says_what_was_attempted_and_what_the_program_said()
    {
        var e = await Assert.ThrowsAsync<ProcessFailedException>(() =>
            _runner.RunAsync(new ProcessCall("reading nothing", "cat", ["/does/not/exist"]), TestContext.Current.CancellationToken));

        Assert.Equal(1, e.ExitCode);
        Assert.StartsWith("reading nothing: cat exited 1: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("/does/not/exist", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_line_of_a_batch_is_named()
    {
        var e = await Assert.ThrowsAsync<ProcessFailedException>(() =>
            new IpTool(new Hand(_runner)).RunAsync(networkNamespace: null, ["link show dev lo", "link show dev nothing-here"], TestContext.Current.CancellationToken));

        Assert.EndsWith("(ip link show dev nothing-here)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended_at_its_deadline()
    {
        var runner = new ProcessRunner(TimeSpan.FromMilliseconds(200), TimeProvider.System);

        var e = await Assert.ThrowsAsync<ProcessFailedException>(() => runner.RunAsync(new ProcessCall("waiting", "sleep", ["600"]), TestContext.Current.CancellationToken));

        Assert.Null(e.ExitCode);
        Assert.Contains("did not end within", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_program_is_told_as_missing()
    {
        var e = await Assert.ThrowsAsync<ProcessFailedException>(() => _runner.RunAsync(new ProcessCall("trying", "no-such-program", []), TestContext.Current.CancellationToken));

        Assert.Equal("trying: no-such-program is missing", e.Message);
    }
}
