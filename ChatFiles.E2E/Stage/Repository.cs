namespace ChatFiles.E2E.Stage;

/// <summary>Where things lie: the tests run the program that was built beside them, or in a run of everything what is installed on servers.</summary>
internal static class Repository
{
    public static readonly string Root = FindRoot();

    /// <summary>
    /// How a server is started. ./test.sh names the packaged program when it has just made it: compiled ahead, it is ready
    /// in two thirds of the time. Else the one that was built in the same configuration as these tests (bin/Debug/net10.0).
    /// </summary>
    public static readonly string[] Program = Environment.GetEnvironmentVariable("CHATFILES_PROGRAM") is { Length: > 0 } packaged
        ? [packaged]
        : ["dotnet", WebAssembly()];

    private static string WebAssembly() => Path.Combine(
        Root,
        "ChatFiles.Web",
        "bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name,
        new DirectoryInfo(AppContext.BaseDirectory).Name,
        "ChatFiles.Web.dll"
    );

    /// <summary>What build/package.sh has made: the program's folder, beside which its archive lies.</summary>
    public static readonly string Package = Environment.GetEnvironmentVariable("CHATFILES_PACKAGE") ?? Path.Combine(Root, "artifacts", "package", "chatfiles");

    /// <summary>What a test run leaves to look at; not part of the repository.</summary>
    public static string Artifacts(string folder) => Directory.CreateDirectory(Path.Combine(Root, "artifacts", folder)).FullName;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ChatFiles.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("These tests run inside the repository; there is no ChatFiles.sln above them.");
    }
}
