using System.ComponentModel.DataAnnotations;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Chats;

/// <summary>Section <c>Exports</c>.</summary>
public sealed class ExportOptions
{
    /// <summary>Off: whoever sits at the machine can export, and nobody else.</summary>
    public bool ByOperators { get; set; } = true;
}

/// <summary>
/// Takes a chat along, or all that a person has written and sent. Operators read by it what is said in chats that they are
/// not in: so each export is in the audit log before its first byte, with a reason.
/// </summary>
public sealed class Exports(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, TrustedBlobs blobs, IOptions<ExportOptions> options, TimeProvider time)
{
    public const int MaxReasonLength = 200;

    private static readonly Refusal NotHere = new(RefusalReason.NotAllowed, "Exports are made on the command line here (Exports:ByOperators).");

    private static readonly Refusal NoReason = new(RefusalReason.InvalidQuery, $"“reason” says why, for the audit log, in at most {MaxReasonLength} characters.");

    private static readonly Refusal AnotherOne = new(RefusalReason.TooManyRequests, "Another export is being made; one at a time.");

    private int _isBusy;

    /// <summary>A chat with its messages and files. Dispose what it gives.</summary>
    /// <param name="reason">For the audit log; at the machine it can be left out.</param>
    public Task<Result<Export>> OfChatAsync(Operator by, long chatId, string? reason, CancellationToken cancellationToken = default) =>
        BeginAsync(
            by,
            reason,
            async db =>
            {
                if (await db.Chats.AsNoTracking().SingleOrDefaultAsync(c => c.Id == chatId, cancellationToken) is not { } chat)
                    return new Refusal(RefusalReason.ChatNotFound, "There is no such chat.");
                var name = chat.Name;
                if (chat.DirectKey is { } key)
                {
                    var ids = key.Split(' ');
                    name = string.Join(", ", (await db.Users.Where(p => ids.Contains(p.Id)).Select(p => p.DisplayName).ToListAsync(cancellationToken)).Order(StringComparer.Ordinal));
                }

                var isIn = by.UserId is not null && await db.Members.AnyAsync(m => m.ChatId == chatId && m.UserId == by.UserId, cancellationToken);
                var subject = new ExportSubject(chatId, UserId: null, name);
                return (subject, new AuditSubject(name, Id: null, $"chat {chatId}{(isIn || by.UserId is null ? "" : ", of which they are no member")}"));
            },
            cancellationToken
        );

    /// <summary>What a person has written and sent, in all chats, and what is kept of their account. Dispose what it gives.</summary>
    /// <param name="email">Or their id.</param>
    /// <param name="reason">As with a chat.</param>
    public Task<Result<Export>> OfPersonAsync(Operator by, string email, string? reason, CancellationToken cancellationToken = default) =>
        BeginAsync(
            by,
            reason,
            async db =>
            {
                var key = PersonQueries.AddressKey(email);
                return await db.Users.AsNoTracking().SingleOrDefaultAsync(p => p.NormalizedEmail == key || p.Id == email, cancellationToken) is { } person
                    ? (new ExportSubject(ChatId: null, person.Id, person.Email!), new AuditSubject(person.Email!, person.Id, "all of a person"))
                    : new Refusal(RefusalReason.UserNotFound, "There is no such account.");
            },
            cancellationToken
        );

    private async Task<Result<Export>> BeginAsync(
        Operator by,
        string? reason,
        Func<ChatDbContext, Task<Result<(ExportSubject Subject, AuditSubject Audited)>>> find,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(by);
        var why = reason?.Trim() ?? "";
        if (by.UserId is not null && !options.Value.ByOperators)
            return NotHere;
        if (!why.IsText() || why.Length > MaxReasonLength || why.Any(char.IsControl) || by.UserId is not null && why.Length == 0)
            return NoReason;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (!(await find(db)).Succeeded(out var found, out var refusal))
            return refusal;
        if (Interlocked.Exchange(ref _isBusy, 1) == 1)
            return AnotherOne;
        try
        {
            var (name, userId, what) = found.Audited;
            var noted = await writer.WriteAsync<Result<Done>>(
                async changes =>
                {
                    if (!await Operators.IsStillAsync(changes, by))
                        return Operators.NotAnOperator;
                    changes.Note(AuditAction.Exported, by.UserId, time.Now(), name, userId, why.Length > 0 ? $"{what}: {why}" : what);
                    await changes.SaveChangesAsync(CancellationToken.None);
                    return new Done();
                },
                cancellationToken
            );
            if (noted.Refusal is null)
                return new Export(found.Subject, databases, blobs, time.Now(), () => Volatile.Write(ref _isBusy, 0));
            Volatile.Write(ref _isBusy, 0);
            return noted.Refusal;
        }
        catch
        {
            Volatile.Write(ref _isBusy, 0);
            throw;
        }
    }

    private readonly record struct AuditSubject(string Name, string? Id, string What);
}

/// <summary>What is taken along: a chat or a person.</summary>
/// <param name="Name">The chat's, or the person's address.</param>
public sealed record ExportSubject(long? ChatId, string? UserId, string Name);
