namespace ChatFiles.Tests.Stage;

/// <summary>Where things lie: tests of the whole program run the copy beside them.</summary>
internal static class Repository
{
    public static readonly string Root = FindRoot();

    /// <summary>Beside these tests, as all that they run: so what a process of its own runs counts as covered, too.</summary>
    public static readonly string WebAssembly = Path.Combine(AppContext.BaseDirectory, "ChatFiles.Web.dll");

    /// <summary>
    /// How a process of its own is started: ./test.sh names the packaged program when it has just made it, which is compiled
    /// ahead and ready in half the time.
    /// </summary>
    public static readonly string[] Program = Environment.GetEnvironmentVariable("CHATFILES_PROGRAM") is { Length: > 0 } packaged ? [packaged] : ["dotnet", WebAssembly];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ChatFiles.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("There is no ChatFiles.sln above these tests.");
    }
}
