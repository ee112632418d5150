using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>
/// Messages and their files, and the only way to them: pages, API and tests all come through here. It validates, stores and
/// persists.
/// <list type="bullet">
/// <item><c>ChatService.Files.cs</c>: send and forward files, open one, put one back, delete one</item>
/// <item><c>ChatService.Messages.cs</c>: send a text, read the history, delete a message</item>
/// </list>
/// Beside it: <see cref="ChatDirectory"/> (my chats), <see cref="MemberService"/>, <see cref="UploadService"/> (resumable
/// uploads), <see cref="FindingService"/> and <see cref="LiveChats"/>. A chat is only reachable through the caller's
/// <see cref="Member"/>: a forgotten check finds nothing instead of everything.
/// </summary>
public sealed partial class ChatService(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    PreparedReads reads,
    TrustedBlobs blobs,
    UploadIntake intake,
    QuotaAccounts quotas,
    PersonLimits limits,
    TimeProvider time
)
{
    private async Task<bool> IsMemberAsync(string userId, long chatId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.ReadMemberAsync(userId, chatId, cancellationToken) is not null;
    }

    private static async Task<bool> MayDeleteAsync(ChatDbContext db, Member member, string authorId) =>
        member.UserId == authorId || await db.RulesAsync(member);

    internal static readonly Refusal NobodyReadsIt = new(
        RefusalReason.NotAllowed,
        "The other person's account is deactivated; nobody would read this. What was said before stays."
    );

    private static Refusal? CheckKey(string? key) =>
        key is null || key.Length is >= 1 and <= Message.MaxClientIdLength && key.All(c => c is >= '!' and <= '~')
            ? null
            : new Refusal(
                RefusalReason.InvalidIdempotencyKey,
                $"The key that marks a repeat has 1 to {Message.MaxClientIdLength} visible ASCII characters."
            );
}
