using ChatFiles.Core.Data.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatFiles.Tests.Stage;

/// <summary>The server of <c>./test.sh --postgresql</c>, where each world has a database of its own.</summary>
internal static class PostgreSql
{
    private const string Template = "chatfiles_template";

    private static readonly string? Server = Environment.GetEnvironmentVariable("CHATFILES_POSTGRESQL");

    private static readonly Lazy<Task> Migrated = new(MigrateAsync);

    /// <summary>Else the worlds of the tests are those of SQLite.</summary>
    public static bool IsMeant => !string.IsNullOrEmpty(Server);

    /// <summary>Gives the connection string of a new database, as the program leaves one at its first start.</summary>
    public static async Task<string> CreateAsync()
    {
        await Migrated.Value;
        var name = $"world_{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        return On(name);
    }

    public static Task DropAsync(string connectionString) =>
        ExecuteAsync($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    /// <summary>Copied in a few milliseconds, where the migrations take a second.</summary>
    private static async Task MigrateAsync()
    {
        await ExecuteAsync($"DROP DATABASE IF EXISTS {Template}");
        await ExecuteAsync($"CREATE DATABASE {Template}");
        await using var db = new PostgreSqlContext(new DbContextOptionsBuilder<PostgreSqlContext>().UseNpgsql($"{On(Template)};Pooling=False").Options);
        await db.Dialect.FullText.MigrateAsync(db, hasContents: true);
    }

    private static string On(string database) => $"{Server};Database={database}";

    private static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{On("postgres")};Pooling=False;Timeout=60;Command Timeout=120");
        await connection.OpenAsync();
#pragma warning disable CA2100 // Names of this class's own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
