using System.Threading.Channels;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// What people have open at all processes together: a row for each, in a table that PostgreSQL keeps no log of. It counts as
/// long as its node is alive.
/// </summary>
internal sealed class SharedPlaces(NpgsqlDataSource source, Node node, TimeProvider time, ILogger<SharedPlaces> logger) : BackgroundService, IOpenCounters
{
    /// <summary>Who takes the last place keeps the others waiting until it is there: they are counted by a later statement.</summary>
    private const string TurnSql = """
        SELECT pg_advisory_xact_lock(7270002, hashtext(@what || ' ' || @who))
        """;

    private const string OpenSql = $"""
        INSERT INTO "OpenPlaces"("Id", "What", "Who", "Node") SELECT @id, @what, @who, @node
        WHERE @most > (SELECT COUNT(*) FROM "OpenPlaces" AS o WHERE o."Who" = @who AND o."What" = @what AND {Node.IsAliveSql})
        """;

    private const string FindSql = $"""
        SELECT DISTINCT o."Who" FROM "OpenPlaces" AS o WHERE o."Who" = ANY(@people) AND o."What" = @what AND {Node.IsAliveSql}
        """;

    private const string CloseSql = """
        DELETE FROM "OpenPlaces" WHERE "Id" = ANY(@ids)
        """;

    /// <summary>Closed by one statement.</summary>
    private const int MostTogether = 1000;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    private readonly Channel<string> _closed = Channel.CreateUnbounded<string>();

    /// <inheritdoc/>
    public IOpenCounter Of(string what, int limit) => new Counter(this, what, limit == 0 ? long.MaxValue : limit);

    /// <summary>Whoever gives a place back does not wait for it.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _closed.Reader.WaitToReadAsync(stoppingToken))
        {
            var ids = TakeClosed();
            while (!await TryCloseAsync(ids, stoppingToken))
                await Task.Delay(AfterFailure, time, stoppingToken);
        }
    }

    private string[] TakeClosed()
    {
        var ids = new List<string>();
        while (ids.Count < MostTogether && _closed.Reader.TryRead(out var id))
            ids.Add(id);
        return [.. ids];
    }

    private async Task<bool> TryCloseAsync(string[] ids, CancellationToken cancellationToken)
    {
        try
        {
            await using var close = source.CreateCommand(CloseSql);
            close.Parameters.AddWithValue("ids", ids);
            await close.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogInformation("That something is no longer open could not be noted yet: {Message}", failure.Message);
            return false;
        }
    }

    private async Task<bool> TryOpenAsync(string id, string what, string who, long most)
    {
        await node.BeAliveAsync(CancellationToken.None);
        await using var batch = source.CreateBatch();
        // What was given back here just before is free.
        var closed = TakeClosed();
        var close = new NpgsqlBatchCommand(CloseSql);
        close.Parameters.AddWithValue("ids", closed);
        batch.BatchCommands.Add(close);
        var turn = new NpgsqlBatchCommand(TurnSql);
        turn.Parameters.AddWithValue("what", what);
        turn.Parameters.AddWithValue("who", who);
        batch.BatchCommands.Add(turn);
        var open = new NpgsqlBatchCommand(OpenSql);
        open.Parameters.AddWithValue("id", id);
        open.Parameters.AddWithValue("what", what);
        open.Parameters.AddWithValue("who", who);
        open.Parameters.AddWithValue("node", node.Id);
        open.Parameters.AddWithValue("most", most);
        batch.BatchCommands.Add(open);
        try
        {
            await batch.ExecuteNonQueryAsync();
            return open.RecordsAffected == 1;
        }
        catch
        {
            // It may be there all the same.
            foreach (var left in closed.Append(id))
                _closed.Writer.TryWrite(left);
            throw;
        }
    }

    private async Task<HashSet<string>> FindAsync(string what, IReadOnlyCollection<string> people)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        if (people.Count == 0)
            return found;
        await using var find = source.CreateCommand(FindSql);
        find.Parameters.AddWithValue("what", what);
        find.Parameters.AddWithValue("people", people.ToArray());
        await using var rows = await find.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            found.Add(rows.GetString(0));
        return found;
    }

    private sealed class Counter(SharedPlaces places, string what, long most) : IOpenCounter
    {
        private int _here;

        public int Here => Volatile.Read(ref _here);

        public async ValueTask<IDisposable?> OpenAsync(string who)
        {
            var id = Guid.NewGuid().ToString("N");
            if (!await places.TryOpenAsync(id, what, who, most))
                return null;
            Interlocked.Increment(ref _here);
            return new Place(this, id);
        }

        public async ValueTask<IReadOnlySet<string>> FindAsync(IReadOnlyCollection<string> people) => await places.FindAsync(what, people);

        private void Close(string id)
        {
            Interlocked.Decrement(ref _here);
            places._closed.Writer.TryWrite(id);
        }

        private sealed class Place(Counter counter, string id) : IDisposable
        {
            private bool _isClosed;

            public void Dispose()
            {
                if (!Interlocked.Exchange(ref _isClosed, true))
                    counter.Close(id);
            }
        }
    }
}
