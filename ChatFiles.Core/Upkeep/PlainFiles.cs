using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ChatFiles.Core.Data;

namespace ChatFiles.Core.Upkeep;

/// <summary>
/// A backup may have lain with somebody else meanwhile. A link in it would bring a file of this machine into the chat, or
/// write over one; to read from a pipe or a device may never end. So nothing is opened before all of it is known to be
/// files and folders.
/// </summary>
internal static partial class PlainFiles
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint TypeOnly = 1; // STATX_TYPE
    private const int ModeOffset = 28; // of stx_mode in struct statx, on every architecture
    private const int TypeMask = 0xF000; // S_IFMT
    private const int Folder = 0x4000; // S_IFDIR
    private const int File = 0x8000; // S_IFREG

    /// <summary>The folder's files, below it at any depth. The folder itself may be a link: that is the operator's choice.</summary>
    /// <exception cref="BackupException">Something in it is neither file nor folder.</exception>
    public static List<string> Find(string folder)
    {
        var files = new List<string>();
        var folders = new Stack<string>([folder]);
        while (folders.TryPop(out var next))
        {
            foreach (var entry in new DirectoryInfo(next).EnumerateFileSystemInfos())
            {
                if (entry.LinkTarget is not null)
                    throw new BackupException($"{entry.FullName} is a link; a backup holds files and folders only.");
                if (!IsPlain(entry.FullName))
                    throw new BackupException($"{entry.FullName} is neither a file nor a folder.");
                if (entry is DirectoryInfo)
                    folders.Push(entry.FullName);
                else
                    files.Add(entry.FullName);
            }
        }

        return files;
    }

    /// <summary>Only Linux is asked: elsewhere it takes a folder of one's own to be kept waiting by.</summary>
    private static bool IsPlain(string path)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        Span<byte> status = stackalloc byte[256];
        if (ReadStatus(CurrentFolder, path, NoFollow, TypeOnly, status) != 0)
            throw new BackupException($"{path} can't be looked at (errno {Marshal.GetLastPInvokeError()}).");
        return (BinaryPrimitives.ReadUInt16LittleEndian(status[ModeOffset..]) & TypeMask) is Folder or File;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ReadStatus(int folder, string path, int flags, uint mask, Span<byte> status);
}
