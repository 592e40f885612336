using System.Buffers;
using System.Text;

namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>Identifiers of files and directories, unique in their directory.</summary>
/// <remarks>
/// Primary: letters, digits and underscores, at most 31 characters with one dot in a file's (ECMA-119 7.5, level 2); lower case stays, as on Nova's
/// drives. Joliet: at most 64 characters of UCS-2 without <c>* / : ; ? \</c>. Files carry the version number <c>;1</c> in both. Readers of Rock
/// Ridge see neither.
/// </remarks>
/// <param name="joliet">Which of the two.</param>
internal sealed class IsoNames(bool joliet)
{
    private const string Version = ";1";
    private const int PrimaryLength = 31;
    private const int JolietLength = 64;
    private static readonly SearchValues<char> JolietForbidden = SearchValues.Create("*/:;?\\");

    // Readers of either hierarchy may take upper and lower case for equal.
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The identifier of the next item of this directory.</summary>
    public byte[] Next(string name, bool isDirectory)
    {
        if (joliet)
        {
            var (stem, extension) = isDirectory ? (name, "") : Split(name);
            return Encoding.BigEndianUnicode.GetBytes(Unique(Allowed(stem), Allowed(extension), JolietLength) + (isDirectory ? "" : Version));
        }

        if (isDirectory) return Encoding.ASCII.GetBytes(Unique(Word(name), "", PrimaryLength));

        var (first, last) = Split(name);
        return Encoding.ASCII.GetBytes(Unique(Word(first), "." + Word(last.TrimStart('.')), PrimaryLength) + Version);
    }

    private string Unique(string stem, string extension, int length)
    {
        if (stem.Length + extension.Length > length) extension = extension[..Math.Min(extension.Length, length / 2)];
        for (var n = 0; ; n++)
        {
            var number = n == 0 ? "" : $"_{n}";
            var name = stem[..Math.Min(stem.Length, length - extension.Length - number.Length)] + number + extension;
            if (_taken.Add(name)) return name;
        }
    }

    private static (string Stem, string Extension) Split(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot <= 0 ? (name, "") : (name[..dot], name[dot..]);
    }

    private static string Word(string text) => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static string Allowed(string text) => string.Concat(text.Select(c => c < ' ' || JolietForbidden.Contains(c) ? '_' : c));
}
