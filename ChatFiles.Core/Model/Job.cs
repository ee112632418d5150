namespace ChatFiles.Core.Model;

public enum JobKind
{
    DeleteBlob,
    DeleteChat,
}

/// <summary>A side job, committed together with the change that asks for it and retried until it is done.</summary>
public class Job
{
    public long Id { get; set; }

    public JobKind Kind { get; set; }

    /// <summary>What it is about; for <see cref="JobKind.DeleteBlob"/> the blob's key, for <see cref="JobKind.DeleteChat"/> the chat's id.</summary>
    public string Subject { get; set; } = "";

    public DateTime CreatedAt { get; set; }

    /// <summary>
    /// A new one is due at once, whatever the clock of whoever adds it says: others may do it, whose clock is another.
    /// </summary>
    public DateTime DueAt { get; set; } = DateTime.UnixEpoch;

    /// <summary>How often it has failed.</summary>
    public int Attempts { get; set; }

    /// <summary>Why it failed last; null when it has not.</summary>
    public string? LastError { get; set; }
}
