namespace ChatFiles.Tests.Stage;

internal static class Modes
{
    /// <summary>The folder and what lies in it that is not 0700 or 0600; on Windows nothing is asked.</summary>
    public static List<string> OpenToOthers(string folder) =>
        OperatingSystem.IsWindows()
            ? []
            : new DirectoryInfo(folder)
                .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
                .Prepend(new DirectoryInfo(folder))
                .Where(entry => (int)entry.UnixFileMode != (entry is DirectoryInfo ? 0b111_000_000 : 0b110_000_000))
                .Select(entry => $"{entry.FullName} {entry.UnixFileMode}")
                .ToList();
}
