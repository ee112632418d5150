using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Chats;

/// <summary>
/// Who has opened or fetched whose files, each once. No download waits for it: openings are kept in memory for a moment,
/// and then all of them are written at once. What a crash takes with it is not known.
/// </summary>
public sealed class FileOpenings(DatabaseWriter writer, TimeProvider time, ILogger<FileOpenings> logger) : BackgroundService
{
    /// <summary>So long an opening waits for others.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);

    /// <summary>Of those that are known to be written; whoever plays a film fetches it in hundreds of parts.</summary>
    private const int MostKnown = 20_000;

    /// <summary>A store that is away for long must not fill the memory.</summary>
    private const int MostWaiting = 20_000;

    private const string AddSql = """
        INSERT INTO "FileOpenings"("FileId", "UserId", "At")
        SELECT a."Id", @user, @at FROM "Attachments" AS a WHERE a."Id" = @file AND a."AuthorId" <> @user
        ON CONFLICT DO NOTHING
        """;

    private readonly Lock _gate = new();
    private readonly Dictionary<(Guid FileId, string UserId), DateTime> _waiting = [];
    private readonly HashSet<(Guid FileId, string UserId)> _known = [];

    // Never disposed, as in ReadPositions.
    private readonly SemaphoreSlim _some = new(0);
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Somebody gets bytes of a file. Costs nothing that anybody waits for.</summary>
    public void Note(string userId, Guid fileId)
    {
        lock (_gate)
        {
            if (_known.Contains((fileId, userId)) || _waiting.Count >= MostWaiting || !_waiting.TryAdd((fileId, userId), time.Now()))
                return;
            if (_some.CurrentCount == 0)
                _some.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryWriteAsync();
    }

    /// <summary>Before somebody reads them. They can be read without what could not be written, too.</summary>
    internal async Task<bool> TryWriteAsync()
    {
        await _writing.WaitAsync();
        try
        {
            List<KeyValuePair<(Guid FileId, string UserId), DateTime>> openings;
            lock (_gate)
                openings = [.. _waiting];
            if (openings.Count == 0)
                return true;
            await writer.WriteDirectlyAsync(
                scope =>
                {
                    foreach (var ((fileId, userId), at) in openings)
                        scope.Statement(AddSql, ("@file", fileId), ("@user", userId), ("@at", Times.ToMilliseconds(at))).ExecuteNonQuery();
                    return true;
                },
                CancellationToken.None
            );
            lock (_gate)
            {
                if (_known.Count > MostKnown)
                    _known.Clear();
                foreach (var (opening, _) in openings)
                {
                    _waiting.Remove(opening);
                    _known.Add(opening);
                }
            }

            return true;
        }
        catch (Exception failure)
        {
            logger.LogWarning(failure, "Who has opened which files could not be written");
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _some.WaitAsync(stoppingToken);
            await Task.Delay(Gathering, time, stoppingToken);
            for (var failures = 1; !await TryWriteAsync(); failures++)
                await Live.Pauses.WaitAsync(failures, time, stoppingToken);
        }
    }
}
