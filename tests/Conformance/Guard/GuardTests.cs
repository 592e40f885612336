using Firstlight.System.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Guard;

/// <summary>No one else may be at work while the guard measures.</summary>
[CollectionDefinition(nameof(GuardTests), DisableParallelization = true)]
public sealed class GuardCollection;

/// <summary><c>./bench guard</c>: the speed that was measured is still there, and its loss would be noticed.</summary>
[Collection(nameof(GuardTests))]
public sealed class GuardTests
{
    // Its own build, and both halves measured twice on a busy machine.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);
    private static readonly string Bench = Path.Combine(Repository.Root, "bench");

    [Fact]
    public async Task Nothing_that_matters_became_slower_than_the_kept_result()
    {
        var ended = await Run.ProgramAsync(Longest, Bench, "guard");

        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Contains("| path closed |", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_whose_compiler_does_not_optimise_is_found_to_be_slower()
    {
        var ended = await Run.ProgramAsync(Longest, Bench, "guard", "--slowed", "--quick");

        Assert.True(ended.ExitCode == 1, ended.ToString());
        Assert.Contains("slower than what was kept: ", ended.Error, StringComparison.Ordinal);
    }
}
