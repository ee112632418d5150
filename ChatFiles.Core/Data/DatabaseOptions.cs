namespace ChatFiles.Core.Data;

public enum DatabaseProvider
{
    /// <summary>A file in the data folder, of one process.</summary>
    Sqlite,

    /// <summary>A server, for any number of processes.</summary>
    PostgreSql,
}

/// <summary>Section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>Of PostgreSQL, in Npgsql's words. It holds a password: it is in no log and in no message.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Files lie where only this process has them.</summary>
    internal bool IsForOne { get; set; }
}
