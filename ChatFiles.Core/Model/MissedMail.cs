namespace ChatFiles.Core.Model;

/// <summary>
/// What somebody is to be told of by mail: messages that were for them, from the one id to the other, as far as they still
/// have not read them when it is sent. It stays afterwards, because it knows when that was.
/// </summary>
public class MissedMail
{
    public string UserId { get; set; } = "";

    /// <summary>The first message that they have not been told of.</summary>
    public long FirstId { get; set; }

    public long LastId { get; set; }

    /// <summary>When the first of them was sent.</summary>
    public DateTime Since { get; set; }

    /// <summary>When it is sent at the earliest; null: there is nothing to tell.</summary>
    public DateTime? DueAt { get; set; }

    /// <summary>
    /// Up to which message the mail tells that is being handed over; null: none is. A crash does not take it, so that the
    /// same mail is handed over again, by the same id, and not another one that tells the same.
    /// </summary>
    public long? SendingId { get; set; }

    /// <summary>When the last one was handed over.</summary>
    public DateTime? SentAt { get; set; }
}
