using System.Globalization;
using System.Text;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.CommandLine;

/// <summary>What <c>./bench --help</c> says.</summary>
internal static class Help
{
    public static string Text()
    {
        var text = new StringBuilder("""
            Firstlight measured beside its peers, in the same run. As root: it makes network namespaces.

              ./bench [SCENARIO…] [--quick] [--rounds N] [--peers A,B]     path, if none is named
              ./bench all [--quick]                                        every scenario, one after the other
              ./bench page                                                 writes the pages again from benchmarks/results

            Scenarios, and the minutes they take, in full and quick:


            """);
        foreach (var s in ScenarioList.All) Line($"  {s.Name,-9} {Minutes(s.Minutes.Full),4} {Minutes(s.Minutes.Quick),4}  {s.What}");
        Line($"  {"all",-9} {Minutes(ScenarioList.All.Sum(s => s.Minutes.Full)),4} {Minutes(ScenarioList.All.Sum(s => s.Minutes.Quick)),4}");
        return text.Append("""

            A full run with all peers is kept: benchmarks/results (every round), benchmarks/README.md (tables and plots), and the figures in README.md.
            A quick one only prints, and leaves its figures and plots under artifacts/bench. Ctrl-C ends a run and takes away what it made.

              ./bench --quick                        half a minute: is it still as fast as it was?
              ./bench path --peers firstlight,nginx  only these two
              ./bench boot scale                     two of them, for the record
              ./bench scale --peers networks --sizes 1,4000    one axis, at these sizes
              ./bench guard                          compares with the kept result; exit code 1 where something is lost
              ./bench guard --record --rounds 24     measures the result to compare with; many rounds, since all later ones are held to it
              ./bench guard --against FILE           compares with another result
              ./bench guard --slowed                 must fail: our own program with its compiler's optimisations off

            """).ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Minutes(double minutes) => minutes.ToString(minutes < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
