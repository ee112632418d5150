using System.Data.Common;

namespace ChatFiles.Core.Data;

/// <summary>A prepared statement with its parameters set, ready to be run.</summary>
internal delegate DbCommand Statement(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters);

/// <summary>
/// Statements that a connection keeps prepared: to parse one takes longer than most of them run. Not for use by two
/// threads at once.
/// </summary>
internal sealed class PreparedStatements(DbConnection connection, Dialect dialect) : IDisposable
{
    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);

    public Dialect Dialect => dialect;

    /// <summary>The statement with its parameters set, ready to be run.</summary>
    /// <param name="sql">The same text is prepared once.</param>
    /// <param name="transaction">The one that the connection is in; null when it is in none.</param>
    public DbCommand Of(string sql, DbTransaction? transaction, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this program; what is asked for comes as parameters.
            command.CommandText = dialect.Of(sql);
#pragma warning restore CA2100
            if (dialect.KeepsCommands)
                _prepared[sql] = command;
        }

        command.Transaction = transaction;
        command.Parameters.Clear();
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

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
