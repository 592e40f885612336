using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>One thing that someone does to a part of the host.</summary>
/// <param name="Text">What, in a few words.</param>
/// <param name="Parts">To which parts.</param>
/// <param name="Concerns">Which ways it may interrupt; every other must not notice.</param>
/// <param name="DoAsync">Does it. That it could not be done, because something before it took the thing away, is no failure.</param>
internal sealed record Harm(string Text, IReadOnlyList<Part> Parts, Func<AskedWay, bool> Concerns, Func<Task> DoAsync)
{
    /// <summary>By one program.</summary>
    public static Harm By(string text, Part part, Func<AskedWay, bool> concerns, string program, params string[] arguments) =>
        new($"{text} ({part.Name})", [part], concerns, () => Run.ProgramAsync(program, arguments));

    /// <summary>By iproute2's <c>ip</c>.</summary>
    public static Harm ByIp(string text, Part part, Func<AskedWay, bool> concerns, params string[] arguments) => By(text, part, concerns, "ip", arguments);

    /// <summary>Nobody.</summary>
    public static bool Nobody(AskedWay way) => false;
}
