using Firstlight.Configuration;
using Firstlight.Metadata.Documents.OpenStack;

namespace Firstlight.Doctor.Documents;

/// <summary>Why a metadata API with these settings fails over vendor data, as far as the operator's file shows it from here.</summary>
internal static class VendorDataCause
{
    /// <summary>One line; null when the file is right, is not set, or is not on this host.</summary>
    public static string? Of(Settings settings)
    {
        if (settings.Api.VendordataJsonfilePath is not { } path) return null;
        try
        {
            return StaticVendorData.Parse(File.ReadAllBytes(path)).Failure is { } failure ? $"the vendor data file {path} is broken: {failure}" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the vendor data file {path} cannot be read: {e.Message}";
        }
    }
}
