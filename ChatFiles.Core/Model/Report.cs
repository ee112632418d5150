namespace ChatFiles.Core.Model;

/// <summary>
/// A message or a file that somebody wants the operators to look at: as it was then, whatever becomes of it. No key leads
/// to the chat or the message, which may be gone.
/// </summary>
public class Report
{
    public const int MaxReasonLength = 1_000;

    public long Id { get; set; }

    public DateTime At { get; set; }

    public string ReporterId { get; set; } = "";

    public string Reason { get; set; } = "";

    public long ChatId { get; set; }

    /// <summary>What the chat was called; of a direct one, the two names.</summary>
    public string ChatName { get; set; } = "";

    public long MessageId { get; set; }

    /// <summary>Null: all of the message.</summary>
    public Guid? FileId { get; set; }

    public string AuthorId { get; set; } = "";

    public string AuthorName { get; set; } = "";

    public DateTime SentAt { get; set; }

    public string Text { get; set; } = "";

    /// <summary>One a line.</summary>
    public string FileNames { get; set; } = "";

    /// <summary>When an operator was done with it; null: nobody is.</summary>
    public DateTime? DoneAt { get; set; }

    public string? DoneById { get; set; }
}
