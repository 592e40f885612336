namespace Firstlight.Api.Snapshots;

/// <summary>Names of Nova's <c>vendordata_providers</c>.</summary>
internal static class VendorDataProvider
{
    public const string Static = "StaticJSON";
    public const string Dynamic = "DynamicJSON";
}
