using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// By NOTIFY: one connection of the process tells, one listens. In the transactions themselves it would halve the commits
/// of a second, because those that notify are made one after the other; so it comes after them, many at once.
/// </summary>
internal sealed class NotifiedNodes(PostgreSqlConnection connections, DatabaseReadiness readiness, TimeProvider time, ILogger<NotifiedNodes> logger) : OtherNodes, IHostedService, IDisposable
{
    private const string Place = "chatfiles";

    /// <summary>Bytes, of the 8,000 that a notice may have; all of it is ASCII.</summary>
    private const int MaxNotice = 7_800;

    /// <summary>What has no room is lost: nobody hears of it at once.</summary>
    private const int Capacity = 4_096;

    /// <summary>So long one waits for others.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Channel<NodeNews> _toTell = Channel.CreateBounded<NodeNews>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource _ending = new();
    private Task _working = Task.CompletedTask;

    /// <inheritdoc/>
    internal override bool Exist => true;

    /// <inheritdoc/>
    internal override void Tell(NodeNews news) => _toTell.Writer.TryWrite(news);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _working = Task.WhenAll(AgainAsync(TellAllAsync), AgainAsync(ListenAsync));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _ending.CancelAsync();
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _ending.Dispose();

    /// <summary>Notices with all of the news, of a chat's events the newest only.</summary>
    internal static IEnumerable<string> Pack(string from, IReadOnlyList<NodeNews> all)
    {
        var newest = new Dictionary<long, long>();
        foreach (var moved in all.OfType<ChatMoved>())
            newest[moved.Chat] = Math.Max(moved.Seq, newest.GetValueOrDefault(moved.Chat));
        var packed = new List<string>();
        var length = from.Length;
        foreach (var one in all.Where(n => n is not ChatMoved).Concat(newest.Select(n => new ChatMoved(n.Key, n.Value))).Select(n => JsonSerializer.Serialize(n)))
        {
            if (length + one.Length + 3 > MaxNotice && packed.Count > 0)
            {
                yield return $"{from}[{string.Join(',', packed)}]";
                packed.Clear();
                length = from.Length;
            }

            packed.Add(one);
            length += one.Length + 1;
        }

        if (packed.Count > 0)
            yield return $"{from}[{string.Join(',', packed)}]";
    }

    /// <summary>What is in a notice; nothing in one's own, or in what is none.</summary>
    internal static NodeNews[] Unpack(string self, string notice)
    {
        var begin = notice.IndexOf('[', StringComparison.Ordinal);
        if (begin < 0 || notice[..begin] == self)
            return [];
        try
        {
            return JsonSerializer.Deserialize<NodeNews[]>(notice[begin..]) ?? [];
        }
        // Of another version, or of whoever else may write to the database.
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            return [];
        }
    }

    private async Task TellAllAsync(CancellationToken ending)
    {
        await using var connection = await connections.OpenLastingAsync(ending);
        await using var tell = new NpgsqlCommand($"SELECT pg_notify('{Place}', $1)", connection) { Parameters = { new NpgsqlParameter<string>() } };
        await using (var hurry = new NpgsqlCommand("SET synchronous_commit TO off", connection))
            await hurry.ExecuteNonQueryAsync(ending);
        while (await _toTell.Reader.WaitToReadAsync(ending))
        {
            await Task.Delay(Gathering, time, ending);
            var news = new List<NodeNews>();
            while (_toTell.Reader.TryRead(out var next))
                news.Add(next);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ending);
            patience.CancelAfter(Patience);
            foreach (var notice in Pack(Name, news))
            {
                ((NpgsqlParameter<string>)tell.Parameters[0]).TypedValue = notice;
                await tell.ExecuteNonQueryAsync(patience.Token);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ending)
    {
        await using var connection = await connections.OpenLastingAsync(ending);
        connection.Notification += (_, notice) => Array.ForEach(Unpack(Name, notice.Payload), Hear);
        await using (var listen = new NpgsqlCommand($"LISTEN {Place}", connection))
            await listen.ExecuteNonQueryAsync(ending);
        BeginToListen();
        while (true)
            await connection.WaitAsync(ending);
    }

    /// <summary>Until the end: a connection that is lost is made anew.</summary>
    private async Task AgainAsync(Func<CancellationToken, Task> work)
    {
        // Nothing of it is to be done on the thread that starts.
        await Task.Yield();
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                if (readiness.IsReady)
                    await work(_ending.Token);
            }
            catch (Exception failure)
            {
                logger.LogDebug("The other processes can't be told or heard: {Message}", failure.Message);
            }

            await Task.Delay(Pause, time, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
