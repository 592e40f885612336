using System.Text.Json.Serialization;

namespace Firstlight.Doctor;

/// <summary>A hop as JSON has it.</summary>
/// <param name="Hop">The hop.</param>
/// <param name="State"><c>right</c>, <c>odd</c>, <c>wrong</c> or <c>not_looked_at</c>.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Why">Why it is wrong or odd; null for neither.</param>
/// <param name="Mend">What to do; null with <paramref name="Why"/>.</param>
internal sealed record FindingView(string Hop, string State, string Seen, string? Why, string? Mend)
{
    public static FindingView Of(Finding finding) => new(
        finding.Hop,
        finding.State switch
        {
            FindingState.Right => "right",
            FindingState.Odd => "odd",
            FindingState.Wrong => "wrong",
            _ => "not_looked_at",
        },
        finding.Seen, finding.Why, finding.Mend);
}

/// <summary>JSON of the findings.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<FindingView>))]
internal sealed partial class FindingJson : JsonSerializerContext;
