namespace ChatFiles.Core.Data;

/// <summary>Whether the database can be asked. A server may be away when the program starts, and what is in it be of an earlier version.</summary>
public sealed class DatabaseReadiness
{
    private volatile bool _isReady = true;
    private volatile bool _hasTables = true;

    /// <summary>All that begins with the database has begun. It stays so: what it is asked when it is away fails by itself.</summary>
    public bool IsReady
    {
        get => _isReady;
        internal set => _isReady = value;
    }

    /// <summary>Its tables are those of this version.</summary>
    internal bool HasTables
    {
        get => _hasTables;
        set => _hasTables = value;
    }
}

/// <summary>Done when the tables are there, while no other process begins with the same database; once more where it fails.</summary>
public interface IBeginsWithDatabase
{
    void Begin();
}
