using System.Text;

namespace Firstlight.Cli.Output;

/// <summary>Bytes to where text goes.</summary>
internal static class RawOutput
{
    /// <summary>Writes bytes as they are to standard output; to any other writer as UTF-8 text.</summary>
    public static async Task WriteAsync(TextWriter output, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (output == Console.Out)
        {
            await output.FlushAsync(cancellationToken);
            await using var raw = Console.OpenStandardOutput();
            await raw.WriteAsync(bytes, cancellationToken);
        }
        else
        {
            await output.WriteAsync(Encoding.UTF8.GetString(bytes.Span).AsMemory(), cancellationToken);
        }
    }
}
