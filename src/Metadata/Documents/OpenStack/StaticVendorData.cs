namespace Firstlight.Metadata.Documents.OpenStack;

/// <summary>The operator's vendor data: the content of <c>vendordata_jsonfile_path</c>, or why it cannot be used.</summary>
public sealed class StaticVendorData
{
    private StaticVendorData(byte[]? json, string? failure)
    {
        Json = json;
        Failure = failure;
    }

    /// <summary>No file is configured: the document is <c>{}</c>.</summary>
    public static StaticVendorData None { get; } = new("{}"u8.ToArray(), null);

    /// <summary>Why the file cannot be used, null when it can.</summary>
    public string? Failure { get; }

    /// <summary>The value in Python's spelling; null after a failure.</summary>
    internal byte[]? Json { get; }

    /// <summary>Takes the content of the file.</summary>
    /// <param name="utf8">Any JSON value.</param>
    public static StaticVendorData Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var json = new PythonJson(utf8.Length);
            json.Value(PythonJsonReader.Read(utf8));
            return new StaticVendorData(json.ToArray(), null);
        }
        catch (FormatException e)
        {
            return Failed(e.Message);
        }
    }

    /// <summary>Says that the file could not be read.</summary>
    /// <param name="reason">Short and without secrets; it is logged.</param>
    public static StaticVendorData Failed(string reason) => new(null, reason);
}
