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
        WHERE @most > (
          SELECT COUNT(*) FROM "OpenPlaces" AS o WHERE o."Who" = @who AND o."What" = @what AND o."Id" <> ALL(@closed) AND {Node.IsAliveSql}
        )
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

    /// <summary>Until another process has noted what was just given back there.</summary>
    private static readonly TimeSpan BeforeRefusal = TimeSpan.FromMilliseconds(250);

    private readonly Channel<Taken> _closed = Channel.CreateUnbounded<Taken>();
    private readonly Lock _gate = new();

    /// <summary>What was given back here and may still have its row, by person.</summary>
    private readonly Dictionary<string, HashSet<string>> _closing = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IOpenCounter Of(string what, int limit) => new Counter(this, what, limit == 0 ? long.MaxValue : limit);

    /// <summary>Whoever gives a place back does not wait for it.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _closed.Reader.WaitToReadAsync(stoppingToken))
        {
            var places = new List<Taken>();
            while (places.Count < MostTogether && _closed.Reader.TryRead(out var place))
                places.Add(place);
            while (!await TryCloseAsync(places, stoppingToken))
                await Task.Delay(AfterFailure, time, stoppingToken);
            lock (_gate)
                places.ForEach(Forget);
        }
    }

    private async Task<bool> TryCloseAsync(List<Taken> places, CancellationToken cancellationToken)
    {
        try
        {
            await using var close = source.CreateCommand(CloseSql);
            close.Parameters.AddWithValue("ids", places.ConvertAll(place => place.Id).ToArray());
            await close.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogInformation("That something is no longer open could not be noted yet: {Message}", failure.Message);
            return false;
        }
    }

    /// <summary>It is free from now on for whoever comes to this process, also before its row is gone.</summary>
    private void Close(Taken place)
    {
        lock (_gate)
        {
            if (!_closing.TryGetValue(place.Who, out var ids))
                _closing[place.Who] = ids = new HashSet<string>(StringComparer.Ordinal);
            ids.Add(place.Id);
        }

        _closed.Writer.TryWrite(place);
    }

    private void Forget(Taken place)
    {
        var ids = _closing[place.Who];
        ids.Remove(place.Id);
        if (ids.Count == 0)
            _closing.Remove(place.Who);
    }

    private async Task<bool> OpenAsync(Taken place, string what, long most)
    {
        if (await TryOpenAsync(place, what, most))
            return true;
        await Task.Delay(BeforeRefusal, time);
        return await TryOpenAsync(place, what, most);
    }

    private async Task<bool> TryOpenAsync(Taken place, string what, long most)
    {
        await node.BeAliveAsync(CancellationToken.None);
        string[] closed;
        lock (_gate)
            closed = _closing.TryGetValue(place.Who, out var ids) ? [.. ids] : [];
        await using var batch = source.CreateBatch();
        var turn = new NpgsqlBatchCommand(TurnSql);
        turn.Parameters.AddWithValue("what", what);
        turn.Parameters.AddWithValue("who", place.Who);
        batch.BatchCommands.Add(turn);
        var open = new NpgsqlBatchCommand(OpenSql);
        open.Parameters.AddWithValue("id", place.Id);
        open.Parameters.AddWithValue("what", what);
        open.Parameters.AddWithValue("who", place.Who);
        open.Parameters.AddWithValue("node", node.Id);
        open.Parameters.AddWithValue("most", most);
        open.Parameters.AddWithValue("closed", closed);
        batch.BatchCommands.Add(open);
        try
        {
            await batch.ExecuteNonQueryAsync();
            return open.RecordsAffected == 1;
        }
        catch
        {
            // It may be there all the same.
            Close(place);
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
            var taken = new Taken(who, Guid.NewGuid().ToString("N"));
            if (!await places.OpenAsync(taken, what, most))
                return null;
            Interlocked.Increment(ref _here);
            return new Place(this, taken);
        }

        public async ValueTask<IReadOnlySet<string>> FindAsync(IReadOnlyCollection<string> people) => await places.FindAsync(what, people);

        private void Close(Taken taken)
        {
            Interlocked.Decrement(ref _here);
            places.Close(taken);
        }

        private sealed class Place(Counter counter, Taken taken) : IDisposable
        {
            private bool _isClosed;

            public void Dispose()
            {
                if (!Interlocked.Exchange(ref _isClosed, true))
                    counter.Close(taken);
            }
        }
    }

    private readonly record struct Taken(string Who, string Id);
}
