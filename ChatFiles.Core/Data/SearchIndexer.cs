using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Data;

/// <summary>
/// Puts new messages into the search index, soon after their commit: many that come together are one write. What a crash
/// or an outage left behind is caught up from where it had come.
/// </summary>
public sealed class SearchIndexer(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, TimeProvider time, ILogger<SearchIndexer> logger) : BackgroundService
{
    /// <summary>In one transaction, which others wait for.</summary>
    private const int AtOnce = 200;

    /// <summary>A search finds a message within a second; so long after it, others may come along with it.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _behind = new(1);

    /// <summary>Puts in all that is there.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        while (await PutInNextAsync(cancellationToken))
        {
            // Others write in between.
        }
    }

    private async Task<bool> PutInNextAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var prepared = await SearchIndex.PrepareNextAsync(db, AtOnce, cancellationToken);
        return await writer.WriteDirectlyAsync(scope => SearchIndex.PutInNext(scope, AtOnce, prepared), cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        writer.Committed += OnCommitted;
        try
        {
            while (true)
            {
                await _behind.WaitAsync(stoppingToken);
                await Task.Delay(Gathering, time, stoppingToken);
                try
                {
                    await CatchUpAsync(stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogError(failure, "New messages could not be put into the search index; they are not found yet");
                    await Task.Delay(AfterFailure, time, stoppingToken);
                    Wake();
                }
            }
        }
        finally
        {
            writer.Committed -= OnCommitted;
        }
    }

    private void OnCommitted(Commit commit)
    {
        if (commit.IsUnsure || commit.Events.Count > 0)
            Wake();
    }

    private void Wake()
    {
        if (_behind.CurrentCount == 0)
            _behind.Release();
    }

    public override void Dispose()
    {
        _behind.Dispose();
        base.Dispose();
    }
}
