namespace ChatFiles.Core.Data;

/// <summary>Why a database does not do what it is asked; both pass.</summary>
internal enum DatabaseTrouble
{
    /// <summary>It does not answer, or not in time.</summary>
    Away,

    /// <summary>It has no room left.</summary>
    Full,
}
