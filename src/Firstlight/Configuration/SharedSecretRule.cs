using System.Security.Cryptography;
using System.Text;
using Firstlight.Inventory.Own;

namespace Firstlight.Configuration;

/// <summary>Which secret a role signs or verifies with.</summary>
/// <remarks>
/// The agent's half is <c>[DEFAULT] metadata_proxy_shared_secret</c>, the API's <c>[neutron] metadata_proxy_shared_secret</c>; each falls back to
/// the other, since one file may serve both. A file named by <c>[firstlight] metadata_proxy_shared_secret_file</c> stands in for both. Where
/// both halves run in this process nobody else needs to know the secret, so one is made and kept.
/// </remarks>
internal static class SharedSecretRule
{
    /// <summary>Name of the generated secret in the state path.</summary>
    public const string GeneratedFile = "shared-secret";

    /// <summary>Finds the secret of a role; mistakes go to the reader.</summary>
    public static Secret Resolve(OptionReader reader, ConfigSources sources, string statePath, bool strictNova, List<string> warnings)
    {
        var agent = reader.Read(OptionCatalogue.AgentSharedSecret);
        var api = reader.Read(OptionCatalogue.ApiSharedSecret);
        var file = reader.Read(OptionCatalogue.SharedSecretFile);

        if (sources.Role == ProgramRole.Standalone && agent.Length > 0 && api.Length > 0 && agent != api)
        {
            reader.Fail(OptionCatalogue.ApiSharedSecret, "differs from [DEFAULT] metadata_proxy_shared_secret; agent and API are one process here, so set one of them or both the same");
            return Secret.None;
        }

        var own = sources.Role == ProgramRole.MetadataApi ? api : agent;
        var inline = own.Length > 0 ? own : sources.Role == ProgramRole.MetadataApi ? agent : api;
        if (file is not null)
        {
            if (inline.Length == 0) return FromFile(reader, file, warnings);
            reader.Fail(OptionCatalogue.SharedSecretFile, "a secret is set in metadata_proxy_shared_secret too; keep one of them");
            return Secret.None;
        }

        if (inline.Length > 0) return new Secret(inline);
        return sources.Role switch
        {
            ProgramRole.Standalone => Generated(reader, Path.Combine(statePath, GeneratedFile), sources.MayGenerateSecret),
            ProgramRole.Commands => ReadGenerated(reader, Path.Combine(statePath, GeneratedFile)) ?? Secret.None,
            _ when strictNova || !sources.Answers => Secret.None,
            ProgramRole.MetadataApi => Refuse(reader, OptionCatalogue.ApiSharedSecret, "anyone could sign requests"),
            _ => Refuse(reader, OptionCatalogue.AgentSharedSecret, "the metadata API would refuse every request"),
        };
    }

    private static Secret Refuse(OptionReader reader, OptionDefinition option, string because)
    {
        reader.Fail(option, $"must not be empty, or {because}; set it, or [firstlight] metadata_proxy_shared_secret_file");
        return Secret.None;
    }

    private static Secret FromFile(OptionReader reader, string file, List<string> warnings)
    {
        try
        {
            var text = File.ReadAllText(file).TrimEnd('\r', '\n');
            if (text.Length == 0) reader.Fail(OptionCatalogue.SharedSecretFile, $"{file} is empty; write the secret into it");
            if (File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead))
                warnings.Add($"{OptionCatalogue.SharedSecretFile}: everyone can read {file}; make it 0600");
            return new Secret(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Fail(OptionCatalogue.SharedSecretFile, $"{file} cannot be read: {e.Message}");
            return Secret.None;
        }
    }

    private static Secret Generated(OptionReader reader, string path, bool mayWrite)
    {
        if (ReadGenerated(reader, path) is { } kept) return kept;
        if (!mayWrite) return Secret.None;

        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        try
        {
            var directory = Path.GetDirectoryName(path)!;
            StateDirectory.Make(directory);
            var beside = $"{path}.{Environment.ProcessId}";
            using (var stream = new FileStream(beside, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                stream.Write(Encoding.ASCII.GetBytes(secret + "\n"));
                stream.Flush(flushToDisk: true);
            }

            try
            {
                // Not overwriting: of two programs that start at once the first one's secret holds for both.
                File.Move(beside, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(beside);
                return ReadGenerated(reader, path) ?? Secret.None;
            }

            return new Secret(secret);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Fail(OptionCatalogue.StatePath, $"the shared secret cannot be kept in {path}: {e.Message}");
            return Secret.None;
        }
    }

    private static Secret? ReadGenerated(OptionReader reader, string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            var text = File.ReadAllText(path).Trim();
            if (text.Length > 0) return new Secret(text);
            reader.Fail(OptionCatalogue.StatePath, $"{path} is empty; remove it and a new secret is made");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Fail(OptionCatalogue.StatePath, $"{path} cannot be read: {e.Message}");
        }

        return Secret.None;
    }
}
