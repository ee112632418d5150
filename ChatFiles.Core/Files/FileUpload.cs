using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Files;

/// <summary>
/// One request's files on their way into the store. Unless they are kept, disposing it removes every blob again.
/// </summary>
internal sealed class FileUpload(
    IFileStore store,
    UploadPolicy policy,
    UploadsInFlight inFlight,
    TimeProvider time,
    ILogger logger,
    long chatId,
    UploadRoom? room
) : IAsyncDisposable
{
    /// <summary>A larger thumbnail is ignored.</summary>
    private const int MaxThumbnailBytes = 64 * 1024;

    private const int MaxParts = 100;

    /// <summary>The sender, who is waiting for the answer, waits no longer than this for the clearing away.</summary>
    private static readonly TimeSpan RemovalTimeout = TimeSpan.FromSeconds(1);

    private static readonly FileType[] ThumbnailTypes = [FileTypes.Default["webp"], FileTypes.Default["jpg"]];

    private readonly List<string> _keys = [];
    private readonly List<Attachment> _attachments = [];
    private (byte[] Bytes, string? Charset) _caption = ([], null);
    private string? _charset;
    private bool _kept;

    public IReadOnlyList<Attachment> Attachments => _attachments;

    public string Caption { get; private set; } = "";

    /// <exception cref="UploadRefusedException">Something in it can't be accepted.</exception>
    public async Task ReceiveAsync(IAsyncEnumerable<UploadPart> parts, CancellationToken cancellationToken)
    {
        var count = 0;
        var mayHaveThumbnail = false;
        await foreach (var part in parts.WithCancellation(cancellationToken))
        {
            if (++count > MaxParts)
                throw Refused(RefusalReason.InvalidForm, $"The form has more than {MaxParts} parts.");
            if (part.Kind == UploadPartKind.File)
                await ReceiveNextFileAsync(part, cancellationToken);
            else if (part.Kind == UploadPartKind.Thumbnail && mayHaveThumbnail)
                await ReceiveThumbnailAsync(part, _attachments[^1], cancellationToken);
            else if (part.Kind == UploadPartKind.Caption)
                _caption = (await ReadTextAsync(part, cancellationToken), part.Charset);
            else if (part.Kind == UploadPartKind.Charset)
                _charset = Encoding.ASCII.GetString(await ReadTextAsync(part, cancellationToken)).Trim();
            // Texts stand at any place, also between a file and its thumbnail.
            if (part.Kind is not UploadPartKind.Caption and not UploadPartKind.Charset)
                mayHaveThumbnail = part.Kind == UploadPartKind.File;
        }

        if (_attachments.Count == 0)
            throw NoFile();
        Caption = ReadCaption();
    }

    /// <summary>Receives the bytes of a file that is missing.</summary>
    /// <exception cref="UploadRefusedException">They are others than before, or the form can't be accepted.</exception>
    public async Task<(string Key, string Stamp)> ReceiveAgainAsync(
        Attachment missing,
        IAsyncEnumerable<UploadPart> parts,
        CancellationToken cancellationToken
    )
    {
        var differs = new Refusal(
            RefusalReason.ContentDiffers,
            $"This is not the file that was sent as “{missing.FileName}”; its bytes are others."
        );
        (string Key, string Stamp)? stored = null;
        await foreach (var part in parts.WithCancellation(cancellationToken))
        {
            if (part.Kind != UploadPartKind.File)
                continue;
            if (stored is not null)
                throw Refused(RefusalReason.TooManyFiles, "One file is put back at a time.");
            var rules = new InspectionRules(policy, missing.FileName, FileType.OfAnyBytes(missing.ContentType), missing.Size, differs);
            await using var content = new InspectingStream(part.Content, rules);
            stored = await StoreAsync(content, cancellationToken);
            if (content.Sha256() != missing.Sha256)
                throw new UploadRefusedException(differs);
        }

        return stored ?? throw NoFile();
    }

    /// <summary>From now on the blobs belong to a committed message.</summary>
    public void Keep() => _kept = true;

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(RemovalTimeout, time);
        foreach (var key in _keys)
        {
            if (!_kept)
                await RemoveAsync(key, timeout.Token);
            inFlight.End(key);
        }
    }

    /// <summary>Says of a refusal which file it is about, so that the sender can send the others without it.</summary>
    private async Task ReceiveNextFileAsync(UploadPart part, CancellationToken cancellationToken)
    {
        try
        {
            await ReceiveFileAsync(part, cancellationToken);
        }
        catch (UploadRefusedException refused) when (IsAboutTheFile(refused.Refusal))
        {
            throw new UploadRefusedException(refused.Refusal with { File = _attachments.Count });
        }
    }

    /// <summary>That all files together are too large is nothing that one of them is to blame for.</summary>
    private bool IsAboutTheFile(Refusal refusal) =>
        refusal.Reason
            is RefusalReason.InvalidFileName
                or RefusalReason.FileTypeNotAllowed
                or RefusalReason.EmptyFile
                or RefusalReason.FileTooLarge
        && refusal != policy.RequestTooLarge();

    private async Task ReceiveFileAsync(UploadPart part, CancellationToken cancellationToken)
    {
        if (_attachments.Count == Attachment.MaxPerMessage)
            throw Refused(RefusalReason.TooManyFiles, $"A message takes at most {Attachment.MaxPerMessage} files.");
        var fileName = ValueOf(UploadPolicy.CleanName(part.FileName));
        var type = ValueOf(policy.TypeOf(fileName));
        var rules = new InspectionRules(policy, fileName, type, policy.MaxFileBytes, policy.TooLarge(fileName), part.IsReserved ? null : room);

        await using var content = new InspectingStream(part.Content, rules);
        var (key, stamp) = await StoreAsync(content, cancellationToken);
        _attachments.Add(
            new Attachment
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                ChatId = chatId,
                Position = _attachments.Count,
                BlobKey = key,
                BlobStamp = stamp,
                FileName = fileName,
                FoldedName = SearchWords.Fold(fileName),
                Kind = content.Type.Kind,
                ContentType = content.Type.ContentType,
                Charset = content.Charset,
                Size = content.BytesRead,
                Sha256 = content.Sha256(),
                Width = content.Picture?.Width,
                Height = content.Picture?.Height,
            }
        );
    }

    /// <summary>A thumbnail is a courtesy of the sender's browser: one that is no small WebP or JPEG is ignored.</summary>
    private async Task ReceiveThumbnailAsync(UploadPart part, Attachment attachment, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxThumbnailBytes + 1);
        try
        {
            var length = await part.Content.ReadAtLeastAsync(
                buffer.AsMemory(0, MaxThumbnailBytes + 1),
                MaxThumbnailBytes + 1,
                throwOnEndOfStream: false,
                cancellationToken
            );
            var format = ThumbnailTypes.FirstOrDefault(type => type.Signatures[0].Match(buffer.AsSpan(0, length)) == Fit.Yes);
            if (format is null || length > MaxThumbnailBytes)
                return;
            if (room is not null)
                await room.UseAsync(length, cancellationToken);
            using var bytes = new MemoryStream(buffer, 0, length, writable: false);
            (attachment.ThumbnailKey, _) = await StoreAsync(bytes, cancellationToken);
            attachment.ThumbnailType = format.ContentType;
            attachment.ThumbnailSize = length;
            attachment.ThumbnailSha256 = Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, length)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>In the charset that its part says, else in that of the whole form (RFC 7578, 4.6), else in UTF-8.</summary>
    private string ReadCaption()
    {
        var charset = _caption.Charset ?? _charset;
        var encoding = charset is null ? Charsets.Utf8 : Charsets.Find(charset);
        if (encoding is null)
            throw Refused(RefusalReason.InvalidForm, "The caption is in a charset that is not known here; send it in UTF-8.");
        var text =
            Charsets.Decode(encoding, _caption.Bytes)
            ?? throw Refused(
                RefusalReason.InvalidForm,
                $"The caption's bytes are not {(charset is null ? "UTF-8, and no other charset is named for them" : "in the charset that is named for them")}."
            );
        // HTML's form encoding writes every line end as CR LF; people wrote LF.
        return text.ReplaceLineEndings("\n").Trim();
    }

    private static async Task<byte[]> ReadTextAsync(UploadPart part, CancellationToken cancellationToken)
    {
        // White space around the caption is trimmed, so a little more than the longest caption is read.
        var buffer = new byte[UploadRoom.MaxFormOverhead];
        var length = await part.Content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length == buffer.Length)
            throw Refused(RefusalReason.InvalidText, $"A caption has at most {Message.MaxTextLength:N0} characters.");
        return buffer[..length];
    }

    private async Task<(string Key, string Stamp)> StoreAsync(Stream content, CancellationToken cancellationToken)
    {
        var key = inFlight.Begin(time.GetUtcNow());
        _keys.Add(key);
        return (key, await store.WriteAsync(key, content, cancellationToken));
    }

    private async Task RemoveAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await store.DeleteAsync(key, cancellationToken);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or OperationCanceledException)
        {
            logger.LogWarning(failure, "The blob {BlobKey} of a failed upload could not be removed; the sweeper will", key);
            inFlight.HasLeftovers = true;
        }
    }

    private static UploadRefusedException NoFile() =>
        Refused(RefusalReason.NoFile, "There is no file in the form; send at least one part named “file”.");

    private static T ValueOf<T>(Result<T> result) =>
        result.Succeeded(out var value, out var refusal) ? value : throw new UploadRefusedException(refusal);

    private static UploadRefusedException Refused(RefusalReason reason, string detail) => new(new Refusal(reason, detail));
}
