using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// Where files lie on this machine, the database is this process's alone: another one would not have them, and take its
/// own for all there are. PostgreSQL keeps the lock as long as the connection lives, and lets go of it with the process.
/// </summary>
internal sealed class SoleProcess(
    PostgreSqlConnection connections,
    IOptions<DatabaseOptions> options,
    TimeProvider time,
    ILogger<SoleProcess> logger,
    IHostApplicationLifetime? lifetime = null
) : BackgroundService
{
    private const string Taken =
        "Storage:Provider: Local is for one process, and another one has the database of Database:ConnectionString; with Azure there can be several";

    /// <summary>That one has just ended may take the server a moment to see.</summary>
    private static readonly TimeSpan PatienceAtStart = TimeSpan.FromSeconds(5);

    /// <summary>While a server that was away comes back, the old connection of this very process may still be taken for alive.</summary>
    private static readonly TimeSpan PatienceLater = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private NpgsqlConnection? _connection;

    /// <exception cref="OptionsValidationException">Another process has it.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (options.Value.IsForOne && _connection is null)
            await LockAsync(PatienceAtStart, cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _connection?.Dispose();
        base.Dispose();
    }

    /// <summary>Looks after the lock.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.IsForOne)
        {
            await Task.Delay(Interval, time, stoppingToken);
            // Before the first, whoever begins with the database takes it.
            if (_connection is not null && !await IsAliveAsync(_connection, stoppingToken))
                await TakeAgainAsync(stoppingToken);
        }
    }

    private async Task TakeAgainAsync(CancellationToken cancellationToken)
    {
        await _connection!.DisposeAsync();
        try
        {
            await LockAsync(PatienceLater, cancellationToken);
        }
        catch (OptionsValidationException taken)
        {
            logger.LogCritical("{Reason}", taken.Message);
            lifetime?.StopApplication();
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogDebug("The database is away: {Message}", failure.Message);
        }
    }

    private async Task LockAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var connection = await connections.OpenLastingAsync(cancellationToken);
        try
        {
            await using var take = new NpgsqlCommand("SELECT pg_try_advisory_lock(7270003)", connection);
            for (var began = time.GetTimestamp(); await take.ExecuteScalarAsync(cancellationToken) is not true; await Task.Delay(Again, time, cancellationToken))
            {
                if (time.GetElapsedTime(began) > patience)
                    throw new OptionsValidationException("Storage", typeof(DatabaseOptions), [Taken]);
            }

            (_connection, connection) = (connection, null);
        }
        finally
        {
            if (connection is not null)
                await connection.DisposeAsync();
        }
    }

    private static async Task<bool> IsAliveAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Interval);
            await using var ask = new NpgsqlCommand("SELECT 1", connection);
            await ask.ExecuteScalarAsync(patience.Token);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
