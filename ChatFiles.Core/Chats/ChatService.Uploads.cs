using System.Runtime.CompilerServices;
using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Chats;

public sealed partial class ChatService
{
    private static readonly Refusal UploadNotFound = new(
        RefusalReason.FileNotFound,
        "There is no such upload of yours in this chat; it was sent, ended or has expired. Begin a new one."
    );

    /// <summary>Begins a resumable upload. Name, type, length and quota are judged here, before the first byte.</summary>
    /// <param name="metadata">What the client wants to read again with the offset.</param>
    public async Task<Result<UploadView>> BeginUploadAsync(
        string userId,
        long chatId,
        string? fileName,
        long length,
        string? metadata,
        CancellationToken cancellationToken = default
    )
    {
        if ((await CheckMemberAsync(userId, chatId, cancellationToken)).Refusal is { } stranger)
            return stranger;
        if (!UploadPolicy.CleanName(fileName).Succeeded(out var cleaned, out var refusal))
            return refusal;
        if (!policy.TypeOf(cleaned).Succeeded(out _, out refusal))
            return refusal;
        if (length == 0)
            return UploadPolicy.Empty(cleaned);
        if (length > policy.MaxFileBytes)
            return policy.TooLarge(cleaned);
        var reservation = reservations.Open(userId, chatId);
        StagedUpload? upload = null;
        try
        {
            if (await TakeRoomAsync(reservation, length, length, cancellationToken) is null)
                return UploadRoom.QuotaExceeded;
            return staged.Begin(cleaned, metadata, reservation).Succeeded(out upload, out refusal) ? ViewOf(upload) : refusal;
        }
        finally
        {
            if (upload is null)
                reservation.Dispose();
        }
    }

    /// <summary>Where an upload goes on. Whoever asks has given up the request before, if there is one: it ends.</summary>
    public async Task<Result<UploadView>> FindUploadAsync(
        string userId,
        long chatId,
        Guid uploadId,
        CancellationToken cancellationToken = default
    )
    {
        var entered = await EnterUploadAsync(userId, chatId, uploadId, cancellationToken);
        if (!entered.Succeeded(out var mine, out var refusal))
            return refusal;
        using (mine.Turn)
            return ViewOf(mine.Upload);
    }

    /// <summary>Appends bytes; those that arrived before it broke off are kept.</summary>
    /// <param name="offset">Where the client believes that they belong.</param>
    /// <param name="declaredBytes">How many the request says they are; null when it does not say.</param>
    /// <param name="body">Only read when they belong there.</param>
    /// <param name="cancellationToken">For the end of the process; that the client is gone shows in the body.</param>
    public async Task<Result<UploadView>> ContinueUploadAsync(
        string userId,
        long chatId,
        Guid uploadId,
        long offset,
        long? declaredBytes,
        Stream body,
        CancellationToken cancellationToken = default
    )
    {
        var entered = await EnterUploadAsync(userId, chatId, uploadId, cancellationToken);
        if (!entered.Succeeded(out var mine, out var refusal))
            return refusal;
        using var turn = mine.Turn;
        // After the one before has given way: a repeat takes its place.
        if (!uploadsUnderWay.Begin(userId).Succeeded(out var underWay, out refusal))
            return refusal;
        using var ending = underWay;
        var (upload, ticket) = (mine.Upload, mine.Upload.Ticket);
        if (offset != upload.Offset)
            return new Refusal(RefusalReason.OffsetConflict, $"This upload goes on at byte {upload.Offset}, not at {offset}.");
        if (declaredBytes > ticket.Length - offset)
            return StagedUpload.TooLong(ticket);
        try
        {
            // The settings may have changed since it began.
            if (policy.TypeOf(ticket.FileName).Succeeded(out var type, out refusal))
                refusal = await upload.AppendAsync(body, turn, policy, type, cancellationToken);
        }
        catch (UploadRefusedException brokenOff)
        {
            return brokenOff.Refusal;
        }

        if (refusal?.Reason == RefusalReason.FileTypeNotAllowed)
            staged.Remove(uploadId);
        return refusal is null ? ViewOf(upload) : refusal;
    }

    /// <summary>Ends an upload and forgets its bytes.</summary>
    public async Task<Result<Done>> EndUploadAsync(string userId, long chatId, Guid uploadId, CancellationToken cancellationToken = default)
    {
        var entered = await EnterUploadAsync(userId, chatId, uploadId, cancellationToken);
        if (!entered.Succeeded(out var mine, out var refusal))
            return refusal;
        using var turn = mine.Turn;
        staged.Remove(uploadId);
        return new Done();
    }

    private async Task<Result<UploadInHand>> EnterUploadAsync(string userId, long chatId, Guid uploadId, CancellationToken cancellationToken)
    {
        if ((await CheckMemberAsync(userId, chatId, cancellationToken)).Refusal is { } stranger)
            return stranger;
        if (staged.Find(userId, chatId, uploadId) is not { } upload)
            return UploadNotFound;
        try
        {
            var turn = await upload.EnterAsync();
            // The one before may have ended it.
            if (staged.Find(userId, chatId, uploadId) is not null)
                return new UploadInHand(upload, turn);
            turn.Dispose();
            return UploadNotFound;
        }
        catch (UploadRefusedException takenOver)
        {
            return takenOver.Refusal;
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

            var upload = await ReadUploadAsync(part, userId, chatId, cancellationToken);
            if ((bytes += upload.Ticket.Length) > policy.MaxRequestBytes)
                throw new UploadRefusedException(policy.RequestTooLarge());
            await using var content = upload.Open();
            yield return new UploadPart(UploadPartKind.File, upload.Ticket.FileName, content, sending.Add(upload));
        }
    }

    private async Task<StagedUpload> ReadUploadAsync(UploadPart part, string userId, long chatId, CancellationToken cancellationToken)
    {
        var text = new byte[64];
        var length = await part.Content.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellationToken);
        if (!Guid.TryParseExact(Encoding.UTF8.GetString(text, 0, length).Trim(), "D", out var id) || staged.Find(userId, chatId, id) is not { } upload)
            throw new UploadRefusedException(UploadNotFound);
        var (offset, whole) = (upload.Offset, upload.Ticket.Length);
        if (offset < whole)
            throw new UploadRefusedException(
                new Refusal(
                    RefusalReason.InvalidForm,
                    $"The upload of “{upload.Ticket.FileName}” is not complete: {offset:N0} of {whole:N0} bytes are there. Finish it first."
                )
            );
        return upload;
    }

    /// <summary>The message is committed; a part that can't be removed now expires.</summary>
    private void ForgetUploads(UploadsSent sent)
    {
        try
        {
            foreach (var id in sent.Ids)
                staged.Remove(id);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or StoreFullException)
        {
            logger.LogWarning(failure, "An upload that was sent could not be removed; it will expire");
        }
    }

    private static UploadView ViewOf(StagedUpload upload) =>
        new(upload.Ticket.Id, upload.Ticket.ChatId, upload.Offset, upload.Ticket.Length, upload.Ticket.Metadata, upload.Ticket.ExpiresAt);

    private sealed record UploadInHand(StagedUpload Upload, UploadTurn Turn);

    /// <summary>The resumable uploads in one form; disposing it lets other forms send those that were not forgotten.</summary>
    private sealed class UploadsSent : IDisposable
    {
        private readonly List<StagedUpload> _first = [];
        private readonly HashSet<Guid> _all = [];

        public IEnumerable<Guid> Ids => _all;

        /// <summary>Whether another request is sending one of them, a try before this one perhaps.</summary>
        public bool IsRepeat { get; private set; }

        /// <summary>Gives whether the upload's reservation is for this use of it.</summary>
        public bool Add(StagedUpload upload)
        {
            var isNew = _all.Add(upload.Ticket.Id);
            if (upload.TryBeginSending())
            {
                _first.Add(upload);
                return true;
            }

            IsRepeat |= isNew;
            return false;
        }

        public void Dispose() => _first.ForEach(upload => upload.EndSending());
    }
}
