using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Data;

/// <summary>Section <c>Data</c>.</summary>
public sealed class DataOptions
{
    /// <summary>Holds everything the default set-up writes: database, blobs, keys. Relative to the content root.</summary>
    public string Directory { get; set; } = "";
}

/// <summary>The one folder that holds everything, and belongs to one process at a time.</summary>
public sealed class DataDirectory : IDisposable
{
    private FileStream? _lock;

    public DataDirectory(IOptions<DataOptions> options)
    {
        Root = options.Value.Directory;
        try
        {
            Directory.CreateDirectory(Root);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException("Data", typeof(DataOptions), [$"Data:Directory ({Root}) can't be used: {failure.Message}"]);
        }
    }

    public string Root { get; }

    public string Database => Path.Combine(Root, "chatfiles.db");

    public string Files => Path.Combine(Root, "files");

    /// <summary>Resumable uploads that are not sent yet; backups leave them out.</summary>
    public string Uploads => Path.Combine(Root, "uploads");

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
            _lock ??= new FileStream(Path.Combine(Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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

    public void Dispose() => _lock?.Dispose();
}
