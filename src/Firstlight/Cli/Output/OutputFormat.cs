using System.CommandLine;

namespace Firstlight.Cli.Output;

/// <summary>How results are written.</summary>
internal enum OutputFormat
{
    /// <summary>Columns for a person; plain where the output is no terminal.</summary>
    Table,

    /// <summary>JSON with OpenStack's field names.</summary>
    Json,

    /// <summary>The same as YAML.</summary>
    Yaml,
}

/// <summary>The option <c>-o</c>.</summary>
internal static class OutputOption
{
    /// <summary>A fresh one, for one verb.</summary>
    public static Option<OutputFormat> Create() => new("--output", "-o")
    {
        Description = "How to print: table (if not given), json or yaml.",
        HelpName = "table|json|yaml",
        CustomParser = result => OptionText.One(result, "one of table, json, yaml", text => text switch
        {
            "table" => OutputFormat.Table,
            "json" => OutputFormat.Json,
            "yaml" => OutputFormat.Yaml,
            _ => (OutputFormat?)null,
        }) ?? OutputFormat.Table,
    };
}
