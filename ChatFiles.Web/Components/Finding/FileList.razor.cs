using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components.Finding;

/// <summary>
/// All files of a chat, to be narrowed by name, kind, person and time. After an event only the files of its message are
/// read, however many are shown.
/// </summary>
public sealed partial class FileList(ChatDirectory directory, FindingService finding, LiveChats live, TimeProvider time)
{
    private const int PageSize = 50;

    private const int MaxReadAtOnce = 200;

    private static readonly (FileKind Kind, string Name)[] Kinds =
    [
        (FileKind.Image, "Images"),
        (FileKind.Audio, "Audio"),
        (FileKind.Video, "Video"),
        (FileKind.Document, "Documents"),
        (FileKind.Archive, "Archives"),
    ];

    private ElementReference _scroller;
    private ChatView? _chat;
    private StorageUse? _use;
    private IReadOnlyList<AuthorView> _authors = [];
    private string _name = "";
    private FileKind? _kind;
    private string _authorId = "";
    private Period _period;

    private enum Period
    {
        Any,
        Week,
        Month,
        Year,
    }

    [Parameter, EditorRequired]
    public long ChatId { get; set; }

    [Parameter, EditorRequired]
    public string UserId { get; set; } = "";

    private PagedReading<ListedFile, Guid?> List =>
        field ??= new PagedReading<ListedFile, Guid?>(Turns, Comparer<ListedFile>.Create(NewestFirst), file => file.Id);

    protected override Script? Script => _chat is null ? null : new("page/file-list", _scroller);

    private bool IsNarrowed => !string.IsNullOrWhiteSpace(_name) || _kind is not null || _authorId.Length > 0 || _period != Period.Any;

    private FileFilter Filter => new(_name, _kind, _authorId.Length == 0 ? null : _authorId, Since);

    private DateTime? Since
    {
        get
        {
            var now = time.GetUtcNow().UtcDateTime;
            return _period switch
            {
                Period.Week => now.AddDays(-7),
                Period.Month => now.AddDays(-30),
                Period.Year => new DateTime(now.Year, 1, 1, 0, 0, 0, DateTimeKind.Utc),
                _ => null,
            };
        }
    }

    public override ValueTask DisposeAsync()
    {
        List.Dispose();
        return base.DisposeAsync();
    }

    protected override async Task<IChanges<RoomEvent>?> ListenAsync() =>
        (await live.SubscribeAsync(UserId, ChatId, after: null)).Succeeded(out var changes, out _) ? changes : null;

    protected override async Task<bool> ReadAsync()
    {
        var chat = await directory.GetChatAsync(UserId, ChatId);
        if (chat.Refusal is not null)
            return false;
        await NarrowAsync();
        _chat = chat.Value;
        return true;
    }

    /// <summary>Reads the files of the messages that something has happened to, and nothing else.</summary>
    protected override async Task<bool> HearAsync(IReadOnlyList<RoomEvent> changes)
    {
        var messageIds = changes
            .Where(e => e is not { Type: ChatEventType.MessageCreated, Message.Attachments.Count: 0 })
            .Select(e => e.MessageId)
            .OfType<long>()
            .Distinct()
            .ToList();
        foreach (var some in messageIds.Chunk(MaxReadAtOnce))
            Put(some, await finding.ListFilesOfAsync(UserId, ChatId, some, Filter));
        if (messageIds.Count > 0)
            await ReadUseAsync();
        return messageIds.Count > 0;
    }

    private void Put(long[] messageIds, IReadOnlyList<ListedFile> files)
    {
        var ids = files.Select(file => file.Id).ToHashSet();
        List.Remove(file => messageIds.Contains(file.MessageId) && !ids.Contains(file.Id));
        foreach (var file in files)
        {
            List.Put(file);
            if (_authors.All(author => author.UserId != file.Author.UserId))
                _authors = [.. _authors.Append(file.Author).OrderBy(author => author.Name, StringComparer.CurrentCultureIgnoreCase)];
        }
    }

    private async Task ReadUseAsync()
    {
        var use = await finding.StorageOfChatAsync(UserId, ChatId);
        _use = use.Refusal is null ? use.Value : _use;
    }

    /// <summary>Of the first page also whose files there are and how much room they take.</summary>
    private async Task<Result<Page<ListedFile, Guid?>>> ReadPageAsync(Guid? before, CancellationToken ending)
    {
        var read = await finding.ListFilesAsync(UserId, ChatId, Filter, before, PageSize, ending);
        if (before is null)
        {
            var authors = await finding.ListFileAuthorsAsync(UserId, ChatId, ending);
            await ReadUseAsync();
            ending.ThrowIfCancellationRequested();
            _authors = authors;
        }

        return read.Succeeded(out var page, out var refusal) ? new Page<ListedFile, Guid?>(page.Files, page.NextBefore) : refusal;
    }

    private Task<bool> NarrowAsync() => List.BeginAsync(ReadPageAsync);

    private Task<bool> NarrowByNameAsync(string? name)
    {
        _name = name ?? "";
        return NarrowAsync();
    }

    private Task<bool> ClearAsync()
    {
        (_name, _kind, _authorId, _period) = ("", null, "", Period.Any);
        return NarrowAsync();
    }

    private static int NewestFirst(ListedFile one, ListedFile other) =>
        (other.MessageId, other.Position).CompareTo((one.MessageId, one.Position));
}
