using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// Puts messages into a running server's database as if they had been sent long ago: quicker than sending them, and at
/// any time. Everything that reads the chat afresh sees them; nobody is told of them.
/// </summary>
internal static class Archive
{
    /// <summary>"number 1;", "number 2;" … by the chat's owner. Gives their ids.</summary>
    public static async Task<long[]> FillAsync(ServerProcess server, ChatInfo chat, int count, Func<int, DateTime>? sentAt = null)
    {
        var options = new DbContextOptionsBuilder<SqliteContext>().UseSqlite($"Data Source={Path.Combine(server.Data, "chatfiles.db")};Pooling=False").Options;
        await using var db = new SqliteContext(options) { HoldsGate = true };
        await using var transaction = await db.Database.BeginTransactionAsync();
        var filled = await db.Chats.SingleAsync(c => c.Id == chat.Id);
        var owner = await db.Members.SingleAsync(m => m.ChatId == chat.Id && m.Role == MemberRole.Owner);
        var messages = new List<Message>();
        for (var n = 1; n <= count; n++)
        {
            var message = new Message
            {
                ChatId = chat.Id,
                AuthorId = owner.UserId,
                Seq = ++filled.LastSeq,
                Text = $"number {n}; " + new string('x', n * 37 % 300),
                SentAt = sentAt?.Invoke(n) ?? DateTime.UnixEpoch.AddYears(50).AddMinutes(n),
            };
            messages.Add(message);
            db.Messages.Add(message);
            db.Events.Add(new ChatEvent { ChatId = chat.Id, Seq = message.Seq, Type = ChatEventType.MessageCreated, At = message.SentAt, Message = message });
        }

        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return [.. messages.Select(m => m.Id)];
    }
}
