using System.Collections.Immutable;
using System.Security.Cryptography;
using Firstlight.Api;
using Firstlight.Cli;
using Firstlight.Configuration;
using Firstlight.Inventory;
using Firstlight.Metadata.ConfigDrive;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.OpenStack;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>The files of a server's config drive, as the metadata API of the same settings would tell them.</summary>
/// <param name="settings">Read as those of an API.</param>
/// <param name="source">Where facts come from, security groups among them.</param>
/// <param name="loggers">What services of vendor data do wrong is logged.</param>
internal sealed class ConfigDriveContent(Settings settings, IInstanceSource source, ILoggerFactory loggers)
{
    private const string DynamicDocument = "/openstack/latest/vendor_data2.json";

    /// <summary>Gathers and renders.</summary>
    /// <exception cref="ProgramEndException">The server is gone, or something of the drive cannot be told.</exception>
    public async Task<ImmutableArray<DriveFile>> OfAsync(InstanceId id, CancellationToken cancellationToken)
    {
        var instance = await source.FindAsync(id, cancellationToken) ?? throw new ProgramEndException(ExitCodes.Refused, $"server {id} was deleted meanwhile");
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var dynamic = await DynamicVendorDataAsync(instance, cancellationToken);
        var snapshot = new Snapshot(instance, SnapshotSettings(dynamic is not null), await VendorDataAsync(cancellationToken), clientAddress: null, today);
        try
        {
            return ConfigDriveFiles.Of(snapshot, new ConfigDriveOptions { SkippedVersions = settings.ConfigDrive.SkippedVersions, DynamicVendorData = dynamic });
        }
        catch (ConfigDriveException e)
        {
            throw new ProgramEndException(ExitCodes.Refused, $"no config drive of {id}: {e.Message}", e);
        }
    }

    private SnapshotSettings SnapshotSettings(bool hasDynamicVendorData)
    {
        var defaults = new SnapshotSettings();
        return defaults with
        {
            DhcpDomain = settings.Api.DhcpDomain,
            NewestVersion = settings.Api.NewestVersion ?? defaults.NewestVersion,
            VendorDataProviders = settings.Api.VendordataProviders,
            StrictNova = settings.StrictNova,
            HasDynamicVendorData = hasDynamicVendorData,
        };
    }

    private async Task<StaticVendorData> VendorDataAsync(CancellationToken cancellationToken)
    {
        if (settings.Api.VendordataJsonfilePath is not { } path) return StaticVendorData.None;
        try
        {
            return StaticVendorData.Parse(await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return StaticVendorData.Failed(e.Message);
        }
    }

    // Services are asked as the API asks them, by an API for this one question; once for the drive, where Nova asks for each version.
    private async Task<ReadOnlyMemory<byte>?> DynamicVendorDataAsync(Instance instance, CancellationToken cancellationToken)
    {
        if (settings.Api.DynamicVendorData.Targets.Count == 0) return null;

        var signature = new Signature(Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        using var api = new MetadataApi(settings.ForApi(), signature, source, TimeProvider.System, loggers.CreateLogger<MetadataApi>());
        var answer = await api.AnswerAsync(
            new MetadataRequest
            {
                Method = "GET", Target = DynamicDocument, InstanceId = instance.Id.Value, Signature = signature.Sign(instance.Id), TenantId = instance.ProjectId.Value,
            },
            cancellationToken);
        return answer.Status == 200
            ? answer.Body
            : throw new ProgramEndException(ExitCodes.Unavailable, $"no config drive of {instance.Id}: vendor_data2.json cannot be had from the services of vendordata_dynamic_targets");
    }
}
