using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>What has become of what was reported.</summary>
public enum ReportedState
{
    Unchanged,
    Edited,
    Deleted,
}

/// <summary>Who has reported something.</summary>
public sealed record Reporter(string UserId, string Name, string Email);

/// <summary>A report as operators read it; author, text and files are as they were when it was made.</summary>
/// <param name="FileId">The one that it is about; null: all of the message.</param>
/// <param name="State">Of the message or the file, as it is now.</param>
/// <param name="MayOpen">Whoever reads it is a member of the chat.</param>
public sealed record ListedReport(
    long Id,
    DateTime At,
    Reporter Reporter,
    string Reason,
    long ChatId,
    string ChatName,
    long MessageId,
    Guid? FileId,
    AuthorView Author,
    DateTime SentAt,
    string Text,
    IReadOnlyList<string> FileNames,
    ReportedState State,
    DateTime? DoneAt,
    [property: System.Text.Json.Serialization.JsonIgnore] bool MayOpen
);

/// <summary>A page of reports, newest first.</summary>
/// <param name="NextBefore">Ask for those before this one next; null on the last page.</param>
public sealed record ReportPage(IReadOnlyList<ListedReport> Reports, long? NextBefore);

/// <summary>What members want operators to look at.</summary>
public sealed class Reports(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, PersonLimits limits, TimeProvider time)
{
    /// <summary>How many of one person may wait for an operator: each holds a copy of a text.</summary>
    public const int MaxOpenPerPerson = 50;

    /// <summary>Those that nobody is done with are kept for so long, and no longer than files may be.</summary>
    public const int MaxWaitingDays = 365;

    /// <summary>Those that are done are kept for so long.</summary>
    public static readonly TimeSpan DoneLifetime = TimeSpan.FromDays(90);

    /// <summary>Reports a message, or a file of it, as it is now. Again, while no operator is done with it, changes nothing.</summary>
    /// <param name="fileId">Null: all of the message.</param>
    public Task<Result<Done>> ReportAsync(string userId, long chatId, long messageId, Guid? fileId, string? reason, CancellationToken cancellationToken = default) =>
        writer.ChangeAsync<Done>(
            limits,
            userId,
            chatId: null,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } member)
                    return Refusal.ChatNotFound;
                var why = reason?.Trim() ?? "";
                if (!why.IsText() || why.Length > Report.MaxReasonLength)
                    return new Refusal(RefusalReason.InvalidText, $"A reason is a text of at most {Report.MaxReasonLength:N0} characters.");
                var message = await db.Messages.Include(m => m.Author).Include(m => m.Attachments).AsNoTracking().SingleOrDefaultAsync(m => m.Id == messageId && m.ChatId == chatId && !m.Deleted);
                if (message is null)
                    return Refusal.MessageNotFound;
                var files = message.Attachments.Where(a => a.State != AttachmentState.Deleted && (fileId is null || a.Id == fileId)).OrderBy(a => a.Position).ToList();
                if (fileId is not null && files.Count == 0)
                    return Refusal.FileNotFound;
                var open = db.Reports.Where(r => r.ReporterId == userId && r.DoneAt == null);
                if (await open.AnyAsync(r => r.MessageId == messageId && r.FileId == fileId))
                    return new Done();
                if (await open.CountAsync() >= MaxOpenPerPerson)
                    return new Refusal(RefusalReason.TooManyRequests, $"{MaxOpenPerPerson} reports of yours wait for an operator; more can be made when some of these are done.") { RetryAfter = TimeSpan.FromHours(1) };

                var (now, chatName) = (time.Now(), await NameOfAsync(db, member.Chat));
                db.Reports.Add(
                    new Report
                    {
                        At = now,
                        ReporterId = userId,
                        Reason = why,
                        ChatId = chatId,
                        ChatName = chatName,
                        MessageId = messageId,
                        FileId = fileId,
                        AuthorId = message.AuthorId,
                        AuthorName = message.Author.DisplayName,
                        SentAt = message.SentAt,
                        Text = message.Text,
                        FileNames = string.Join('\n', files.Select(a => a.FileName)),
                    }
                );
                db.Note(AuditAction.MessageReported, userId, now, chatName, message.AuthorId, $"chat {chatId}, message {messageId}");
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );

    /// <summary>The reports, newest first, or those before one of them.</summary>
    /// <param name="isDone">Those that an operator is done with, in place of those that wait.</param>
    /// <param name="limit">1 to 200.</param>
    public async Task<Result<ReportPage>> ListAsync(Operator by, bool isDone = false, long? before = null, int limit = 50, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (before is not null && !await VisibleTo(db, by).AnyAsync(r => r.Id == before, cancellationToken))
            return new Refusal(RefusalReason.InvalidQuery, "“before” is the id of a report.");
        var rows = await VisibleTo(db, by)
            .AsNoTracking()
            .Where(r => (r.DoneAt != null) == isDone && (before == null || r.Id < before))
            .OrderByDescending(r => r.Id)
            .Take(limit + 1)
            .Select(r => new
            {
                Report = r,
                Reporter = db.Users.Where(p => p.Id == r.ReporterId).Select(p => new Reporter(p.Id, p.DisplayName, p.Email!)).FirstOrDefault(),
                Text = db.Messages.Where(m => m.Id == r.MessageId && m.ChatId == r.ChatId && !m.Deleted).Select(m => m.Text).FirstOrDefault(),
                Files = db.Attachments.Count(a => a.MessageId == r.MessageId && a.State != AttachmentState.Deleted && (r.FileId == null || a.Id == r.FileId)),
                MayOpen = db.Members.Any(m => m.ChatId == r.ChatId && m.UserId == by.UserId),
            })
            .ToListAsync(cancellationToken);
        var page = new List<ListedReport>();
        foreach (var row in rows.Take(limit))
        {
            var shown = await db.WithNamesAsync(row.Report.Text, cancellationToken);
            page.Add(new ListedReport(
                row.Report.Id,
                row.Report.At,
                row.Reporter ?? new Reporter(row.Report.ReporterId, "", ""),
                row.Report.Reason,
                row.Report.ChatId,
                row.Report.ChatName,
                row.Report.MessageId,
                row.Report.FileId,
                new AuthorView(row.Report.AuthorId, row.Report.AuthorName),
                row.Report.SentAt,
                shown,
                NamesOf(row.Report),
                StateOf(row.Report, row.Text, row.Files),
                row.Report.DoneAt,
                row.MayOpen
            ));
        }

        return new ReportPage(page, rows.Count > limit ? page[^1].Id : null);
    }

    /// <summary>How many of them wait.</summary>
    public async Task<int> CountWaitingAsync(Operator by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await VisibleTo(db, by).CountAsync(r => r.DoneAt == null, cancellationToken);
    }

    /// <summary>An operator is done with it; false when there is no such report, or none for them. Again changes nothing.</summary>
    public Task<Result<bool>> FinishAsync(Operator by, long id)
    {
        ArgumentNullException.ThrowIfNull(by);
        return writer.WriteAsync<Result<bool>>(async db =>
        {
            if (!await Operators.IsStillAsync(db, by))
                return Operators.NotAnOperator;
            if (await VisibleTo(db, by).SingleOrDefaultAsync(r => r.Id == id) is not { } report)
                return false;
            if (report.DoneAt is null)
            {
                (report.DoneAt, report.DoneById) = (time.Now(), by.UserId);
                db.Note(AuditAction.ReportDone, by.UserId, time.Now(), report.ChatName, report.AuthorId, $"chat {report.ChatId}, message {report.MessageId}");
                await db.SaveChangesAsync(CancellationToken.None);
            }

            return true;
        });
    }

    /// <summary>Whom it is about does not learn who has reported them, nor end it, while another operator can.</summary>
    private static IQueryable<Report> VisibleTo(ChatDbContext db, Operator by) =>
        db.Reports.Where(r => r.AuthorId != by.UserId || !db.ActiveOperators().Any(c => c.UserId != by.UserId));

    private static string[] NamesOf(Report report) => report.FileNames.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <param name="text">As it is now; null: the message is deleted.</param>
    /// <param name="files">How many of what was reported are not deleted.</param>
    private static ReportedState StateOf(Report report, string? text, int files)
    {
        var reported = NamesOf(report).Length;
        if (text is null || (files == 0 && (report.FileId is not null || (reported > 0 && text.Length == 0))))
            return ReportedState.Deleted;
        return text != report.Text || files < reported ? ReportedState.Edited : ReportedState.Unchanged;
    }

    private static async Task<string> NameOfAsync(ChatDbContext db, Chat chat)
    {
        if (chat.DirectKey is null)
            return chat.Name;
        var ids = chat.DirectKey.Split(' ');
        var names = await db.Users.Where(p => ids.Contains(p.Id)).Select(p => p.DisplayName).ToListAsync();
        return string.Join(", ", names.Order(StringComparer.Ordinal));
    }
}
