using ChatFiles.Core.Files.Scanning;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Files;

/// <summary>Begins what receives one request's files.</summary>
public sealed class FileUploads(
    IFileStore store,
    UploadPolicy policy,
    UploadsInFlight inFlight,
    ClamAv scanner,
    TimeProvider time,
    ILogger<FileUploads> logger
)
{
    /// <param name="room">In the quotas; null when the bytes have theirs already.</param>
    internal FileUpload Begin(long chatId, UploadRoom? room) => new(store, policy, inFlight, scanner, time, logger, chatId, room);
}
