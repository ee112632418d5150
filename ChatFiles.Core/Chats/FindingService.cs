using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Chats;

/// <summary>Which files of a chat are wanted; what is null does not matter.</summary>
/// <param name="Name">A part of the name, or words that are in it or in the file; case and accents make no difference.</param>
/// <param name="AuthorId">Of the person who sent it.</param>
/// <param name="Since">Sent at that time or later.</param>
/// <param name="Sort">In which order.</param>
public sealed record FileFilter(
    string? Name = null,
    FileKind? Kind = null,
    string? AuthorId = null,
    DateTime? Since = null,
    FileSort Sort = FileSort.Newest
);

/// <summary>Finds what was shared: the files of a chat, words in all of a person's chats, and what it all takes up.</summary>
public sealed class FindingService(
    IDbContextFactory<ChatDbContext> databases,
    LongReads longReads,
    PersonLimits limits,
    QuotaAccounts quotas,
    IOptions<SearchOptions> options
)
{
    /// <summary>Where the index has fallen behind for long, the newest of what it lacks are found, and the rest once it is there.</summary>
    private const int MaxNotIndexed = 500;

    /// <summary>On each side of a file. Nobody goes through more one by one, and it is read at every step.</summary>
    private const int MaxNeighboursCounted = 1000;

    /// <summary>The ready files of a chat, the first ones or those that follow on a file.</summary>
    /// <param name="before">A file of the chat; by time it may have been deleted meanwhile.</param>
    /// <param name="limit">1 to 200.</param>
    public async Task<Result<FilePage>> ListFilesAsync(
        string userId,
        long chatId,
        FileFilter filter,
        Guid? before = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.ReadMemberAsync(userId, chatId, cancellationToken) is not { } member)
            return Refusal.ChatNotFound;
        if ((UseCase.CheckLimit(limit) ?? Texts.CheckQuery(filter.AuthorId) ?? await limits.CountSearchAsync(userId, filter.Name)) is { } refusal)
            return refusal;
        // The whole list is at hand in its order; to narrow it, all that does not fit may have to be looked at.
        return filter == new FileFilter() ? await ReadAsync(db) : await longReads.RunAsync(userId, ReadAsync, cancellationToken);

        async Task<Result<FilePage>> ReadAsync(ChatDbContext reading)
        {
            var files = reading
                .Attachments.Where(a => a.ChatId == chatId && a.State == AttachmentState.Ready)
                .Where(MayRead(reading, userId, chatId));
            var of = reading.Attachments.Where(a => a.ChatId == chatId);
            if (!(await ReadPageAsync(reading, files, of, filter, before, limit, cancellationToken)).Succeeded(out var page, out var refused))
                return refused;
            var (rows, next) = page;
            return new FilePage(rows, next);
        }
    }

    /// <summary>A file that is ready or missing, and what stands beside it, wherever in the chat that is.</summary>
    public async Task<Result<FileNeighbours>> LookAtFileAsync(string userId, long chatId, Guid fileId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.ReadMemberAsync(userId, chatId, cancellationToken) is null)
            return Refusal.ChatNotFound;
        var all = db.Attachments.Where(a => a.ChatId == chatId).Where(MayRead(db, userId, chatId));
        if (await SeeAsync(db, all.Where(a => a.Id == fileId), newest: true, cancellationToken) is not { } file)
            return Refusal.FileNotFound;
        return await LookAroundAsync(db, all, file, cancellationToken);
    }

    /// <summary>The ready file that follows on one that was deleted, or else the one before it: who looked at that goes on there.</summary>
    public async Task<Result<FileNeighbours>> LookBesideAsync(string userId, long chatId, Guid deletedId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.ReadMemberAsync(userId, chatId, cancellationToken) is null)
            return Refusal.ChatNotFound;
        var all = db.Attachments.Where(a => a.ChatId == chatId).Where(MayRead(db, userId, chatId));
        if (await all.AsNoTracking().SingleOrDefaultAsync(a => a.Id == deletedId, cancellationToken) is not { } place)
            return Refusal.FileNotFound;
        var (older, newer) = Beside(all, place.MessageId, place.Position);
        var next = await SeeAsync(db, newer, newest: false, cancellationToken) ?? await SeeAsync(db, older, newest: true, cancellationToken);
        return next is null ? Refusal.FileNotFound : await LookAroundAsync(db, all, next, cancellationToken);
    }

    private static async Task<FileNeighbours> LookAroundAsync(ChatDbContext db, IQueryable<Attachment> all, SeenFile file, CancellationToken cancellationToken)
    {
        var (older, newer) = Beside(all, file.MessageId, file.Position);
        var before = await older.Take(MaxNeighboursCounted).CountAsync(cancellationToken);
        var behind = await newer.Take(MaxNeighboursCounted).CountAsync(cancellationToken);
        var isCounted = before < MaxNeighboursCounted && behind < MaxNeighboursCounted;
        return new FileNeighbours(
            file,
            before == 0 ? null : await SeeAsync(db, older, newest: true, cancellationToken),
            behind == 0 ? null : await SeeAsync(db, newer, newest: false, cancellationToken),
            isCounted ? before + 1 : null,
            isCounted ? before + 1 + behind : null
        );
    }

    private static (IQueryable<Attachment> Older, IQueryable<Attachment> Newer) Beside(IQueryable<Attachment> all, long messageId, int position)
    {
        var ready = all.Where(a => a.State == AttachmentState.Ready);
        return (
            ready.Where(a => a.MessageId <= messageId && (a.MessageId < messageId || a.Position < position)),
            ready.Where(a => a.MessageId >= messageId && (a.MessageId > messageId || a.Position > position))
        );
    }

    private static async Task<SeenFile?> SeeAsync(ChatDbContext db, IQueryable<Attachment> files, bool newest, CancellationToken cancellationToken)
    {
        var there = files.Where(a => a.State != AttachmentState.Deleted);
        var ordered = newest
            ? there.OrderByDescending(a => a.MessageId).ThenByDescending(a => a.Position)
            : there.OrderBy(a => a.MessageId).ThenBy(a => a.Position);
        var row = await ordered
            .Select(a => new { File = a, a.Message.SentAt, a.Message.Text, AuthorName = a.Message.Author.DisplayName })
            .AsNoTracking()
            .FirstOrDefaultAsync(cancellationToken);
        if (row is null)
            return null;
        var mentions = await MessageQueries.ReadMentionsAsync(db, [(row.File.MessageId, row.Text)], cancellationToken);
        return new SeenFile(new ListedFile(row.File, new AuthorView(row.File.AuthorId, row.AuthorName), row.SentAt), row.Text, Mentions.Named(row.Text, [.. mentions[row.File.MessageId]]));
    }

    /// <summary>A person's own ready files in all of their chats.</summary>
    /// <param name="before">One of these files; by time it may have been deleted meanwhile.</param>
    /// <param name="limit">1 to 200.</param>
    public async Task<Result<OwnFilePage>> ListOwnFilesAsync(
        string userId,
        FileFilter filter,
        Guid? before = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        if ((UseCase.CheckLimit(limit) ?? Texts.CheckQuery(filter.AuthorId) ?? await limits.CountSearchAsync(userId, filter.Name)) is { } refusal)
            return refusal;
        return await longReads.RunAsync<OwnFilePage>(
            userId,
            async reading =>
            {
                var mine = await reading.Members.Where(m => m.UserId == userId).Select(m => m.ChatId).ToListAsync(cancellationToken);
                var of = reading.Attachments.Where(a => a.AuthorId == userId && mine.Contains(a.ChatId));
                var files = of.Where(a => a.State == AttachmentState.Ready);
                if (!(await ReadPageAsync(reading, files, of, filter, before, limit, cancellationToken)).Succeeded(out var page, out var refused))
                    return refused;
                var chatIds = page.Rows.Select(row => row.ChatId).ToHashSet();
                var chats = await reading.Chats.Where(c => chatIds.Contains(c.Id)).AsNoTracking().ToListAsync(cancellationToken);
                var directNames = await reading.DirectNamesAsync(userId, chats.Select(c => c.DirectKey).OfType<string>(), cancellationToken);
                var names = chats.ToDictionary(c => c.Id, c => c.DirectKey is null ? c.Name : directNames[c.DirectKey]);
                return new OwnFilePage([.. page.Rows.Select(row => new OwnFile(row, new ChatName(row.ChatId, names[row.ChatId])))], page.Next);
            },
            cancellationToken
        );
    }

    /// <summary>The ready files of some messages that fit, newest first: what a list needs after an event, whatever its length.</summary>
    public async Task<IReadOnlyList<ListedFile>> ListFilesOfAsync(
        string userId,
        long chatId,
        IReadOnlyCollection<long> messageIds,
        FileFilter filter,
        CancellationToken cancellationToken = default
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var files = db
            .Attachments.Where(a => a.ChatId == chatId && messageIds.Contains(a.MessageId) && a.State == AttachmentState.Ready)
            .Where(MayRead(db, userId, chatId));
        if (messageIds.Count == 0 || Texts.CheckQuery(filter.Name, filter.AuthorId) is not null)
            return [];
        var (from, until) = (new ContentKey(messageIds.Min(), 0), new ContentKey(messageIds.Max(), Attachment.MaxPerMessage));
        var rows = await ReadListedAsync(Narrow(db, files, filter, from, until), cancellationToken);
        return await WithSnippetsAsync(db, rows, filter, cancellationToken);
    }

    /// <summary>
    /// What was found before, as it is now, as far as it is there, in the caller's chats and would be found again. What is
    /// in a file does not change: it counts while the file is ready.
    /// </summary>
    public async Task<IReadOnlyList<FoundMessage>> FindAgainAsync(
        string userId,
        IReadOnlyCollection<FoundMessage> before,
        SearchWords words,
        CancellationToken cancellationToken = default
    )
    {
        var inFiles = before.ToDictionary(m => m.Id, m => m.Found);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var messages = await db
            .Messages.Where(m => inFiles.Keys.Contains(m.Id) && !m.Deleted && db.Members.Any(x => x.ChatId == m.ChatId && x.UserId == userId))
            .ToViewsAsync(db, cancellationToken);
        return
        [
            .. from message in messages
            let isByName = words.AreIn(WordsOf(message))
            let inFile = isByName ? null : inFiles[message.Id]
            where isByName || message.Attachments.Any(file => file.Id == inFile?.FileId && file.State == AttachmentState.Ready)
            select new FoundMessage(message, inFile),
        ];
    }

    /// <summary>Everybody who has a file in the chat, members or not, by name; the first 300.</summary>
    public async Task<IReadOnlyList<AuthorView>> ListFileAuthorsAsync(string userId, long chatId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var files = db.Attachments.Where(a => a.ChatId == chatId && a.State == AttachmentState.Ready).Where(MayRead(db, userId, chatId));
        var authors = files.Select(a => a.AuthorId).Distinct();
        return await db
            .Users.Where(p => authors.Contains(p.Id))
            .OrderBy(p => p.FoldedName)
            .ThenBy(p => p.Id)
            .Take(300)
            .Select(p => new AuthorView(p.Id, p.DisplayName))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Messages whose text and file names have all the words, in one chat or in all of the caller's.</summary>
    /// <param name="limit">1 to 200.</param>
    public async Task<Result<FoundPage>> SearchAsync(
        string userId,
        string? text,
        long? chatId = null,
        long? before = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (chatId is { } chat && await db.ReadMemberAsync(userId, chat, cancellationToken) is null)
            return Refusal.ChatNotFound;
        if (UseCase.CheckLimit(limit) is { } refusal || !SearchWords.Parse(text).Succeeded(out var words, out refusal))
            return refusal;
        if (words.Expression.Length == 0)
            return new FoundPage([], null);
        if (await limits.CountSearchAsync(userId) is { } tooMany)
            return tooMany;
        return await longReads.RunAsync<FoundPage>(
            userId,
            async reading =>
            {
                // What has come or changed since is not in the index yet: it is little, and looked through.
                var indexedUntil = await SearchIndex.UntilAsync(reading, cancellationToken);
                var behind = await SearchIndex.BehindAsync(reading, MaxNotIndexed, cancellationToken);
                var searched = reading
                    .Messages.Where(m => !m.Deleted && (before == null || m.Id < before) && (chatId == null || m.ChatId == chatId))
                    .Where(m => reading.Members.Any(x => x.ChatId == m.ChatId && x.UserId == userId));
                var notIndexed = await searched
                    .Where(m => m.Id > indexedUntil)
                    .OrderByDescending(m => m.Id)
                    .Take(MaxNotIndexed)
                    .ToViewsAsync(reading, cancellationToken);
                if (behind.Count > 0)
                    notIndexed.AddRange(await searched.Where(m => behind.Contains(m.Id)).ToViewsAsync(reading, cancellationToken));
                var indexed = await reading.Dialect.FullText
                    .FindMessages(reading, userId, words, chatId, before ?? long.MaxValue, limit + 1)
                    .ToListAsync(cancellationToken);
                var byName = notIndexed.Where(m => words.AreIn(WordsOf(m))).Select(m => m.Id).Concat(indexed).ToHashSet();
                var inFiles = options.Value.Contents
                    ? await ContentIndex.FindAsync(reading, userId, words, chatId, before, limit + 1, cancellationToken)
                    : [];
                var ids = byName.Concat(inFiles.Select(key => key.MessageId)).Distinct().OrderDescending().Take(limit + 1).ToList();
                var found = ids.Take(limit).ToList();
                var messages = await reading
                    .Messages.Where(m => found.Contains(m.Id))
                    .OrderByDescending(m => m.Id)
                    .ToViewsAsync(reading, cancellationToken);
                // Of a message that several files have brought up, the first one.
                var files = inFiles.Where(key => !byName.Contains(key.MessageId)).GroupBy(key => key.MessageId).ToDictionary(keys => keys.Key, keys => keys.MinBy(key => key.Value));
                var rows = new List<FoundMessage>();
                foreach (var message in messages)
                {
                    var inFile = files.TryGetValue(message.Id, out var key) ? await FindInFileAsync(reading, message, key, words, cancellationToken) : null;
                    rows.Add(new FoundMessage(message, inFile));
                }

                return new FoundPage(rows, ids.Count > limit ? found[^1] : null);
            },
            cancellationToken
        );
    }

    private static async Task<FoundInFile?> FindInFileAsync(
        ChatDbContext reading,
        MessageView message,
        ContentKey key,
        SearchWords words,
        CancellationToken cancellationToken
    )
    {
        var snippet = await ReadSnippetAsync(reading, key, words, cancellationToken);
        return snippet is null ? null : new FoundInFile(message.Attachments[key.Position].Id, snippet);
    }

    private static async Task<string?> ReadSnippetAsync(ChatDbContext reading, ContentKey key, SearchWords words, CancellationToken cancellationToken) =>
        await ContentIndex.ReadTextAsync(reading, key, cancellationToken) is { } text ? words.SnippetOf(text) : null;

    private static string[] WordsOf(MessageView message) =>
        [Mentions.Spoken(message.Text, message.Mentions), .. message.Attachments.Where(file => file.State == AttachmentState.Ready).Select(file => file.FileName ?? "")];

    /// <summary>The bytes of the files that a person has in all chats.</summary>
    public async Task<StorageUse> StorageOfPersonAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var state = await db
            .PersonStates.Where(s => s.UserId == userId)
            .Select(s => new { s.StorageBytes, s.QuotaBytes })
            .SingleOrDefaultAsync(cancellationToken);
        return new StorageUse(state?.StorageBytes ?? 0, quotas.PerPerson(state?.QuotaBytes));
    }

    /// <summary>The bytes of a chat's files.</summary>
    public async Task<Result<StorageUse>> StorageOfChatAsync(string userId, long chatId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.ReadMemberAsync(userId, chatId, cancellationToken) is { } member
            ? new StorageUse(member.Chat.StorageBytes, quotas.PerChat)
            : Refusal.ChatNotFound;
    }

    /// <param name="files">Those that may be shown.</param>
    /// <param name="of">All of them, also the deleted ones: where a page ended is asked of them.</param>
    private async Task<Result<(List<ListedFile> Rows, Guid? Next)>> ReadPageAsync(
        ChatDbContext reading,
        IQueryable<Attachment> files,
        IQueryable<Attachment> of,
        FileFilter filter,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var narrowed = Narrow(reading, files, filter);
        if (before is not null)
        {
            // By place, not by id: ids are as old as the upload, messages as the moment when all could see it.
            var place = await of.Where(a => a.Id == before).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
            if (place is null || (filter.Sort != FileSort.Newest && place.State == AttachmentState.Deleted))
                return new Refusal(RefusalReason.InvalidQuery, "“before” is the id of a file of this list that was not deleted meanwhile.");
            narrowed = After(narrowed, filter.Sort, place);
        }

        if (filter.Sort != FileSort.Newest)
        {
            // Out of an index that has all of this; the rows themselves only of those that are shown.
            var places = await InOrder(narrowed, filter.Sort)
                .Take(limit + 1)
                .Select(a => new { a.MessageId, a.Position })
                .ToListAsync(cancellationToken);
            var messageIds = places.Select(p => p.MessageId).ToHashSet();
            narrowed = files.Where(a => messageIds.Contains(a.MessageId));
            var found = (await ReadListedAsync(narrowed, cancellationToken)).ToDictionary(row => (row.MessageId, row.Position));
            var sorted = places.Where(p => found.ContainsKey((p.MessageId, p.Position))).Select(p => found[(p.MessageId, p.Position)]).ToList();
            return PageOf(await WithSnippetsAsync(reading, sorted, filter, cancellationToken), limit);
        }

        var newest = await ReadListedAsync(narrowed, cancellationToken, limit + 1);
        return PageOf(await WithSnippetsAsync(reading, newest, filter, cancellationToken), limit);
    }

    private static (List<ListedFile> Rows, Guid? Next) PageOf(List<ListedFile> rows, int limit) =>
        rows.Count > limit ? (rows[..limit], rows[limit - 1].Id) : (rows, null);

    private static IQueryable<Attachment> InOrder(IQueryable<Attachment> files, FileSort sort) =>
        (sort == FileSort.Name ? files.OrderBy(a => a.FoldedName) : files.OrderByDescending(a => a.Size))
            .ThenByDescending(a => a.MessageId)
            .ThenByDescending(a => a.Position);

#pragma warning disable CA1309 // The database compares; it knows no other way than by bytes.
    /// <summary>Those that follow on a place in the order.</summary>
    private static IQueryable<Attachment> After(IQueryable<Attachment> files, FileSort sort, Attachment place) =>
        sort switch
        {
            FileSort.Name => files.Where(a =>
                string.Compare(a.FoldedName, place.FoldedName) > 0
                || (
                    a.FoldedName == place.FoldedName
                    && (a.MessageId < place.MessageId || (a.MessageId == place.MessageId && a.Position < place.Position))
                )
            ),
            FileSort.Size => files.Where(a =>
                a.Size < place.Size
                || (a.Size == place.Size && (a.MessageId < place.MessageId || (a.MessageId == place.MessageId && a.Position < place.Position)))
            ),
            _ => files.Where(a => a.MessageId <= place.MessageId && (a.MessageId < place.MessageId || a.Position < place.Position)),
        };
#pragma warning restore CA1309

    private static async Task<List<ListedFile>> ReadListedAsync(
        IQueryable<Attachment> files,
        CancellationToken cancellationToken,
        int limit = int.MaxValue
    )
    {
        var rows = await files
            .OrderByDescending(a => a.MessageId)
            .ThenByDescending(a => a.Position)
            .Take(limit)
            .Select(a => new { File = a, a.Message.SentAt, AuthorName = a.Message.Author.DisplayName })
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new ListedFile(row.File, new AuthorView(row.File.AuthorId, row.AuthorName), row.SentAt));
    }

    /// <summary>What the words are that files are narrowed by; null where there is nothing to look for in them.</summary>
    private SearchWords? WordsOf(FileFilter filter) =>
        options.Value.Contents && SearchWords.Parse(filter.Name).Succeeded(out var words, out _) && words.Expression.Length > 0 ? words : null;

    private async Task<List<ListedFile>> WithSnippetsAsync(ChatDbContext reading, List<ListedFile> rows, FileFilter filter, CancellationToken cancellationToken)
    {
        if (rows.Count == 0 || WordsOf(filter) is not { } words)
            return rows;
        var keys = rows.ConvertAll(row => new ContentKey(row.MessageId, row.Position).Value);
        var found = await ContentIndex
            .Find(reading, words, new ContentKey(keys.Min()), new ContentKey(keys.Max()))
            .Where(key => keys.Contains(key))
            .ToListAsync(cancellationToken);
        for (var i = 0; i < rows.Count; i++)
        {
            if (found.Contains(keys[i]))
                rows[i] = rows[i] with { Snippet = await ReadSnippetAsync(reading, new ContentKey(keys[i]), words, cancellationToken) };
        }

        return rows;
    }

    private IQueryable<Attachment> Narrow(ChatDbContext reading, IQueryable<Attachment> files, FileFilter filter, ContentKey? from = null, ContentKey? until = null)
    {
        if (!string.IsNullOrWhiteSpace(filter.Name))
        {
            var name = SearchWords.Fold(filter.Name.Trim());
            if (WordsOf(filter) is { } words)
            {
                var inFiles = ContentIndex.Find(reading, words, from ?? default, until ?? new ContentKey(long.MaxValue));
                files = files.Where(a => a.FoldedName.Contains(name) || inFiles.Contains((a.MessageId * 16) + a.Position));
            }
            else
            {
                files = files.Where(a => a.FoldedName.Contains(name));
            }
        }

        if (filter.Kind is { } kind)
            files = files.Where(a => a.Kind == kind);
        if (filter.AuthorId is { } authorId)
            files = files.Where(a => a.AuthorId == authorId);
        if (filter.Since is { } since)
            files = files.Where(a => a.Message.SentAt >= since);
        return files;
    }

    private static System.Linq.Expressions.Expression<Func<Attachment, bool>> MayRead(ChatDbContext db, string userId, long chatId) =>
        _ => db.Members.Any(m => m.ChatId == chatId && m.UserId == userId);
}
