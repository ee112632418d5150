using System.Runtime.InteropServices;

namespace ChatFiles.Core.Data;

/// <summary>
/// What ChatFiles writes is for the account that it runs under and for nobody else on the machine. On Windows a folder's
/// own access list says so, and nothing is done here.
/// </summary>
public static partial class OwnerOnly
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OthersMode =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>From now on every file of this process, SQLite's and the framework's included, is made for its owner alone.</summary>
    public static void FromNowOn()
    {
        if (!OperatingSystem.IsWindows())
            _ = SetMask((uint)OthersMode);
    }

    /// <summary>Makes the folder unless it is there.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, FolderMode);
    }

    public static bool IsSo(string path) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & OthersMode) == UnixFileMode.None;

    /// <summary>Takes away from everybody else what they may do with a file or folder; a link is left as it is.</summary>
    public static void Make(FileSystemInfo entry)
    {
        if (OperatingSystem.IsWindows() || entry.LinkTarget is not null)
            return;
        var mode = entry.UnixFileMode & (entry is DirectoryInfo ? FolderMode : FileMode);
        if (mode != entry.UnixFileMode)
            entry.UnixFileMode = mode;
    }

    /// <summary>The same for a folder with all that lies in it.</summary>
    public static void MakeAll(DirectoryInfo folder)
    {
        if (OperatingSystem.IsWindows() || folder.LinkTarget is not null)
            return;
        Make(folder);
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo inner)
                MakeAll(inner);
            else
                Make(entry);
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);
}
