using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>
/// Reads that may take long. SQLite works on the thread that asks, so they have a few threads of their own: the pool's
/// answer everybody. They take turns by person, and end after a second, or when nobody waits for them any more.
/// </summary>
public sealed class LongReads(IDbContextFactory<ChatDbContext> databases, TimeProvider time)
{
    private const int AtOnceOfPerson = 2;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private static readonly int AtOnce = Math.Max(2, Environment.ProcessorCount / 2);

    private static readonly Refusal TooSlow = new(
        RefusalReason.SearchTooSlow,
        "This search took too long and was ended; search for fewer or rarer words, or in one chat only."
    );

    /// <summary>One person never has all of them.</summary>
    private readonly FairTurns _turns = new(AtOnce, Math.Min(AtOnceOfPerson, AtOnce - 1), time);

    /// <summary>Runs a read of that person, or says why not.</summary>
    /// <param name="read">Reads from the context, which shows it one moment of the database, and waits for nothing else.</param>
    public async Task<Result<T>> RunAsync<T>(string userId, Func<ChatDbContext, Task<Result<T>>> read, CancellationToken cancellationToken)
    {
        if (!(await _turns.EnterAsync(userId, cancellationToken)).Succeeded(out var turn, out var refusal))
            return refusal;
        using (turn)
        {
            return await Task.Factory.StartNew(
                () => Run(read, cancellationToken),
                CancellationToken.None,
                TaskCreationOptions.LongRunning | TaskCreationOptions.RunContinuationsAsynchronously,
                TaskScheduler.Default
            );
        }
    }

    /// <summary>On a thread of its own, which the read never leaves: EF on SQLite does all its work before it returns.</summary>
    private Result<T> Run<T>(Func<ChatDbContext, Task<Result<T>>> read, CancellationToken cancellationToken)
    {
        using var db = databases.CreateDbContext();
        using var moment = db.HoldMomentAsync(cancellationToken).GetAwaiter().GetResult();
        using var limit = db.Dialect.Limit(db, Limit, time, cancellationToken);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return read(db).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (db.Dialect.WasEnded(failure))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return TooSlow;
        }
    }
}
