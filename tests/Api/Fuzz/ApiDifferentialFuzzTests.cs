using System.Globalization;
using System.Text;
using Firstlight.Tests.Support;

namespace Firstlight.Api.Tests.Fuzz;

public sealed class ApiDifferentialFuzzTests
{
    private const int ShortRun = 40_000;
    private const int Batch = 10_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Engines_make_the_same_of_every_input(bool isStrict)
    {
        var (inputs, firstSeed, corpus) = (Number("FIRSTLIGHT_FUZZ_INPUTS", ShortRun), Number("FIRSTLIGHT_FUZZ_SEED", 1), Corpus.Read());
        var answered = 0;
        await using var engines = new ApiEnginePair(isStrict);
        await engines.StartAsync();
        for (var batch = 0; batch * Batch < inputs; batch++)
        {
            var maker = new InputMaker(firstSeed + batch, corpus, ApiEnginePair.Signed);
            for (var i = 0; i < Batch; i++)
            {
                var pieces = maker.Next();
                var kestrel = await engines.KestrelAsync(pieces);
                var lean = await engines.LeanAsync(pieces);
                if (!lean.IsHandedOver) answered++;
                if (!kestrel.AsSpan().SequenceEqual(lean.Said)) Assert.Fail(Difference(firstSeed + batch, i, pieces, kestrel, lean.Said));
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{inputs} inputs from seed {firstSeed}: {answered} were answered the short way to their end, all compared to the byte, no difference");
        Assert.True(answered > inputs / 5, $"the short way was hardly taken, so little was compared: {answered} of {inputs}");
    }

    private static string Difference(int seed, int number, IEnumerable<ReadOnlyMemory<byte>> pieces, byte[] kestrel, byte[] lean) =>
        $"seed {seed}, input {number}\n--- input\n{string.Join("\n--- piece\n", pieces.Select(static piece => Text(piece.ToArray())))}\n--- Kestrel\n{Text(kestrel)}\n--- lean\n{Text(lean)}";

    private static string Text(byte[] bytes) => string.Concat(Encoding.Latin1.GetString(bytes).Select(static c => c is '\n' or (>= ' ' and <= '~') ? c.ToString() : $"\\x{(int)c:x2}"));

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
