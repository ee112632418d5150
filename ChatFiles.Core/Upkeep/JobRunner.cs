using System.Globalization;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Upkeep;

/// <summary>Works off the side jobs one after another. A job that fails waits longer each time and holds up no other.</summary>
internal sealed class JobRunner(
    JobQueue queue,
    DatabaseWriter writer,
    IFileStore store,
    ChatRemover remover,
    TimeProvider time,
    ILogger<JobRunner> logger
) : BackgroundService
{
    /// <summary>A store that was down is asked again at least this often, so that deletions are caught up soon after.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan JobTimeout = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _wake = new(0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        writer.Committed += Wake;
        try
        {
            var failures = 0;
            while (true)
            {
                try
                {
                    if (await RunDueAsync(stoppingToken) == 0)
                        await WaitForNextAsync(stoppingToken);
                    failures = 0;
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogError(failure, "The side jobs could not be read or recorded");
                    await Pauses.WaitAsync(++failures, time, stoppingToken);
                }
            }
        }
        finally
        {
            writer.Committed -= Wake;
        }
    }

    private void Wake(Commit commit)
    {
        if (commit.HasJobs && _wake.CurrentCount == 0)
            _wake.Release();
    }

    private async Task<int> RunDueAsync(CancellationToken stoppingToken)
    {
        var taken = time.GetTimestamp();
        var due = await queue.TakeDueAsync(stoppingToken);
        var done = new List<long>();
        foreach (var job in due.TakeWhile(_ => time.GetElapsedTime(taken) < queue.BeginWithin))
        {
            var (isDone, failure) = await TryRunAsync(job, stoppingToken);
            if (failure is not null)
                await PostponeAsync(job, failure);
            else if (isDone)
                done.Add(job.Id);
            else
                await queue.PutBackAsync(job.Id);
        }

        if (done.Count > 0)
            await writer.WriteAsync(db => db.Jobs.Where(j => done.Contains(j.Id)).ExecuteDeleteAsync(), stoppingToken);
        return due.Count;
    }

    /// <summary>Whether it is done, or what went wrong. A job that takes long does a part at a time: the others have their turn in between.</summary>
    private async Task<(bool IsDone, Exception? Failure)> TryRunAsync(Job job, CancellationToken stoppingToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        timeout.CancelAfter(JobTimeout);
        try
        {
            switch (job.Kind)
            {
                case JobKind.DeleteBlob:
                    await store.DeleteAsync(job.Subject, timeout.Token);
                    break;
                case JobKind.DeleteChat:
                    return (await remover.RemoveNextAsync(long.Parse(job.Subject, CultureInfo.InvariantCulture), timeout.Token), null);
                default:
                    throw new InvalidOperationException($"There is no way to do a job of kind {job.Kind}.");
            }

            return (true, null);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            return (false, failure);
        }
    }

    private async Task PostponeAsync(Job job, Exception failure)
    {
        var attempts = job.Attempts + 1;
        var pause = Pauses.After(attempts + 3);
        logger.LogWarning(failure, "Job {JobId} ({JobKind} {Subject}) failed {Attempts} times", job.Id, job.Kind, job.Subject, attempts);
        await queue.PostponeAsync(job.Id, attempts, pause < LongestPause ? pause : LongestPause, failure.Message.AsText());
    }

    private async Task WaitForNextAsync(CancellationToken stoppingToken)
    {
        if (await queue.UntilNextAsync(stoppingToken) is not { } pause)
        {
            await _wake.WaitAsync(stoppingToken);
            return;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Task.WhenAny(Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, time, waiting.Token), _wake.WaitAsync(waiting.Token));
        await waiting.CancelAsync();
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }
}
