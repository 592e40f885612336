using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Firstlight.Agent.Listeners;

namespace Firstlight.Agent.Tests.Listeners;

public sealed class ReplayedInputTests
{
    [Fact]
    public async Task However_it_is_read_the_bytes_are_those_received_before_and_those_behind_them()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var all = new byte[random.Next(1, 60_000)];
            random.NextBytes(all);
            var replayed = random.Next(1, all.Length + 1);
            var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
            var input = new ReplayedInput(all[..replayed], pipe.Reader);

            var writing = WriteAsync(pipe.Writer, all.AsMemory(replayed), new Random(seed));
            var read = await ReadAsync(input, random);

            await writing;
            Assert.True(all.AsSpan().SequenceEqual(read), $"seed {seed}");
        }
    }

    [Fact]
    public async Task What_was_received_before_is_there_at_once_and_more_only_when_it_was_looked_at()
    {
        var pipe = new Pipe();
        var input = new ReplayedInput("abc"u8.ToArray(), pipe.Reader);
        await pipe.Writer.WriteAsync("def"u8.ToArray());

        Assert.True(input.TryRead(out var first));
        Assert.Equal("abc", Text(first));
        input.AdvanceTo(first.Buffer.GetPosition(1));
        Assert.Equal("bc", Text(await input.ReadAsync()));
        input.AdvanceTo(first.Buffer.GetPosition(1), first.Buffer.End);
        Assert.True(input.TryRead(out var more));
        Assert.Equal("bcdef", Text(more));
        input.AdvanceTo(more.Buffer.End);
        Assert.False(input.TryRead(out _));
    }

    [Fact]
    public async Task Reader_that_does_not_say_what_it_consumed_gets_it_again()
    {
        var input = new ReplayedInput("abc"u8.ToArray(), new Pipe().Reader);
        await input.ReadAsync();

        input.AdvanceTo(default, default);

        Assert.Equal("abc", Text(await input.ReadAsync()));
    }

    [Fact]
    public async Task Cancelled_read_gives_back_what_is_held()
    {
        var pipe = new Pipe();
        var input = new ReplayedInput("abc"u8.ToArray(), pipe.Reader);
        var first = await input.ReadAsync();
        input.AdvanceTo(first.Buffer.Start, first.Buffer.End);
        var waiting = input.ReadAsync();

        input.CancelPendingRead();

        var cancelled = await waiting;
        Assert.True(cancelled.IsCanceled);
        Assert.Equal("abc", Text(cancelled));
    }

    private static string Text(ReadResult result) => Encoding.ASCII.GetString(result.Buffer.ToArray());

    private static async Task WriteAsync(PipeWriter writer, ReadOnlyMemory<byte> bytes, Random random)
    {
        while (!bytes.IsEmpty)
        {
            var length = Math.Min(bytes.Length, random.Next(1, 30_000));
            await writer.WriteAsync(bytes[..length]);
            bytes = bytes[length..];
            if (random.Next(2) == 0) await Task.Yield();
        }

        await writer.CompleteAsync();
    }

    // Consumes some, looks at some, and now and then wants more than there is, as a parser does.
    private static async Task<byte[]> ReadAsync(ReplayedInput input, Random random)
    {
        using var read = new MemoryStream();
        while (true)
        {
            var result = random.Next(3) == 0 && input.TryRead(out var there) ? there : await input.ReadAsync();
            var buffer = result.Buffer;
            var consumed = buffer.GetPosition(random.Next(4) == 0 ? 0 : random.NextInt64(buffer.Length + 1));
            foreach (var piece in buffer.Slice(0, consumed)) read.Write(piece.Span);
            var isAllConsumed = buffer.Slice(consumed).IsEmpty;
            input.AdvanceTo(consumed, buffer.End);
            if (result.IsCompleted && isAllConsumed) return read.ToArray();
        }
    }
}
