using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>Blobs as files below one folder. Writes go to an aside name, are flushed, and only then get their final name.</summary>
public sealed partial class LocalFileStore(string root) : IFileStore
{
    private const int BlockSize = 128 * 1024;
    private const int NoSpaceLeft = 28; // ENOSPC
    private const int QuotaReached = 122; // EDQUOT
    private const int WindowsDiskFull = unchecked((int)0x80070070); // ERROR_DISK_FULL

    private readonly string _blobs = Directory.CreateDirectory(Path.Combine(root, "blobs")).FullName;
    private readonly string _incoming = Directory.CreateDirectory(Path.Combine(root, "incoming")).FullName;

    public async Task<Result<string>> WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var final = PathOf(key);
        var aside = Path.Combine(_incoming, Path.GetFileName(final));
        try
        {
            await WriteAsideAsync(aside, content, cancellationToken);
            // Made anew it would be empty, and every other blob would seem to be missing.
            if (!Directory.Exists(_blobs))
                throw new DirectoryNotFoundException("The folder of the blobs is not there.");
            var folder = Path.GetDirectoryName(final)!;
            var folderIsNew = !Directory.Exists(folder);
            Directory.CreateDirectory(folder);
            File.Move(aside, final, overwrite: false);
            FlushFolder(folder);
            if (folderIsNew)
                FlushFolder(Path.GetDirectoryName(folder)!);
            return StampOf(final);
        }
        catch (UploadRefusedException refused)
        {
            TryDelete(aside);
            return refused.Refusal;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TryDelete(aside);
            throw Translate(failure);
        }
        catch
        {
            TryDelete(aside);
            throw;
        }
    }

    public Task<StoredBlob?> OpenAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var content = new FileStream(
                PathOf(key),
                new FileStreamOptions
                {
                    Mode = FileMode.Open,
                    Access = FileAccess.Read,
                    Share = FileShare.ReadWrite | FileShare.Delete,
                    Options = FileOptions.Asynchronous,
                    BufferSize = 0,
                }
            );
            return Task.FromResult<StoredBlob?>(new StoredBlob(content, StampOf(content.Name)));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException && Directory.Exists(_blobs))
        {
            return Task.FromResult<StoredBlob?>(null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Translate(failure);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            File.Delete(PathOf(key));
        }
        catch (DirectoryNotFoundException) when (Directory.Exists(_blobs))
        {
            // Its hour's folder is gone, so the blob is.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Translate(failure);
        }

        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var folder = Path.Combine(_blobs, prefix);
        if (!Directory.Exists(folder))
        {
            if (!Directory.Exists(_blobs))
                throw new StoreUnavailableException("The folder of the blobs is not there.");
            yield break;
        }

        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Path.GetRelativePath(_blobs, path).Replace('\\', '/');
        }
    }

    public Task DiscardUnfinishedAsync(CancellationToken cancellationToken)
    {
        foreach (var aside in Directory.EnumerateFiles(_incoming))
            TryDelete(aside);
        return Task.CompletedTask;
    }

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var probe = Path.Combine(_incoming, "probe-" + Guid.NewGuid().ToString("N"));
        try
        {
            if (!Directory.Exists(_blobs))
                throw new DirectoryNotFoundException("The folder of the blobs is not there.");
            await File.WriteAllBytesAsync(probe, [1], cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Translate(failure);
        }
        finally
        {
            TryDelete(probe);
        }
    }

    private static async Task WriteAsideAsync(string aside, Stream content, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            aside,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                Options = FileOptions.None,
                BufferSize = 0,
            }
        );
        var behind = new WriteBehind(file);
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            while (await content.ReadAsync(buffer.AsMemory(0, BlockSize), cancellationToken) is > 0 and var count)
                behind.Write(buffer.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        file.Flush(flushToDisk: true);
    }

    private string PathOf(string key)
    {
        var path = Path.GetFullPath(Path.Combine(_blobs, key));
        return path.StartsWith(_blobs + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException("A blob's key leads out of the store.", nameof(key));
    }

    private static string StampOf(string path) => File.GetLastWriteTimeUtc(path).Ticks.ToString(CultureInfo.InvariantCulture);

    internal static Exception Translate(Exception failure) =>
        failure.HResult is NoSpaceLeft or QuotaReached or WindowsDiskFull
            ? new StoreFullException("The disk is full.", failure)
            : new StoreUnavailableException("The folder of the blobs does not answer.", failure);

    internal static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next start discards it.
        }
    }

    /// <summary>A new name is durable only when its folder is: POSIX keeps names in the folder, not in the file.</summary>
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var handle = OpenFolder(folder, 0);
        if (handle < 0)
            throw new IOException($"The folder could not be opened (errno {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (FlushHandle(handle) != 0)
                throw new IOException($"The folder could not be flushed (errno {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = CloseHandle(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushHandle(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseHandle(int handle);
}
