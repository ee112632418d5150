using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Chats;

/// <summary>Who has a message of mine.</summary>
/// <param name="Others">How many others the chat has.</param>
/// <param name="Seen">Who of them has read up to it, by name.</param>
/// <param name="Files">Of its files that are not deleted, who has opened them.</param>
public sealed record ReceiptsView(int Others, IReadOnlyList<AuthorView> Seen, IReadOnlyList<FileReceipts> Files);

/// <param name="Opened">By the time of the first opening.</param>
public sealed record FileReceipts(Guid FileId, IReadOnlyList<OpenedBy> Opened);

/// <param name="At">The first time.</param>
public sealed record OpenedBy(string UserId, string Name, DateTime At)
{
    /// <inheritdoc cref="AuthorView.Picture"/>
    [JsonIgnore]
    public string? Picture { get; init; }
}

/// <summary>
/// Tells the author of a message who has it: by the read positions and first openings that there are anyway. Pages that show
/// a count hear when it may have changed; what they then count is read once for all of them.
/// </summary>
public sealed class Receipts
{
    private readonly IDbContextFactory<ChatDbContext> _databases;
    private readonly ReadPositions _positions;
    private readonly FileOpenings _openings;
    private readonly ConcurrentDictionary<long, Watched> _watched = new();

    public Receipts(
        IDbContextFactory<ChatDbContext> databases,
        DatabaseWriter writer,
        ReadPositions positions,
        FileOpenings openings,
        OtherNodes nodes,
        IOptions<ReceiptOptions> options
    )
    {
        (_databases, _positions, _openings, AreShown) = (databases, positions, openings, options.Value.Show);
        positions.Written += OnWritten;
        writer.Committed += OnCommitted;
        nodes.Heard += OnHeard;
    }

    /// <summary>Whether senders are told at all.</summary>
    public bool AreShown { get; }

    /// <summary>For the message's author alone.</summary>
    public async Task<Result<ReceiptsView>> ReadAsync(string userId, long chatId, long messageId, CancellationToken cancellationToken = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        if (await db.ReadMemberAsync(userId, chatId, cancellationToken) is not { } member)
            return Refusal.ChatNotFound;
        if (!AreShown)
            return new Refusal(RefusalReason.NotFound, "Who has read what is not told here.");
        var message = await db
            .Messages.Where(m => m.Id == messageId && m.ChatId == chatId)
            .Select(m => new { m.AuthorId, m.Seq, Files = m.Attachments.Where(a => a.State != AttachmentState.Deleted).OrderBy(a => a.Position).Select(a => a.Id).ToList() })
            .SingleOrDefaultAsync(cancellationToken);
        if (message is null)
            return Refusal.MessageNotFound;
        if (message.AuthorId != userId)
            return new Refusal(RefusalReason.NotAllowed, "Only its author is told who has a message.");
        // What is only in memory yet; nobody else makes the server write it before its time.
        await Task.WhenAll(_positions.TryWriteAsync(), _openings.TryWriteAsync());
        var seen = await db
            // Who came later has nothing unread of what was there, which does not say that they have read it.
            .Members.Where(m => m.ChatId == chatId && m.UserId != userId && (m.ReadMessageId >= messageId || m.SeenMessageId >= messageId) && m.JoinedSeq < message.Seq)
            .OrderBy(m => m.User.FoldedName)
            .ThenBy(m => m.UserId)
            .Select(m => new AuthorView(m.UserId, m.User.DisplayName) { Picture = m.User.PictureStamp })
            .ToListAsync(cancellationToken);
        var opened = await (
            from opening in db.FileOpenings
            join there in db.Members.Where(m => m.ChatId == chatId) on opening.UserId equals there.UserId
            where message.Files.Contains(opening.FileId)
            orderby opening.At, opening.UserId
            select new { opening.FileId, By = new OpenedBy(opening.UserId, there.User.DisplayName, opening.At) { Picture = there.User.PictureStamp } }
        ).ToListAsync(cancellationToken);
        return new ReceiptsView(
            member.Chat.MemberCount - 1,
            seen,
            message.Files.ConvertAll(id => new FileReceipts(id, [.. opened.Where(o => o.FileId == id).Select(o => o.By)]))
        );
    }

    /// <summary>How many others have read up to a message, for somebody who watches it.</summary>
    public async Task<int> CountAsync(MessageView message)
    {
        try
        {
            var positions = _watched.TryGetValue(message.ChatId, out var watched) && watched.From <= message.Id
                ? await watched.Positions.Value
                : await ReadPositionsAsync(message.ChatId, message.Id);
            return positions.Values.Count(p => p.UserId != message.Author.UserId && p.SeenMessageId >= message.Id && p.JoinedSeq < message.Seq);
        }
        catch
        {
            Forget(message.ChatId);
            throw;
        }
    }

    /// <summary>Tells when what <see cref="CountAsync"/> gives may be another, from any thread; until it is disposed of.</summary>
    public IDisposable Watch(MessageView message, Action changed)
    {
        _watched.AddOrUpdate(
            message.ChatId,
            chatId => new Watched([changed], message.Id, FreshPositions(chatId, message.Id)),
            (chatId, before) =>
                before.From <= message.Id
                    ? before with { Watchers = [.. before.Watchers, changed] }
                    : new Watched([.. before.Watchers, changed], message.Id, FreshPositions(chatId, message.Id))
        );
        return new Watching(() => Leave(message.ChatId, changed));
    }

    private void Forget(long chatId)
    {
        while (_watched.TryGetValue(chatId, out var before) && !_watched.TryUpdate(chatId, before with { Positions = FreshPositions(chatId, before.From) }, before))
        {
            // Another has come or gone meanwhile.
        }
    }

    private void OnCommitted(Commit commit)
    {
        if (_watched.IsEmpty)
            return;
        foreach (var chatId in commit.Events.Where(e => e.Event?.Type is ChatEventType.MemberJoined or ChatEventType.MemberLeft).Select(e => e.Event!.ChatId).Distinct())
            LookAgain(chatId);
    }

    private void OnHeard(NodeNews news)
    {
        if (news is MembersMoved { Chat: var chatId })
            LookAgain(chatId);
    }

    private void LookAgain(long chatId)
    {
        Forget(chatId);
        Tell(chatId);
    }

    /// <summary>
    /// What is known is put right in place: in a chat of thousands, all of them would be read again with each message for the
    /// few who are looking.
    /// </summary>
    private void OnWritten(IReadOnlyCollection<ReadPosition> written)
    {
        if (_watched.IsEmpty)
            return;
        foreach (var chat in written.GroupBy(position => position.ChatId))
        {
            if (!_watched.TryGetValue(chat.Key, out var watched))
                continue;
            // What is being read just now may have been read before this was written.
            if (watched.Positions is not { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: var known } } || !chat.All(position => PutRight(known, position)))
                Forget(chat.Key);
            Tell(chat.Key);
        }
    }

    /// <summary>False: it is somebody's of whom nothing is known yet.</summary>
    private static bool PutRight(ConcurrentDictionary<string, Position> known, ReadPosition position)
    {
        while (known.TryGetValue(position.UserId, out var before))
        {
            if (before.SeenMessageId >= position.MessageId || known.TryUpdate(position.UserId, before with { SeenMessageId = position.MessageId }, before))
                return true;
        }

        return false;
    }

    /// <summary>Elsewhere: neither the writer nor whoever marks something as read waits while pages are drawn.</summary>
    private void Tell(long chatId)
    {
        if (_watched.TryGetValue(chatId, out var watched))
            _ = Task.Run(() => Array.ForEach(watched.Watchers, changed => changed()));
    }

    private void Leave(long chatId, Action changed)
    {
        while (_watched.TryGetValue(chatId, out var before))
        {
            var rest = before.Watchers.Where(other => other != changed).ToArray();
            if (rest.Length == 0 ? _watched.TryRemove(new(chatId, before)) : _watched.TryUpdate(chatId, before with { Watchers = rest }, before))
                return;
        }
    }

    /// <summary>Read when somebody asks, once for all who do.</summary>
    private Lazy<Task<ConcurrentDictionary<string, Position>>> FreshPositions(long chatId, long from) => new(() => ReadPositionsAsync(chatId, from));

    private async Task<ConcurrentDictionary<string, Position>> ReadPositionsAsync(long chatId, long from)
    {
        await using var db = await _databases.CreateDbContextAsync();
        var positions = await db
            .Members.Where(m => m.ChatId == chatId && (m.ReadMessageId >= from || m.SeenMessageId >= from))
            .Select(m => new Position(m.UserId, m.SeenMessageId > m.ReadMessageId ? m.SeenMessageId.Value : m.ReadMessageId, m.JoinedSeq))
            .ToListAsync();
        return new(positions.Select(position => KeyValuePair.Create(position.UserId, position)));
    }

    /// <param name="From">The oldest message that is watched: who has not read so far is not known here.</param>
    private sealed record Watched(Action[] Watchers, long From, Lazy<Task<ConcurrentDictionary<string, Position>>> Positions);

    /// <summary>How far a member has read, and since when they are one.</summary>
    private sealed record Position(string UserId, long SeenMessageId, long JoinedSeq);

    private sealed class Watching(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
