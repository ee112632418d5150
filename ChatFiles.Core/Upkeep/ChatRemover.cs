using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Upkeep;

/// <summary>
/// Clears away what a deleted chat held, a part at a time: a million messages in one transaction would keep everybody from
/// writing. Nobody can get at them meanwhile, because the chat has no members.
/// </summary>
internal sealed class ChatRemover(DatabaseWriter writer, TimeProvider time)
{
    /// <summary>In one transaction, which others wait for.</summary>
    private const int AtOnce = 100;

    /// <summary>Clears the next part away; true when nothing is left.</summary>
    public Task<bool> RemoveNextAsync(long chatId, CancellationToken cancellationToken) =>
        writer.WriteAsync(chatId, db => RemoveNextAsync(db, chatId), cancellationToken);

    private async Task<bool> RemoveNextAsync(ChatDbContext db, long chatId)
    {
        if (await db.Chats.SingleOrDefaultAsync(c => c.Id == chatId) is not { } chat)
            return true;
        var messages = await db
            .Messages.Include(m => m.Attachments)
            .Where(m => m.ChatId == chatId)
            .OrderBy(m => m.Id)
            .Take(AtOnce)
            .ToListAsync();
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var message in messages)
        {
            foreach (var file in message.Attachments.Where(a => a.State != AttachmentState.Deleted))
                await db.BuryAsync(file, chat, message.AuthorId, now);
        }

        // First what the index and the queue need to know of them, then the rows.
        await db.SaveChangesAsync(CancellationToken.None);
        var ids = messages.ConvertAll(m => m.Id);
        db.ChangeTracker.Clear();
        var events = db.Events.Where(e => e.ChatId == chatId);
        if (ids.Count > 0)
        {
            await events.Where(e => e.MessageId != null && ids.Contains(e.MessageId.Value)).ExecuteDeleteAsync();
            await db.Attachments.Where(a => ids.Contains(a.MessageId)).ExecuteDeleteAsync();
            await db.Messages.Where(m => ids.Contains(m.Id)).ExecuteDeleteAsync();
            return false;
        }

        await events.ExecuteDeleteAsync();
        await db.Chats.Where(c => c.Id == chatId).ExecuteDeleteAsync();
        return true;
    }
}
