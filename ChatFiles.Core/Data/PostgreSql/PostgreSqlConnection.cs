using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>How PostgreSQL is reached.</summary>
internal sealed class PostgreSqlConnection(IOptions<DatabaseOptions> options, DatabaseReadiness readiness)
{
    /// <summary>Why a connection string is none; what it says is not repeated.</summary>
    public const string Refused =
        "Database:ConnectionString: is one of PostgreSQL such as Host=db.example.com;Username=chatfiles;Password=…;Database=chatfiles";

    /// <summary>Whether it says where the server is.</summary>
    public static bool IsOne(string connectionString) => Parse(connectionString) is { Host.Length: > 0 };

    /// <summary>
    /// For everything else. Nobody waits for ever: not for a connection, a lock or an answer, and not for a process that has
    /// frozen with a lock in its hands; PostgreSQL's own limits are none. As long as the tables are not those of this
    /// version, none is opened.
    /// </summary>
    public NpgsqlDataSource CreateSource()
    {
        var bounded = Read();
        bounded.Timeout = 2;
        bounded.CommandTimeout = 5;
        // To ask a server that does not answer to end the statement is no use.
        bounded.CancellationTimeout = -1;
        bounded.MaxAutoPrepare = 200;
        bounded.Options =
            $"{bounded.Options} -c lock_timeout=3s -c statement_timeout=5s -c idle_in_transaction_session_timeout=5s -c tcp_user_timeout=10s".Trim();
        var source = new NpgsqlDataSourceBuilder(bounded.ConnectionString);
        source.UsePhysicalConnectionInitializer(
            _ => CheckTables(),
            _ =>
            {
                CheckTables();
                return Task.CompletedTask;
            }
        );
        return source.Build();
    }

    /// <summary>One that stays open and keeps to no limits on what it is asked: for what takes as long as it takes, and for locks.</summary>
    public async Task<NpgsqlConnection> OpenLastingAsync(CancellationToken cancellationToken)
    {
        var lasting = Read();
        (lasting.Timeout, lasting.CommandTimeout, lasting.CancellationTimeout, lasting.Pooling) = (3, 0, -1, false);
        // Who only listens finds out, too, that the server has gone.
        lasting.KeepAlive = 5;
        // A host that has gone without a word holds no lock for hours.
        lasting.Options = $"{lasting.Options} -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10s".Trim();
        var connection = new NpgsqlConnection(lasting.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private NpgsqlConnectionStringBuilder Read()
    {
        var read = Parse(options.Value.ConnectionString) ?? throw new OptionsValidationException("Database", typeof(DatabaseOptions), [Refused]);
        read.ApplicationName = "ChatFiles";
        return read;
    }

    private static NpgsqlConnectionStringBuilder? Parse(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        // Whatever it says of a part of it may be the password.
        catch (Exception failure) when (failure is ArgumentException or FormatException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    private void CheckTables()
    {
        if (!readiness.HasTables)
            throw new NpgsqlException("The database has not been brought up to date yet.");
    }
}
