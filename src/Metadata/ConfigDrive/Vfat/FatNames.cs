using System.Buffers;
using System.Globalization;
using System.Text;

namespace Firstlight.Metadata.ConfigDrive.Vfat;

/// <summary>Aliases of the names in one directory, and which names there can be.</summary>
internal sealed class FatNames
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\"*/:<>?\\|");
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private int _numbers;

    /// <summary>The alias of the next item of this directory: eleven characters, told apart by a number.</summary>
    /// <exception cref="ConfigDriveException">A name the format has no room for.</exception>
    public byte[] Next(string name)
    {
        if (name.ContainsAny(Forbidden) || name.Any(c => c < ' ') || name.EndsWith('.') || name.EndsWith(' ') || name.StartsWith(' '))
            throw new ConfigDriveException(name, "vfat has no such names");
        if (!_names.Add(name)) throw new ConfigDriveException(name, "vfat takes upper and lower case for equal, and so is there twice");

        var dot = name.LastIndexOf('.');
        var number = "~" + (++_numbers).ToString(CultureInfo.InvariantCulture);
        var stem = Word(dot <= 0 ? name : name[..dot]);
        var extension = dot <= 0 ? "" : Word(name[(dot + 1)..]);
        var alias = stem[..Math.Min(stem.Length, 8 - number.Length)] + number;
        return Encoding.ASCII.GetBytes(alias.PadRight(8) + extension[..Math.Min(extension.Length, 3)].PadRight(3));
    }

    private static string Word(string text) =>
        string.Concat(text.Where(c => c is not ('.' or ' ')).Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
}
