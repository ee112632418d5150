using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Data;

/// <summary>Section <c>Data</c>.</summary>
public sealed class DataOptions
{
    /// <summary>Holds everything the default set-up writes: database, blobs, keys. Relative to the content root.</summary>
    public string Directory { get; set; } = "";
}

/// <summary>
/// Earlier versions looked for a relative folder below the folder that they were started in, this one beside the program.
/// Whoever upgrades must not meet an empty chat because of it.
/// </summary>
internal sealed class DataAreNotLeftBehind(string setting, string contentRoot) : IValidateOptions<DataOptions>
{
    public ValidateOptionsResult Validate(string? name, DataOptions options)
    {
        var isProgramsOwn = Path.TrimEndingDirectorySeparator(contentRoot) == Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var before = Path.GetFullPath(setting);
        return isProgramsOwn && before != options.Directory && HoldsData(before) && !HoldsData(options.Directory)
            ? ValidateOptionsResult.Fail(
                $"Data:Directory ({setting}) is below the program's own folder now, where it holds nothing ({options.Directory}), but there are data in {before}; set Data:Directory to that path, or move them"
            )
            : ValidateOptionsResult.Success;
    }

    private static bool HoldsData(string folder) => File.Exists(Path.Combine(folder, DataDirectory.DatabaseName));
}

/// <summary>The one folder that holds everything, and belongs to one process at a time.</summary>
public sealed class DataDirectory : IDisposable
{
    internal const string DatabaseName = "chatfiles.db";
    internal const string LockName = "lock";

    /// <summary>The folder of the database as it was before the last upgrade.</summary>
    internal const string BeforeUpgradeName = "before-upgrade";

    private FileStream? _lock;

    public DataDirectory(IOptions<DataOptions> options)
    {
        Root = options.Value.Directory;
        try
        {
            OwnerOnly.CreateFolder(Root);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException("Data", typeof(DataOptions), [$"Data:Directory ({Root}) can't be used: {failure.Message}"]);
        }
    }

    public string Root { get; }

    public string Database => Path.Combine(Root, DatabaseName);

    public string Files => Path.Combine(Root, "files");

    /// <summary>Resumable uploads that are not sent yet; backups leave them out.</summary>
    public string Uploads => Path.Combine(Root, "uploads");

    /// <summary>Copies of files that are being read, where the store is elsewhere.</summary>
    public string Reading => Path.Combine(Root, "reading");

    public string Keys => Path.Combine(Root, "keys");

    /// <summary>
    /// A second process on the same data would break the promise of one writer and discard uploads under way. The
    /// system lets go of the lock when the process ends, however it ends.
    /// </summary>
    /// <exception cref="OptionsValidationException">Another process has it.</exception>
    public void Lock()
    {
        try
        {
            _lock ??= new FileStream(Path.Combine(Root, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException(
                "Data",
                typeof(DataOptions),
                [$"Data:Directory ({Root}) can't be used; is another ChatFiles running on it? {failure.Message}"]
            );
        }
    }

    /// <summary>
    /// Closes to everybody else what is there already: earlier versions left it open, and so may whoever made the folder.
    /// A folder that holds other things too is not ours to close (it may be /srv); what is ours in it is closed. Where a
    /// volume knows no modes, or the folder belongs to somebody else, the start goes on: who set it up that way decides
    /// who gets in.
    /// </summary>
    /// <returns>Why others may still get in; null when they don't.</returns>
    public string? CloseToOthers()
    {
        try
        {
            var wasClosed = OwnerOnly.IsSo(Root);
            var entries = new DirectoryInfo(Root).GetFileSystemInfos();
            var other = entries.FirstOrDefault(entry => !MayBeOurs(entry.Name));
            // First the door, then what is behind it. A link to the folder is the operator's: what it leads to is meant.
            if (!wasClosed && other is null)
                OwnerOnly.Make(new DirectoryInfo(Root).ResolveLinkTarget(returnFinalTarget: true) ?? new DirectoryInfo(Root));
            CloseWhatIsOurs(entries, wasClosed);
            if (OwnerOnly.IsSo(Root))
                return null;
            return other is null ? "the volume keeps no modes" : $"it also holds {other.Name}, so its mode was left as it is";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    /// <summary>Whether ChatFiles writes something of that name into its folder.</summary>
    internal static bool IsOurs(string name) =>
        name is "files" or "keys" or "reading" or "uploads" or BeforeUpgradeName or LockName || name.StartsWith(DatabaseName, StringComparison.Ordinal);

    public void Dispose() => _lock?.Dispose();

    /// <summary>What a volume brings along (lost+found, .snapshot) is nobody's.</summary>
    private static bool MayBeOurs(string name) => IsOurs(name) || name == "lost+found" || name.StartsWith('.');

    /// <summary>Behind a folder that is closed already, the many blobs are not gone through at every start.</summary>
    private static void CloseWhatIsOurs(FileSystemInfo[] entries, bool wasClosed)
    {
        foreach (var entry in entries.Where(entry => IsOurs(entry.Name)))
        {
            if (entry is not DirectoryInfo folder)
                OwnerOnly.Make(entry);
            else if (!wasClosed || entry.Name != "files")
                OwnerOnly.MakeAll(folder);
        }
    }
}
