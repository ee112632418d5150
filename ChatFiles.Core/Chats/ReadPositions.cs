using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Chats;

/// <summary>
/// How far people have read, as their open pages say it: with every message, from every page that shows it. The newest
/// position of a person in a chat is kept in memory for a moment, and then all of them are written at once. What a crash
/// takes with it counts as unread once more.
/// </summary>
public sealed class ReadPositions : BackgroundService
{
    /// <summary>So long a position waits for others.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);

    private readonly DatabaseWriter _writer;
    private readonly OtherNodes _nodes;
    private readonly TimeProvider _time;
    private readonly ILogger<ReadPositions> _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string UserId, long ChatId), long> _positions = [];

    // Never disposed (they hold nothing without a wait handle): a host that is stopped twice at once may still write.
    private readonly SemaphoreSlim _some = new(0);
    private readonly SemaphoreSlim _writing = new(1);

    public ReadPositions(DatabaseWriter writer, OtherNodes nodes, TimeProvider time, ILogger<ReadPositions> logger)
    {
        (_writer, _nodes, _time, _logger) = (writer, nodes, time, logger);
        nodes.Heard += Hear;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryWriteAsync();
    }

    /// <summary>Returns whether it is further than what is being kept of the person in that chat.</summary>
    internal bool Put(string userId, long chatId, long messageId)
    {
        lock (_gate)
        {
            if (_positions.TryGetValue((userId, chatId), out var before) && before >= messageId)
                return false;
            _positions[(userId, chatId)] = messageId;
            if (_some.CurrentCount == 0)
                _some.Release();
            return true;
        }
    }

    /// <summary>Before something of the person is read: they see what they have just done. It can be read without, too.</summary>
    internal async Task WriteAsync(string userId)
    {
        lock (_gate)
        {
            if (!_positions.Keys.Any(key => key.UserId == userId))
                return;
        }

        await TryWriteAsync();
    }

    /// <summary>Runs a change of the person's position in the chat, which nothing that was kept of them before undoes.</summary>
    internal async Task<T> ReplaceAsync<T>(string userId, long chatId, Func<Task<T>> change)
    {
        await WriteAsync(userId);
        await _writing.WaitAsync();
        try
        {
            lock (_gate)
                _positions.Remove((userId, chatId));
            return await change();
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
            await Task.Delay(Gathering, _time, stoppingToken);
            for (var failures = 1; !await TryWriteAsync(); failures++)
                await Pauses.WaitAsync(failures, _time, stoppingToken);
        }
    }

    /// <summary>Somebody has read further than the database had it; it has it now.</summary>
    internal event Action<IReadOnlyCollection<ReadPosition>>? Written;

    /// <summary>What was written without being kept here before.</summary>
    internal void TellWritten(ReadPosition position) => TellWritten([position]);

    private void TellWritten(IReadOnlyCollection<ReadPosition> positions)
    {
        Written?.Invoke(positions);
        foreach (var position in positions)
            _nodes.Tell(new HasRead(position.ChatId, position.UserId, position.MessageId));
    }

    private void Hear(NodeNews news)
    {
        if (news is HasRead read)
            Written?.Invoke([new ReadPosition(read.Chat, read.User, read.Message)]);
    }

    /// <summary>All that is being kept, now.</summary>
    internal async Task<bool> TryWriteAsync()
    {
        await _writing.WaitAsync();
        try
        {
            List<KeyValuePair<(string UserId, long ChatId), long>> positions;
            lock (_gate)
                positions = [.. _positions];
            List<ReadPosition> read = positions.Count > 0 ? await _writer.WriteAsync(db => WriteAsync(db, positions)) : [];
            lock (_gate)
            {
                foreach (var (key, written) in positions)
                {
                    if (_positions[key] == written)
                        _positions.Remove(key);
                }
            }

            if (read.Count > 0)
                TellWritten(read);

            return true;
        }
        catch (Exception failure)
        {
            _logger.LogWarning(failure, "How far people have read could not be written");
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Those who have read as far as each other in one statement; nobody backwards, nobody beyond the newest message.</summary>
    private static async Task<List<ReadPosition>> WriteAsync(ChatDbContext db, List<KeyValuePair<(string UserId, long ChatId), long>> positions)
    {
        var written = new List<ReadPosition>(positions.Count);
        foreach (var chat in positions.GroupBy(p => p.Key.ChatId))
        {
            var newest = await db.Messages.Where(m => m.ChatId == chat.Key).MaxAsync(m => (long?)m.Id) ?? 0;
            foreach (var readers in chat.GroupBy(p => Math.Min(p.Value, newest), p => p.Key.UserId))
            {
                var (userIds, readTo) = (readers.ToList(), readers.Key);
                await db
                    .Members.Where(m => m.ChatId == chat.Key && userIds.Contains(m.UserId) && m.ReadMessageId < readTo)
                    .ExecuteUpdateAsync(set => set.SetProperty(m => m.ReadMessageId, readTo));
                written.AddRange(userIds.Select(userId => new ReadPosition(chat.Key, userId, readTo)));
            }
        }

        return written;
    }
}

/// <param name="MessageId">All up to this one is read.</param>
internal readonly record struct ReadPosition(long ChatId, string UserId, long MessageId);
