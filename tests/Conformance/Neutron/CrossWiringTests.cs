using Firstlight.Conformance.Tests.Live;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>A guest cannot tell which of the parts on its way are ours.</summary>
[Collection(NeutronLabCollection.Name)]
public sealed class CrossWiringTests(CrossWired crossWired) : IClassFixture<CrossWired>
{
    private const int Shown = 20;

    public static TheoryData<string> Guests => [.. CrossWired.Guests];

    [Theory]
    [MemberData(nameof(Guests))]
    public void Guest_is_told_the_same_through_every_wiring(string guest)
    {
        var real = crossWired.Answers(Wiring.AllReal, guest);
        Assert.True(real.Count > 200, $"only {real.Count} questions");
        Assert.True(real.Count(a => a.Response.Status == 200) > 150, "most are answered");
        var id = InstanceIds.Of(guest.Split(' ')[0]);
        var differences = new List<string>();
        foreach (var wiring in Wiring.All.Skip(1))
        {
            foreach (var (theirs, ours) in real.Zip(crossWired.Answers(wiring, guest)))
            {
                if (Comparison.OfContent(theirs.Response, ours.Response) is not { } difference) continue;
                if (theirs.Question.Note == GuestCrawl.ForwardedFor && (ours.Response.Status is 400 or 404 || ours.Response.Text.Contains(id, StringComparison.Ordinal))) continue;
                differences.Add($"{wiring}: {theirs.Question}: {difference}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} answers differ:\n{string.Join('\n', differences.Take(Shown))}");
    }

    [Fact]
    public void Recorded_cases_are_answered_as_they_were()
    {
        // Of guests 14, 12, 11, 7 and 12 (vm-plain, vm-nodata, vm-cell2, vm-routed, vm6-plain); on the socket 19, 9 and 65 (lookup, methods, requests).
        foreach (var wiring in (Wiring[])[Wiring.OurListeners, Wiring.AllOurs, Wiring.AllOursInOneProcess]) Assert.Equal(56, crossWired.Replayed(wiring));
        Assert.Equal(56 + 93, crossWired.Replayed(Wiring.OurAgentOnSocket));
        Assert.True(
            crossWired.RecordedDifferences.Count == 0,
            $"{crossWired.RecordedDifferences.Count} differ:\n{string.Join('\n', crossWired.RecordedDifferences.Order(StringComparer.Ordinal).Take(Shown))}");
    }
}
