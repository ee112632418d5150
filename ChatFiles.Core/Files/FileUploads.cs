using ChatFiles.Core.Files.Scanning;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Files;

/// <summary>Begins what receives one request's files.</summary>
public sealed class FileUploads(
    IFileStore store,
    UploadPolicy policy,
    IBlobIntents intents,
    ClamAv scanner,
    TimeProvider time,
    ILogger<FileUploads> logger
)
{
    /// <param name="room">In the quotas; null when the bytes have theirs already.</param>
    internal FileUpload Begin(long chatId, UploadRoom? room) => new(store, policy, intents, scanner, time, logger, chatId, room);
}
