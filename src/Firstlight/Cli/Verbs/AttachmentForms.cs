using System.CommandLine;
using System.Security;
using System.Text.Json;
using Firstlight.Cli.Output;
using Firstlight.Cli.Views;

namespace Firstlight.Cli.Verbs;

/// <summary>How an attached port is told.</summary>
internal enum AttachmentForm
{
    /// <summary>For a person.</summary>
    Table,

    /// <summary>JSON.</summary>
    Json,

    /// <summary>YAML.</summary>
    Yaml,

    /// <summary>libvirt's <c>interface</c>.</summary>
    Xml,

    /// <summary>Arguments of QEMU.</summary>
    Qemu,
}

/// <summary>Renders an attached port for a person, a program or a virtual machine monitor.</summary>
internal static class AttachmentForms
{
    /// <summary>The option <c>-o</c>.</summary>
    public static Option<AttachmentForm> Option() => new("--output", "-o")
    {
        Description = "How to print: table (if not given), json, yaml, xml (libvirt's <interface>) or qemu (its arguments).",
        HelpName = "table|json|yaml|xml|qemu",
        CustomParser = result => OptionText.One(result, "one of table, json, yaml, xml, qemu", text => text switch
        {
            "table" => AttachmentForm.Table,
            "json" => AttachmentForm.Json,
            "yaml" => AttachmentForm.Yaml,
            "xml" => AttachmentForm.Xml,
            "qemu" => AttachmentForm.Qemu,
            _ => (AttachmentForm?)null,
        }) ?? AttachmentForm.Table,
    };

    /// <summary>Writes it.</summary>
    public static void Write(TextWriter output, AttachmentForm form, AttachmentView view)
    {
        switch (form)
        {
            case AttachmentForm.Xml:
                output.WriteLine(InterfaceXml(view));
                break;
            case AttachmentForm.Qemu:
                output.WriteLine(QemuArguments(view));
                break;
            default:
                ResultWriter.WriteOne(
                    output, form switch { AttachmentForm.Json => OutputFormat.Json, AttachmentForm.Yaml => OutputFormat.Yaml, _ => OutputFormat.Table },
                    JsonSerializer.SerializeToElement(view, ViewJson.Default.AttachmentView));
                break;
        }
    }

    /// <summary>libvirt's <c>interface</c>: of the tap that stands, or of one libvirt makes under that name and puts into the bridge.</summary>
    public static string InterfaceXml(AttachmentView view) => view.Kind is "libvirt"
        ? $"""
            <interface type='bridge'>
              <mac address='{view.MacAddress}'/>
              <source bridge='{view.Bridge}'/>
              <target dev='{view.Device}'/>
              <model type='virtio'/>
              <mtu size='{view.Mtu}'/>
            </interface>
            """
        : $"""
            <interface type='ethernet'>
              <mac address='{view.MacAddress}'/>
              <target dev='{view.Device}' managed='no'/>
              <model type='virtio'/>
              <mtu size='{view.Mtu}'/>
            </interface>
            """;

    /// <summary>What QEMU needs for the tap that stands.</summary>
    public static string QemuArguments(AttachmentView view) =>
        $"-netdev tap,id={view.Device},ifname={view.Device},script=no,downscript=no -device virtio-net-pci,netdev={view.Device},mac={view.MacAddress},host_mtu={view.Mtu}";

    /// <summary>libvirt's <c>network</c> over a bridge that the host agent keeps.</summary>
    public static string NetworkXml(string id, string name, string bridge) => $"""
        <network>
          <name>{SecurityElement.Escape(name)}</name>
          <uuid>{id}</uuid>
          <forward mode='bridge'/>
          <bridge name='{bridge}'/>
        </network>
        """;
}
