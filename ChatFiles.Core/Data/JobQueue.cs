using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>The side jobs, where one process does them all.</summary>
internal class JobQueue(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, TimeProvider time)
{
    protected const int AtOnce = 50;

    /// <summary>So long after they were taken they may be begun; later they may be somebody else's.</summary>
    public virtual TimeSpan BeginWithin => TimeSpan.MaxValue;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Those that are due, the oldest of them first.</summary>
    public virtual async Task<List<Job>> TakeDueAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = Now;
        return await db.Jobs.Where(j => j.DueAt <= now).OrderBy(j => j.DueAt).Take(AtOnce).AsNoTracking().ToListAsync(cancellationToken);
    }

    /// <summary>It has failed, and is due again after this pause.</summary>
    public virtual Task PostponeAsync(long id, int attempts, TimeSpan pause, string error)
    {
        var dueAt = Now + pause;
        return writer.WriteAsync(db =>
            db.Jobs.Where(j => j.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(j => j.Attempts, attempts).SetProperty(j => j.DueAt, dueAt).SetProperty(j => j.LastError, error))
        );
    }

    /// <summary>A part of it is done, and the rest is due at once.</summary>
    public virtual Task PutBackAsync(long id) => Task.CompletedTask;

    /// <summary>When to look for the next; null: when one has been added.</summary>
    public virtual async Task<TimeSpan?> UntilNextAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Jobs.MinAsync(j => (DateTime?)j.DueAt, cancellationToken) - Now;
    }
}
