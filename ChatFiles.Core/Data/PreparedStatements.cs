using Microsoft.Data.Sqlite;

namespace ChatFiles.Core.Data;

/// <summary>
/// Statements that a connection keeps prepared: SQLite's parser takes longer than most of them run. Not for use by two
/// threads at once.
/// </summary>
internal sealed class PreparedStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    /// <summary>The statement with its parameters set, ready to be run.</summary>
    /// <param name="sql">The same text is prepared once.</param>
    /// <param name="transaction">The one that the connection is in; null when it is in none.</param>
    public SqliteCommand Of(string sql, SqliteTransaction? transaction, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            _prepared[sql] = command;
        }

        command.Transaction = transaction;
        command.Parameters.Clear();
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    /// <summary>Lets them go, before the connection is closed; it may be opened and used again.</summary>
    public void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
        _prepared.Clear();
    }
}
