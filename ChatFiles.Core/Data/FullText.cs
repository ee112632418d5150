using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>The part of <see cref="SearchIndex"/> and <see cref="ContentIndex"/> that compares words.</summary>
internal abstract class FullText
{
    /// <summary>
    /// Brings the database up to date. The indexes can be made again from what they are made of, so they stand in no
    /// migration's way.
    /// </summary>
    /// <param name="hasContents">Whether there is to be an index of what is in files; see <see cref="ContentIndex"/>.</param>
    public abstract Task MigrateAsync(ChatDbContext db, bool hasContents);

    /// <summary>Puts a message's terms in.</summary>
    public abstract void AddMessage(Statement statement, long messageId, string text, string fileNames);

    /// <summary>Ids of the messages that fit, newest first, out of the caller's own chats.</summary>
    public abstract IQueryable<long> FindMessages(ChatDbContext db, string userId, SearchWords words, long? chatId, long before, int limit);

    /// <summary>Puts a file's terms in.</summary>
    public abstract void AddContent(Statement statement, ContentKey key, string fileName, string text);

    /// <summary>Takes a file out, whose terms were these.</summary>
    public abstract void TakeContentOut(Statement statement, ContentKey key, string fileName, string text);

    /// <summary>Files that came since the index began and that nobody has looked into.</summary>
    public abstract Task<IQueryable<Attachment>> FindNewAsync(ChatDbContext db, CancellationToken cancellationToken);

    /// <summary>Somebody has looked into these, which are the oldest of them that were found.</summary>
    public abstract void EndNew(Statement statement, IReadOnlyList<ContentKey> keys);

    /// <summary>Files that fit, newest first, out of the caller's own chats.</summary>
    /// <param name="before">The first key that does not count any more.</param>
    public abstract IQueryable<long> FindContents(ChatDbContext db, string userId, SearchWords words, long? chatId, long before, int limit);

    /// <summary>Files that fit, whoever's they are; to be narrowed by a query.</summary>
    public abstract IQueryable<long> FindContents(ChatDbContext db, SearchWords words, ContentKey from, ContentKey until);
}
