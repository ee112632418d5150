namespace ChatFiles.Tests.Stage;

/// <summary>Where things lie: tests of the whole program run what was built beside them.</summary>
internal static class Repository
{
    public static readonly string Root = FindRoot();

    /// <summary>Built in the same configuration as these tests (bin/Debug/net10.0).</summary>
    public static readonly string WebAssembly = Path.Combine(
        Root,
        "ChatFiles.Web",
        "bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name,
        new DirectoryInfo(AppContext.BaseDirectory).Name,
        "ChatFiles.Web.dll"
    );

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ChatFiles.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("There is no ChatFiles.sln above these tests.");
    }
}
