using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Tests.Support;

namespace Firstlight.Agent.Tests.Fuzz;

public sealed class DifferentialFuzzTests
{
    private const string Count = "FIRSTLIGHT_FUZZ_INPUTS";
    private const string FirstSeed = "FIRSTLIGHT_FUZZ_SEED";
    private const int ShortRun = 100_000;
    private const int Batch = 10_000;

    [Fact]
    public async Task Engines_make_the_same_of_every_input()
    {
        var (inputs, firstSeed, corpus) = (Number(Count, ShortRun), Number(FirstSeed, 1), Corpus.Read());
        var batches = (inputs + Batch - 1) / Batch;
        var next = 0;
        var begun = Stopwatch.GetTimestamp();
        var tallies = await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(async () =>
        {
            var tally = default(Tally);
            await using var engines = new EnginePair();
            await engines.StartAsync();
            while (Interlocked.Increment(ref next) - 1 is var batch && batch < batches) tally += await CompareAsync(engines, new InputMaker(firstSeed + batch, corpus), firstSeed + batch);
            return tally;
        })));
        var all = tallies.Aggregate(static (sum, tally) => sum + tally);
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{all.Inputs} inputs from seed {firstSeed} in {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s: {all.Answered} with {all.Requests} requests answered the short way, {all.HandedOver} handed over untouched; all compared to the byte, no difference");
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Assert.True(all.Answered > all.Inputs / 3, $"the short way was hardly taken, so little was compared: {line}");
    }

    [Theory]
    [InlineData("GET /openstack HTTP/1.1\r\nHost: m\r\nContent-Length: 41\r\nTransfer-Encoding: c", "hunked\r\n\r\n0\r\nG", "ET /latest/user..-dat", "GET /openstack HTTP/1.1\r\nHost: probe\r\n\r\n")]
    public async Task Differences_that_were_found_once_are_gone(params string[] input)
    {
        await using var engines = new EnginePair();
        await engines.StartAsync();
        IReadOnlyList<ReadOnlyMemory<byte>> pieces = [.. input.Select(static piece => (ReadOnlyMemory<byte>)Encoding.Latin1.GetBytes(piece))];

        Assert.Equal(Text(await engines.KestrelAsync(pieces)), Text(await engines.LeanAsync(engines.Short(pieces), pieces)));
    }

    private static async Task<Tally> CompareAsync(EnginePair engines, InputMaker maker, int seed)
    {
        var tally = default(Tally);
        for (var i = 0; i < Batch; i++)
        {
            var pieces = maker.Next();
            var talk = engines.Short(pieces);
            var isAnswered = talk.Requests > 0;
            tally += new Tally(1, isAnswered ? 1 : 0, talk.Requests, isAnswered ? 0 : 1);
            var lean = await engines.LeanAsync(talk, pieces);
            var kestrel = await engines.KestrelAsync(pieces);
            if (!kestrel.AsSpan().SequenceEqual(lean)) Assert.Fail(Difference(seed, i, pieces, kestrel, lean));
        }

        return tally;
    }

    private static string Difference(int seed, int number, IEnumerable<ReadOnlyMemory<byte>> pieces, byte[] kestrel, byte[] lean) =>
        $"seed {seed}, input {number}\n--- input\n{string.Join("\n--- piece\n", pieces.Select(static piece => Text(piece.ToArray())))}\n--- Kestrel\n{Text(kestrel)}\n--- lean\n{Text(lean)}";

    private static string Text(byte[] bytes) => string.Concat(Encoding.Latin1.GetString(bytes).Select(static c => c is '\n' or (>= ' ' and <= '~') ? c.ToString() : $"\\x{(int)c:x2}"));

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Tally(long Inputs, long Answered, long Requests, long HandedOver)
    {
        public static Tally operator +(Tally a, Tally b) =>
            new(a.Inputs + b.Inputs, a.Answered + b.Answered, a.Requests + b.Requests, a.HandedOver + b.HandedOver);
    }
}
