using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Firstlight.Api.Listen;

/// <summary>Lets a request line with an escaped NUL reach the application, for <c>strict_nova</c>: Kestrel would answer 400, Nova says 404.</summary>
/// <remarks><c>%00</c> becomes <c>%01</c> on its way in: no path has either, so both lead to the same answer.</remarks>
internal static class NulInTarget
{
    /// <summary>A connection middleware.</summary>
    public static ConnectionDelegate Use(ConnectionDelegate next) => connection =>
    {
        connection.Transport = new Transport(new Reader(connection.Transport.Input), connection.Transport.Output);
        return next(connection);
    };

    /// <summary>Replaces the last digit of each <c>%00</c> in lines that end with a protocol version, in place.</summary>
    internal static void Replace(ReadOnlySequence<byte> bytes)
    {
        var reader = new SequenceReader<byte>(bytes);
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            if (!IsRequestLine(line)) continue;
            var target = new SequenceReader<byte>(line);
            while (target.TryReadTo(out ReadOnlySequence<byte> _, "%00"u8)) Write(line.Slice(target.Consumed - 1, 1), (byte)'1');
        }
    }

    private static bool IsRequestLine(ReadOnlySequence<byte> line)
    {
        const int length = 10; // " HTTP/1.1" and a carriage return.
        if (line.Length <= length) return false;
        Span<byte> end = stackalloc byte[length];
        line.Slice(line.Length - length).CopyTo(end);
        return end.StartsWith(" HTTP/1."u8);
    }

    // The memory is the transport's own buffer, which nobody else reads before us.
    private static void Write(ReadOnlySequence<byte> one, byte value)
    {
        foreach (var memory in one) MemoryMarshal.AsMemory(memory).Span.Fill(value);
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Reader(PipeReader inner) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await inner.ReadAsync(cancellationToken);
            Replace(result.Buffer);
            return result;
        }

        public override bool TryRead(out ReadResult result)
        {
            if (!inner.TryRead(out result)) return false;
            Replace(result.Buffer);
            return true;
        }
    }
}
