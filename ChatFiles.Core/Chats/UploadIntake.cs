using System.Runtime.CompilerServices;
using System.Text;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Chats;

/// <summary>
/// Takes one request's files in: gives it its place among the uploads under way and its room in the quotas, and brings the
/// bytes into the store. What it has taken in belongs to nobody until it is kept.
/// </summary>
public sealed class UploadIntake(
    FileUploads uploads,
    UploadPolicy policy,
    UploadsUnderWay uploadsUnderWay,
    QuotaAccounts quotas,
    StagedUploads staged,
    ILogger<UploadIntake> logger
)
{
    private static readonly Refusal FirstTryUnderWay = new(
        RefusalReason.TooManyRequests,
        "The same is still arriving by an earlier request; wait until that one has ended."
    );

    /// <summary>A request that says it is longer than all files together may be.</summary>
    internal Refusal? CheckLength(long? declaredBytes) => declaredBytes > policy.MaxRequestBytes ? policy.RequestTooLarge() : null;

    /// <summary>Receives the files of a message, those of finished resumable uploads included.</summary>
    /// <param name="key">Of the message, which tells repeats of the same request.</param>
    internal async Task<Result<ReceivedFiles>> ReceiveAsync(
        string userId,
        long chatId,
        string? key,
        long declaredBytes,
        IAsyncEnumerable<UploadPart> parts,
        CancellationToken cancellationToken
    )
    {
        if (!(await uploadsUnderWay.BeginAsync(userId, key is null ? null : $"{userId} {chatId} {key}")).Succeeded(out var underWay, out var refusal))
            return refusal;
        var reservation = quotas.Open(userId, chatId);
        var sending = new UploadsSent();
        var room = quotas.RoomFor(reservation);
        var upload = uploads.Begin(chatId, room);
        var received = new ReceivedFiles(upload, underWay, reservation, sending, ForgetUploadsAsync);
        try
        {
            refusal =
                await room.DeclareAsync(declaredBytes, cancellationToken)
                ?? await upload.ReceiveAsync(WithUploadsAsync(parts, userId, chatId, declaredBytes, sending, cancellationToken), cancellationToken);
        }
        catch
        {
            await received.DisposeAsync();
            throw;
        }

        if (refusal is null)
            return received;
        if (refusal.Reason == RefusalReason.FileInfected && sending.Arriving is { } infected)
            await ForgetAsync(infected);
        // The first try has what its repeat lacks. Refused for good, what was sent once more would never arrive.
        var isOfRepeat = refusal == UploadRoom.QuotaExceeded && (underWay.IsRepeat || sending.IsRepeat);
        await received.DisposeAsync();
        return isOfRepeat ? FirstTryUnderWay : refusal;
    }

    /// <summary>Receives the bytes of a missing file once more, and keeps them when they have found their place.</summary>
    internal async Task<Result<Done>> ReceiveAgainAsync(
        string userId,
        Attachment missing,
        IAsyncEnumerable<UploadPart> parts,
        Func<(string Key, string Stamp), Task<Result<Done>>> commit,
        CancellationToken cancellationToken
    )
    {
        // A missing file still counts in the quotas: its bytes have their room there, once.
        if (!(await uploadsUnderWay.BeginAsync(userId, $"{missing.Id}")).Succeeded(out var underWay, out var refusal))
            return refusal;
        using var ending = underWay;
        if (underWay.IsRepeat)
            return FirstTryUnderWay;
        await using var upload = uploads.Begin(missing.ChatId, room: null);
        if (!(await upload.ReceiveAgainAsync(missing, parts, cancellationToken)).Succeeded(out var again, out refusal))
            return refusal;
        try
        {
            var restored = await commit(again);
            if (restored.Refusal is null)
                upload.Keep();
            return restored;
        }
        catch (OutcomeUnknownException)
        {
            upload.Leave();
            throw;
        }
    }

    /// <summary>
    /// Puts finished uploads in the place of the parts that name them; from there on they are files like any other.
    /// </summary>
    /// <param name="sending">Takes those that were handed out, which are being sent until it says otherwise.</param>
    private async IAsyncEnumerable<UploadPart> WithUploadsAsync(
        IAsyncEnumerable<UploadPart> parts,
        string userId,
        long chatId,
        long declaredBytes,
        UploadsSent sending,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var bytes = declaredBytes;
        await foreach (var part in parts.WithCancellation(cancellationToken))
        {
            if (part.Kind != UploadPartKind.Upload)
            {
                yield return part;
                continue;
            }

            // Twice in one form is one too many: it is over once it is sent.
            if (!(await FindUploadAsync(part, userId, chatId, cancellationToken)).Succeeded(out var upload, out var refusal) || sending.Has(upload))
            {
                refusal ??= UploadService.UploadNotFound;
                yield return UploadPart.Broken(refusal);
                yield break;
            }

            if ((bytes += upload.Ticket.Length) > policy.MaxRequestBytes)
            {
                yield return UploadPart.Broken(policy.RequestTooLarge());
                yield break;
            }

            await using var content = await upload.OpenAsync(cancellationToken);
            var isFirst = sending.Add(upload);
            sending.Arriving = upload.Ticket.Id;
            yield return new UploadPart(UploadPartKind.File, upload.Ticket.FileName, content, isFirst);
            sending.Arriving = null;
        }
    }

    /// <summary>The finished upload whose id the part holds.</summary>
    private async Task<Result<StagedUpload>> FindUploadAsync(UploadPart part, string userId, long chatId, CancellationToken cancellationToken)
    {
        if (!(await part.ReadAsync(new byte[64], cancellationToken)).Succeeded(out var text, out var refusal))
            return refusal;
        if (!Guid.TryParseExact(Encoding.UTF8.GetString(text.Span).Trim(), "D", out var id) || await staged.FindAsync(userId, chatId, id, cancellationToken) is not { } upload)
            return UploadService.UploadNotFound;
        var (offset, whole) = (await upload.OffsetAsync(cancellationToken), upload.Ticket.Length);
        return offset < whole
            ? new Refusal(
                RefusalReason.InvalidForm,
                $"The upload of “{upload.Ticket.FileName}” is not complete: {offset:N0} of {whole:N0} bytes are there. Finish it first."
            )
            : upload;
    }

    /// <summary>The message is committed.</summary>
    private async Task ForgetUploadsAsync(UploadsSent sent)
    {
        foreach (var id in sent.Ids)
            await ForgetAsync(id);
    }

    private async Task ForgetAsync(Guid uploadId)
    {
        try
        {
            await staged.RemoveAsync(uploadId);
        }
        catch (Exception failure) when (Outage.Explain(failure) is not null)
        {
            logger.LogWarning(failure, "An upload that is over could not be removed; it will expire");
        }
    }
}
