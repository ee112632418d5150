using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.People;

internal static class NewAccount
{
    /// <summary>Whatever a new account has besides itself, however it came to be; in the writer's transaction, to be saved.</summary>
    /// <param name="actorId">Who made it; null: an operator, who is named elsewhere.</param>
    /// <param name="how">For the audit log.</param>
    public static async Task AddAsync(ChatDbContext db, Person person, DateTime now, string? actorId, string how)
    {
        person.DisplayName = await DisplayNames.FindFreeAsync(person.DisplayName, key => db.Users.AnyAsync(p => p.NameKey == key));
        db.Users.Add(person);
        db.PersonStates.Add(new PersonState { UserId = person.Id, CreatedAt = now });
        await db.LockChatAsync(Chat.GeneralId);
        var general = await db.Chats.SingleAsync(c => c.Id == Chat.GeneralId);
        await db.JoinAsync(general, person, now);
        db.Note(AuditAction.Registered, actorId, now, person.Email ?? "", person.Id, how);
    }
}
