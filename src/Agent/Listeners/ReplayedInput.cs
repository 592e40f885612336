using System.Buffers;
using System.IO.Pipelines;

namespace Firstlight.Agent.Listeners;

/// <summary>The input of a connection with bytes in front of it that were received before anybody read from here.</summary>
/// <remarks>
/// As long as not all of those were consumed, what comes behind them is copied to them, a piece for each read that asks for more; how much that can become is
/// bounded by the reader, which refuses headers that are too long. From then on reads go straight through.
/// </remarks>
internal sealed class ReplayedInput(byte[] replay, PipeReader inner) : PipeReader
{
    private const int Piece = 16 * 1024;
    private byte[] _held = replay;
    private int _start;
    private int _end = replay.Length;
    private ReadOnlySequence<byte> _lent;
    private bool _wantsMore;
    private bool _innerEnded;

    private bool PassesThrough => _start == _end;

    private ReadResult Held => new(_lent = new(_held, _start, _end - _start), isCanceled: false, isCompleted: _innerEnded);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (PassesThrough) return inner.ReadAsync(cancellationToken);
        return _wantsMore && !_innerEnded ? ReadMoreAsync(cancellationToken) : new(Held);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (PassesThrough) return inner.TryRead(out result);
        if (_wantsMore && !_innerEnded)
        {
            if (!inner.TryRead(out result)) return false;
            result = Join(result);
            return true;
        }

        result = Held;
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (PassesThrough)
        {
            inner.AdvanceTo(consumed, examined);
            return;
        }

        _wantsMore = _lent.Slice(OrStart(examined)).IsEmpty;
        _start += (int)_lent.Slice(_lent.Start, OrStart(consumed)).Length;
        if (PassesThrough) _held = [];
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    // A reader that threw half-way may not have got as far as saying what it consumed: nothing then, as a pipe takes it.
    private SequencePosition OrStart(SequencePosition position) => position.GetObject() is null ? _lent.Start : position;

    private async ValueTask<ReadResult> ReadMoreAsync(CancellationToken cancellationToken) => Join(await inner.ReadAsync(cancellationToken));

    private ReadResult Join(in ReadResult more)
    {
        var piece = more.Buffer.Slice(0, Math.Min(more.Buffer.Length, Piece));
        Append(piece);
        _innerEnded = more.IsCompleted && piece.Length == more.Buffer.Length;
        inner.AdvanceTo(piece.End);
        return new(Held.Buffer, more.IsCanceled, _innerEnded);
    }

    private void Append(in ReadOnlySequence<byte> piece)
    {
        var length = _end - _start;
        if (_end + piece.Length > _held.Length)
        {
            var larger = new byte[Math.Max(2 * length, length + (int)piece.Length)];
            _held.AsSpan(_start, length).CopyTo(larger);
            (_held, _start, _end) = (larger, 0, length);
        }

        piece.CopyTo(_held.AsSpan(_end));
        _end += (int)piece.Length;
    }
}

/// <summary>A transport whose input begins with bytes that were received before.</summary>
internal sealed class ReplayedTransport(IDuplexPipe inner, byte[] replay) : IDuplexPipe
{
    public PipeReader Input { get; } = new ReplayedInput(replay, inner.Input);

    public PipeWriter Output => inner.Output;
}
