using ChatFiles.Core.Model;

namespace ChatFiles.Core.Data;

/// <summary>What has just been committed. It stands in the database: this is only the faster way to hear of it.</summary>
/// <param name="Events">Those of a chat in the order of their seqs.</param>
/// <param name="HasJobs">There are new side jobs among it.</param>
/// <param name="Audited">What was noted with it in the audit log.</param>
/// <param name="IsUnsure">The database did not say whether it was committed: whoever needs to know looks there. Nothing is said of its events but their places.</param>
public sealed record Commit(IReadOnlyList<CommittedEvent> Events, bool HasJobs, IReadOnlyList<AuditEntry> Audited, bool IsUnsure = false);

/// <summary>An event of the log.</summary>
/// <param name="ChatId">With <paramref name="Seq"/>: its place in the log.</param>
/// <param name="Event">As receivers get it; null where the log has to be read for that.</param>
public sealed record CommittedEvent(long ChatId, long Seq, RoomEvent? Event);
