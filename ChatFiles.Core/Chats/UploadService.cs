using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>Resumable uploads, until a message sends them.</summary>
public sealed class UploadService(
    IDbContextFactory<ChatDbContext> databases,
    UploadPolicy policy,
    QuotaAccounts quotas,
    StagedUploads staged,
    UploadsUnderWay uploadsUnderWay
)
{
    internal static readonly Refusal UploadNotFound = new(
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
        if (await FindMemberAsync(userId, chatId, cancellationToken) is not { } member)
            return Refusal.ChatNotFound;
        if (member.Chat.IsDirect && await IsToNobodyAsync(member, cancellationToken))
            return ChatService.NobodyReadsIt;
        if (!UploadPolicy.CleanName(fileName).Succeeded(out var cleaned, out var refusal))
            return refusal;
        if (!policy.TypeOf(cleaned).Succeeded(out _, out refusal))
            return refusal;
        if (length == 0)
            return UploadPolicy.Empty(cleaned);
        if (length > policy.MaxFileBytes)
            return policy.TooLarge(cleaned);
        var reservation = quotas.Open(member.UserId, member.ChatId);
        StagedUpload? upload = null;
        try
        {
            if (await quotas.TakeRoomAsync(reservation, length, length, cancellationToken) is null)
                return UploadRoom.QuotaExceeded;
            var begun = await staged.BeginAsync(cleaned, metadata, reservation, cancellationToken);
            return begun.Succeeded(out upload, out refusal) ? ViewOf(upload.Ticket, offset: 0) : refusal;
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
            return ViewOf(mine.Upload.Ticket, await mine.Upload.OffsetAsync(cancellationToken));
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
        if (!(await uploadsUnderWay.BeginAsync(userId)).Succeeded(out var underWay, out refusal))
            return refusal;
        using var ending = underWay;
        var (upload, ticket) = (mine.Upload, mine.Upload.Ticket);
        if (await upload.OffsetAsync(cancellationToken) is var end && offset != end)
            return new Refusal(RefusalReason.OffsetConflict, $"This upload goes on at byte {end}, not at {offset}.");
        if (declaredBytes > ticket.Length - offset)
            return StagedUpload.TooLong(ticket);
        // The settings may have changed since it began.
        if (policy.TypeOf(ticket.FileName).Succeeded(out var type, out refusal))
            refusal = await upload.AppendAsync(body, offset, turn, policy, type, cancellationToken);
        if (refusal?.Reason == RefusalReason.FileTypeNotAllowed)
            await staged.RemoveAsync(uploadId);
        return refusal is null ? ViewOf(ticket, await upload.OffsetAsync(CancellationToken.None)) : refusal;
    }

    /// <summary>Ends an upload and forgets its bytes.</summary>
    public async Task<Result<Done>> EndUploadAsync(string userId, long chatId, Guid uploadId, CancellationToken cancellationToken = default)
    {
        var entered = await EnterUploadAsync(userId, chatId, uploadId, cancellationToken);
        if (!entered.Succeeded(out var mine, out var refusal))
            return refusal;
        using var turn = mine.Turn;
        await staged.RemoveAsync(uploadId);
        return new Done();
    }

    private async Task<Result<UploadInHand>> EnterUploadAsync(string userId, long chatId, Guid uploadId, CancellationToken cancellationToken)
    {
        if (await FindMemberAsync(userId, chatId, cancellationToken) is not { } member)
            return Refusal.ChatNotFound;
        if (await staged.FindAsync(member.UserId, member.ChatId, uploadId, cancellationToken) is not { } upload)
            return UploadNotFound;
        if (!(await upload.EnterAsync()).Succeeded(out var turn, out var takenOver))
            return takenOver;
        // The one before may have ended it.
        if (await staged.FindAsync(member.UserId, member.ChatId, uploadId, cancellationToken) is not null)
            return new UploadInHand(upload, turn);
        turn.Dispose();
        return UploadNotFound;
    }

    private async Task<Member?> FindMemberAsync(string userId, long chatId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.ReadMemberAsync(userId, chatId, cancellationToken);
    }

    /// <summary>The other person's account is deactivated: what is uploaded could not be sent.</summary>
    private async Task<bool> IsToNobodyAsync(Member member, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Members.AnyAsync(m => m.ChatId == member.ChatId && m.UserId != member.UserId && !m.User.Active, cancellationToken);
    }

    private static UploadView ViewOf(UploadTicket ticket, long offset) =>
        new(ticket.Id, ticket.ChatId, offset, ticket.Length, ticket.Metadata, ticket.ExpiresAt);

    private sealed record UploadInHand(StagedUpload Upload, UploadTurn Turn);
}
