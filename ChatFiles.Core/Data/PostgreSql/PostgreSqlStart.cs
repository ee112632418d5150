using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// Brings the database up to date, by one process at a time, before anything asks it. A server that is away keeps no
/// process from starting: it is tried again until it is there.
/// </summary>
internal sealed class PostgreSqlStart(
    PostgreSqlConnection connections,
    SoleProcess soleProcess,
    DatabaseReadiness readiness,
    IOptions<SearchOptions> search,
    IEnumerable<IBeginsWithDatabase> beginners,
    TimeProvider time,
    ILogger<PostgreSqlStart> logger
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The first try of a process that is to serve.</summary>
    /// <exception cref="BackupException">The database is that of a later version.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken = default)
    {
        (readiness.IsReady, readiness.HasTables) = (false, false);
        try
        {
            await ServeAsync(cancellationToken);
        }
        catch (Exception failure) when (PostgreSqlTrouble.Of(failure) is not null)
        {
            logger.LogWarning("The database is away; until it answers, everything that needs it is refused: {Message}", failure.Message);
        }
    }

    /// <summary>For a command, beside processes that serve or alone.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await connections.OpenLastingAsync(cancellationToken);
        await using var db = new PostgreSqlContext(new DbContextOptionsBuilder<PostgreSqlContext>().UseNpgsql(connection).Options);
        // Whoever has it releases it with the connection, however it ends.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock(7270002)", cancellationToken);
        var applied = await db.Database.GetAppliedMigrationsAsync(cancellationToken);
        if (applied.Except(db.Database.GetMigrations(), StringComparer.Ordinal).Any())
            throw new BackupException("the database was changed by a later version of ChatFiles; start that one");
        await db.Dialect.FullText.MigrateAsync(db, search.Value.Contents);
        readiness.HasTables = true;
        foreach (var beginner in beginners)
            beginner.Begin();
        readiness.IsReady = true;
    }

    /// <summary>Opens it as it is; false where it is not up to date.</summary>
    public async Task<bool> TryOpenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenLastingAsync(cancellationToken);
        await using var db = new PostgreSqlContext(new DbContextOptionsBuilder<PostgreSqlContext>().UseNpgsql(connection).Options);
        return readiness.HasTables = !(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var last = "";
        while (!readiness.IsReady)
        {
            await Task.Delay(Pause, time, stoppingToken);
            try
            {
                await ServeAsync(stoppingToken);
                logger.LogInformation("The database is there");
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested && failure is not OptionsValidationException)
            {
                // Said once for as long as it is the same.
                if (PostgreSqlTrouble.Of(failure) is null && last != failure.Message)
                    logger.LogError(failure, "The database can't be brought up to date; it is tried again");
                last = failure.Message;
            }
        }
    }

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        await soleProcess.BeginAsync(cancellationToken);
        await OpenAsync(cancellationToken);
    }
}
