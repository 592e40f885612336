namespace Firstlight.Tests.Support;

/// <summary>Files of the repository the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Firstlight.slnx"))) return at.FullName;
        throw new DirectoryNotFoundException("the tests must run from inside the repository: no Firstlight.slnx above them");
    }
}
