using Firstlight.Conformance.Tests.Machines.Support;

namespace Firstlight.Conformance.Tests.Machines;

/// <summary>The server that the Debian guests are, and what each must have become of it.</summary>
internal static class DebianCloud
{
    public const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFirstlightLabKeyFirstlightLabKeyFirstlightLabKe dusk@conformance";
    public const string Name = "falcon";

    /// <summary>A cloud file with one server.</summary>
    /// <param name="networks">Its <c>networks:</c> and, if any, <c>routers:</c>; one network is <c>ridge</c>.</param>
    /// <param name="fixedIps">Addresses of the server's port on <c>ridge</c>, in YAML's flow form.</param>
    public static string File(string networks, string fixedIps) => $$"""
        projects: [{name: heights}]
        keypairs:
          - {name: dusk, project: heights, public_key: "{{Key}}\n"}
        {{networks}}
        servers:
          - name: {{Name}}
            project: heights
            hostname: {{Name}}
            keypair: dusk
            metadata: {role: probe}
            user_data: |
              #cloud-config
              write_files:
                - {path: /var/lib/proof/written, content: "written by user data\n"}
              runcmd:
                - [sh, -c, "echo run as $(id -un) on $(hostname) > /var/lib/proof/runcmd"]
            ports: [{network: ridge, fixed_ips: {{fixedIps}}}]
        """;

    /// <summary>Hostname, key and user data, whichever way they came.</summary>
    public static void AssertApplied(Boot boot)
    {
        Assert.Equal(Name, boot.File("hostname.txt").Trim());
        Assert.Contains(Key, boot.File("files/home/debian/.ssh/authorized_keys"), StringComparison.Ordinal);
        Assert.Equal("written by user data\n", boot.File("files/var/lib/proof/written"));
        Assert.Equal($"run as root on {Name}\n", boot.File("files/var/lib/proof/runcmd"));
    }

    /// <summary>Nova's SMBIOS: by the product's name alone cloud-init knows on which cloud it is.</summary>
    public static string NovaSystem(string serverId) => $"manufacturer=OpenStack Foundation,product=OpenStack Nova,version=25.0.0,serial={serverId},uuid={serverId},family=Virtual Machine";
}
