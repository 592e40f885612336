using System.Globalization;

namespace Firstlight.Metadata.Documents;

/// <summary>Spells a double as Python's <c>repr</c> does: shortest digits that read back equal, exponent below 1e-04 and from 1e+16 on.</summary>
internal static class PythonFloat
{
    private const int SmallestPlainExponent = -4;
    private const int FirstExponentForm = 16;

    public static string Format(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";

        var sign = double.IsNegative(value) ? "-" : "";
        if (value == 0) return sign + "0.0";

        var (digits, exponent) = ShortestDigits(Math.Abs(value));
        if (exponent is < SmallestPlainExponent or >= FirstExponentForm)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        if (digits.Length <= exponent + 1) return $"{sign}{digits.PadRight(exponent + 1, '0')}.0";
        return $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    // .NET finds the same shortest digits as Python but chooses another layout; only the digits and the decimal exponent are taken from it.
    private static (string Digits, int Exponent) ShortestDigits(double value)
    {
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var e = shortest.IndexOf('E', StringComparison.Ordinal);
        var mantissa = e < 0 ? shortest : shortest[..e];
        var exponent = e < 0
            ? PlainExponent(mantissa)
            : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return (mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0'), exponent);
    }

    private static int PlainExponent(string mantissa)
    {
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa : mantissa[..point];
        if (whole != "0") return whole.Length - 1;

        var fraction = mantissa[(point + 1)..];
        return -(fraction.Length - fraction.TrimStart('0').Length) - 1;
    }
}
