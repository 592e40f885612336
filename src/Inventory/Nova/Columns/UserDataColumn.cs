using Firstlight.Metadata.Instances;

namespace Firstlight.Inventory.Nova.Columns;

/// <summary><c>instances.user_data</c>: base64 as Python reads it.</summary>
internal static class UserDataColumn
{
    private const byte Foreign = 0xff;
    private static readonly byte[] Values = MakeValues();

    /// <summary>Reads the column; NULL is no user data, which is not the same as empty.</summary>
    public static UserData? Read(string? text) => text is null ? null : new UserData(Decode(text));

    /// <summary>Decodes; foreign characters are skipped, and what follows complete padding is not looked at.</summary>
    /// <exception cref="FormatException">Wrong padding, or a character beyond ASCII.</exception>
    public static byte[] Decode(string text)
    {
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        // Almost every text is as RFC 4648 has it, which the runtime reads many characters at a time. What it takes Python reads the same way.
        if (Convert.TryFromBase64Chars(text, bytes, out var whole)) return bytes[..whole];

        var length = 0;
        var bits = 0;
        var inQuad = 0;
        var pads = 0;
        foreach (var c in text)
        {
            // Python refuses such a text before it decodes any of it.
            if (!char.IsAscii(c)) throw new FormatException("a character beyond ASCII");
        }

        foreach (var c in text)
        {
            if (c == '=')
            {
                if (inQuad >= 2 && inQuad + ++pads >= 4) return bytes[..length];
                continue;
            }

            var value = Values[c];
            if (value == Foreign) continue;

            pads = 0;
            bits = (bits << 6) | value;
            inQuad = (inQuad + 1) & 3;
            if (inQuad != 1) bytes[length++] = (byte)(bits >> (6 - (2 * ((inQuad + 3) & 3))));
        }

        return inQuad == 0 ? bytes[..length] : throw new FormatException("not base64: wrong padding");
    }

    private static byte[] MakeValues()
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        var values = new byte[128];
        Array.Fill(values, Foreign);
        for (var i = 0; i < alphabet.Length; i++) values[alphabet[i]] = (byte)i;
        return values;
    }
}
