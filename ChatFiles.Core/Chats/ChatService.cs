using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Chats;

/// <summary>
/// The use cases, and the only way in: pages, API and tests all come through here. It validates, stores and persists.
/// <list type="bullet">
/// <item><c>ChatService.Files.cs</c>: send files, open one, delete one</item>
/// <item><c>ChatService.Uploads.cs</c>: resumable uploads, until they are sent</item>
/// <item><c>ChatService.Quotas.cs</c>: the room that uploads have</item>
/// <item><c>ChatService.Messages.cs</c>: send a text, read the history, delete a message</item>
/// <item><c>ChatService.Chats.cs</c>: my chats, create one, read position</item>
/// <item><c>ChatService.Members.cs</c>: list, add, find and remove people</item>
/// <item><c>ChatService.Finding.cs</c>: list a chat's files, search, storage use</item>
/// <item><c>ChatService.Live.cs</c>: follow a chat</item>
/// </list>
/// A chat is only reachable through the caller's membership: a forgotten check finds nothing instead of everything.
/// </summary>
public sealed partial class ChatService(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    LongReads longReads,
    PreparedReads reads,
    IFileStore store,
    TrustedBlobs blobs,
    UploadPolicy policy,
    IOptions<QuotaOptions> quotas,
    QuotaReservations reservations,
    UploadsUnderWay uploadsUnderWay,
    UploadsInFlight uploadsInFlight,
    StagedUploads staged,
    RoomBroadcaster broadcaster,
    RoomLog roomLog,
    Presence presence,
    ReadPositions readPositions,
    PersonLimits limits,
    TimeProvider time,
    ILogger<ChatService> logger
)
{
    /// <summary>Runs a use case for a page: that storage is away for a moment is its refusal then, and no exception.</summary>
    public static async Task<Refusal?> TryAsync(Func<Task<Refusal?>> useCase)
    {
        try
        {
            return await useCase();
        }
        catch (Exception failure) when (Outage.Explain(failure) is { } refusal)
        {
            return refusal;
        }
    }

    /// <summary>To the millisecond, which is what the database keeps: an answer and a later reading show the same time.</summary>
    private DateTime Now
    {
        get
        {
            var now = time.GetUtcNow().UtcDateTime;
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        }
    }

    /// <summary>The caller's membership with the chat, both tracked; null when there is none.</summary>
    private static Task<Member?> FindMembershipAsync(ChatDbContext db, string userId, long chatId) =>
        db.Members.Include(m => m.Chat).SingleOrDefaultAsync(m => m.ChatId == chatId && m.UserId == userId);

    private static Task<bool> IsMemberAsync(ChatDbContext db, string userId, long chatId, CancellationToken cancellationToken) =>
        db.Members.AnyAsync(m => m.ChatId == chatId && m.UserId == userId, cancellationToken);

    /// <summary>A write that counts as one of the person's messages and changes.</summary>
    private async Task<Result<T>> ChangeAsync<T>(string userId, Func<ChatDbContext, Task<Result<T>>> change, CancellationToken cancellationToken) =>
        limits.CountMessage(userId) is { } tooMany ? tooMany : await writer.WriteAsync(change, cancellationToken);

    /// <summary>Counts a reading as one of the person's searches when it looks for a text.</summary>
    private Refusal? CountSearch(string userId, string? text) => string.IsNullOrWhiteSpace(text) ? null : limits.CountSearch(userId);

    private static bool MayDelete(Member member, string authorId) => member.UserId == authorId || member.Role == MemberRole.Owner;

    private static Refusal? CheckName(string? name, out string trimmed)
    {
        trimmed = name?.Trim() ?? "";
        return trimmed.Length is >= 1 and <= Chat.MaxNameLength && trimmed.IsText() && !trimmed.Any(char.IsControl)
            ? null
            : new Refusal(RefusalReason.InvalidName, $"A name has 1 to {Chat.MaxNameLength} characters, none of them a control character.");
    }

    private static Refusal? CheckKey(string? key) =>
        key is null || key.Length is >= 1 and <= Message.MaxClientIdLength && key.All(c => c is >= '!' and <= '~')
            ? null
            : new Refusal(
                RefusalReason.InvalidIdempotencyKey,
                $"The key that marks a repeat has 1 to {Message.MaxClientIdLength} visible ASCII characters."
            );
}
