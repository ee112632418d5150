namespace ChatFiles.Core.Data;

/// <summary>What one process does for all that share the database. Here there is no other.</summary>
public class Leases
{
    /// <summary>Whether others may commit what this process does not hear of: then it has to look from time to time.</summary>
    public virtual bool HasOthers => false;

    /// <summary>
    /// Makes this process the one that does it, unless another one that is alive does. Asked before each part of the work;
    /// whoever goes on for long without asking may not be the only one.
    /// </summary>
    /// <returns>
    /// How often it has gone from one process to another: as long as that is the same, what was remembered of the work is
    /// true. Null: it is another's.
    /// </returns>
    public virtual ValueTask<long?> HoldAsync(string work, CancellationToken cancellationToken) => ValueTask.FromResult<long?>(0);
}
