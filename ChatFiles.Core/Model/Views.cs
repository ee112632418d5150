using System.Globalization;
using System.Text.Json.Serialization;

namespace ChatFiles.Core.Model;

// What a chat looks like from outside: pages and API show these records, in the shape of the contract.

/// <summary>A line in the list of a person's chats.</summary>
/// <param name="Name">Of a direct chat: the other person's name.</param>
/// <param name="Unread">Others' messages after the person's read position.</param>
/// <param name="Members">How many.</param>
/// <param name="NewestId">The newest message's; 0: there is none.</param>
public sealed record ChatSummary(
    long Id,
    string Name,
    bool Direct,
    int Unread,
    long LastSeq,
    int Members,
    [property: JsonIgnore] long NewestId
)
{
    /// <summary>How many of the unread ones name the person.</summary>
    public int Mentions { get; init; }

    /// <summary>What of it the person is told while they do not look, and have not muted it for a while.</summary>
    public NotifyLevel Notify => NotifySetting.Level;

    /// <inheritdoc cref="Model.NotifySetting"/>
    [JsonIgnore]
    public NotifySetting NotifySetting { get; init; }

    /// <summary>Of a direct chat: the other person; else null.</summary>
    [JsonIgnore]
    public AuthorView? With { get; init; }

    /// <summary>What was said last, where that was asked for; null: nothing yet.</summary>
    [JsonIgnore]
    public LastMessage? Last { get; init; }
}

/// <summary>The newest message of a chat, as far as a list of chats shows it.</summary>
/// <param name="Text">Its beginning; nothing once it was deleted.</param>
/// <param name="Files">Those that are not deleted.</param>
public sealed record LastMessage(long Id, AuthorView Author, DateTime SentAt, bool Deleted, string Text, IReadOnlyList<AuthorView> Mentions, IReadOnlyList<LastFile> Files)
{
    public static LastMessage Of(MessageView message) =>
        new(
            message.Id,
            message.Author,
            message.SentAt,
            message.Deleted,
            ReplyView.Cut(message.Text),
            message.Mentions,
            [.. message.Attachments.Where(file => file.State != AttachmentState.Deleted).Select(file => new LastFile(file.Id, file.FileName ?? ""))]
        );
}

/// <summary>A file of a <see cref="LastMessage"/>.</summary>
public sealed record LastFile(Guid Id, string Name);

/// <summary>A chat and some of its members.</summary>
/// <param name="Open">Everybody finds it and may join.</param>
/// <param name="KeepDays">Files older than this are deleted; null: none for their age.</param>
/// <param name="MemberCount">How many there are.</param>
/// <param name="Members">Whoever asks and the owner first, then others by name, as many as were asked for.</param>
/// <param name="MayRule">Whoever asks is its owner, or an operator.</param>
public sealed record ChatView(
    long Id,
    string Name,
    bool Direct,
    bool Open,
    long LastSeq,
    int? KeepDays,
    int MemberCount,
    IReadOnlyList<MemberView> Members,
    [property: JsonIgnore] bool MayRule
)
{
    /// <summary>What whoever asks wants to be told of.</summary>
    [JsonIgnore]
    public NotifySetting NotifySetting { get; init; }

    /// <summary>What <see cref="KeepDays"/> comes to with the bound that holds for all chats.</summary>
    [JsonIgnore]
    public int? FilesGoAfterDays { get; init; }
}

/// <summary>A chat as it is now, for whoever knew it before.</summary>
/// <param name="Name">Of a direct chat: none.</param>
public sealed record ChatState(string Name, int? KeepDays, bool Open);

/// <param name="Active">Can sign in; an operator has not shut them out.</param>
public sealed record MemberView(string UserId, string Name, MemberRole Role, bool Active)
{
    /// <summary>Their address, in lists that are read by somebody with the owner's rights; else null.</summary>
    [JsonIgnore]
    public string? Email { get; init; }

    /// <inheritdoc cref="AuthorView.Picture"/>
    [JsonIgnore]
    public string? Picture { get; init; }
}

/// <summary>A page of a chat's members by name.</summary>
/// <param name="NextAfter">Ask for the members after this one next; null on the last page.</param>
public sealed record MemberPage(IReadOnlyList<MemberView> Members, string? NextAfter);

public sealed record AuthorView(string UserId, string Name)
{
    /// <summary>Which picture they have; see <see cref="Person.PictureStamp"/>. For pages, where those who write are seen.</summary>
    [JsonIgnore]
    public string? Picture { get; init; }

    /// <summary>Where somebody's picture is, if they have one.</summary>
    public static string PicturePathOf(string userId) => $"/person/{userId}/picture";
}

/// <summary>A message as it is now.</summary>
public record MessageView(
    long Id,
    long ChatId,
    long Seq,
    AuthorView Author,
    string Text,
    DateTime SentAt,
    string? ClientId,
    bool Deleted,
    IReadOnlyList<AttachmentView> Attachments
)
{
    /// <summary>When its text was last changed.</summary>
    public DateTime? EditedAt { get; init; }

    /// <summary>Whom its text names, in its order.</summary>
    public IReadOnlyList<AuthorView> Mentions { get; init; } = [];

    /// <summary>What it answers.</summary>
    public ReplyView? ReplyTo { get; init; }

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<ReactionView> Reactions { get; init; } = [];
}

/// <summary>An emoji under a message.</summary>
/// <param name="Count">How many have put it there.</param>
/// <param name="Users">The first of them.</param>
public sealed record ReactionView(string Emoji, int Count, IReadOnlyList<AuthorView> Users)
{
    /// <summary>So many are named at most.</summary>
    public const int MaxUsers = 20;

    /// <summary>It can't be told from this whether the person is one of them: more are than are named.</summary>
    public bool IsUnsure(string userId) => Count > Users.Count && !IsNamed(userId);

    /// <summary>The person is one of those who are named.</summary>
    public bool IsNamed(string userId) => Users.Any(u => u.UserId == userId);

    /// <summary>The same emoji by the same people.</summary>
    internal bool IsSame(ReactionView other) => Emoji == other.Emoji && Count == other.Count && Users.SequenceEqual(other.Users);
}

/// <summary>A message that another one answers, as far as is shown there, as it is now.</summary>
/// <param name="Text">Its beginning; nothing once it was deleted.</param>
/// <param name="FileName">Of its first file that is ready.</param>
public sealed record ReplyView(long MessageId, AuthorView Author, string Text, string? FileName, bool Deleted)
{
    /// <summary>UTF-16 units of the text.</summary>
    public const int MaxTextLength = 200;

    /// <summary>Whom its text names.</summary>
    [JsonIgnore]
    public IReadOnlyList<AuthorView> Mentions { get; init; } = [];

    internal static ReplyView Of(long messageId, AuthorView author, string text, IReadOnlyCollection<AuthorView> mentions, string? fileName, bool deleted) =>
        deleted ? new(messageId, author, "", null, true) : new ReplyView(messageId, author, "", fileName, false).WithText(text, mentions);

    /// <summary>The same where the message says something else.</summary>
    internal ReplyView WithText(string text, IReadOnlyCollection<AuthorView> mentions)
    {
        var cut = Cut(text);
        var named = Model.Mentions.Named(cut, mentions);
        return cut == Text && named.SequenceEqual(Mentions) ? this : this with { Text = cut, Mentions = named };
    }

    /// <summary>Never within what people see as one character, an emoji of several parts or a mention included.</summary>
    public static string Cut(string text) => text.Length <= MaxTextLength ? text : Model.Mentions.WithoutHalfMark(CutCharacters(text));

    private static string CutCharacters(string text)
    {
        var end = 0;
        while (StringInfo.GetNextTextElementLength(text.AsSpan(end)) is var next && end + next <= MaxTextLength)
            end += next;
        // One that is longer than all of it is no character that anybody sees.
        return end > 0 ? text[..end] : text[..(char.IsHighSurrogate(text[MaxTextLength - 1]) ? MaxTextLength - 1 : MaxTextLength)];
    }
}

/// <summary>A resumable upload as it is now.</summary>
/// <param name="Offset">How many bytes are there; it goes on behind them.</param>
/// <param name="Length">Bytes of the whole file.</param>
/// <param name="Metadata">What its creator wanted to be kept with it.</param>
public sealed record UploadView(Guid Id, long ChatId, long Offset, long Length, string? Metadata, DateTimeOffset ExpiresAt)
{
    public string Path => $"/chat/{ChatId}/uploads/{Id}";
}

/// <summary>An attachment as it is now; of a deleted one only id, path and state are left.</summary>
public record AttachmentView(
    Guid Id,
    string Path,
    string? FileName,
    string? ContentType,
    long? Size,
    string? Sha256,
    AttachmentState State,
    int? Width,
    int? Height,
    string? Thumbnail
)
{
    public static string PathOf(long chatId, Guid fileId) => $"/chat/{chatId}/file/{fileId}";

    /// <summary>What <see cref="PathOf"/> has put together.</summary>
    internal static bool TryParsePath(string path, out long chatId, out Guid fileId)
    {
        (chatId, fileId) = (0, Guid.Empty);
        return path.Split('/') is ["", "chat", var chat, "file", var file]
            && long.TryParse(chat, NumberStyles.None, CultureInfo.InvariantCulture, out chatId)
            && Guid.TryParseExact(file, "D", out fileId);
    }

    internal static AttachmentView Of(Attachment attachment)
    {
        var path = PathOf(attachment.ChatId, attachment.Id);
        return attachment.State == AttachmentState.Deleted
            ? Buried(path, attachment.Id)
            : new AttachmentView(
                attachment.Id,
                path,
                attachment.FileName,
                attachment.ContentType,
                attachment.Size,
                attachment.Sha256,
                attachment.State,
                attachment.Width,
                attachment.Height,
                attachment.ThumbnailKey is null ? null : path + "/thumbnail"
            );
    }

    /// <summary>The same attachment once its file is deleted.</summary>
    public AttachmentView Deleted() => Buried(Path, Id);

    private static AttachmentView Buried(string path, Guid id) =>
        new(id, path, null, null, null, null, AttachmentState.Deleted, null, null, null);
}

/// <summary>A page of a chat's messages, oldest first.</summary>
/// <param name="NextBefore">Ask for the messages before this id next; null on the last page.</param>
public sealed record MessagePage(IReadOnlyList<MessageView> Messages, long? NextBefore)
{
    /// <summary>The newest page as a window at the chat's end.</summary>
    public MessageWindow AtEnd() => new(Messages, NextBefore, NextAfter: null);
}

/// <summary>A page of what follows on a message, oldest first.</summary>
/// <param name="NextAfter">Ask for the messages after this id next; null at the chat's end.</param>
public sealed record NewerPage(IReadOnlyList<MessageView> Messages, long? NextAfter);

/// <summary>A stretch of a chat's messages from anywhere in it, oldest first.</summary>
/// <param name="NextBefore">There are older ones: those before this id. Null at the chat's beginning.</param>
/// <param name="NextAfter">There are newer ones: those after this id. Null at the chat's end.</param>
public sealed record MessageWindow(IReadOnlyList<MessageView> Messages, long? NextBefore, long? NextAfter);

/// <summary>Others' messages after somebody's read position.</summary>
public sealed record Unread(int Count, long? FirstId);

/// <summary>A ready file in the list of its chat's files.</summary>
public record ListedFile : AttachmentView
{
    internal ListedFile(Attachment attachment, AuthorView author, DateTime sentAt)
        : base(Of(attachment)) =>
        (ChatId, MessageId, Position, Author, SentAt) = (attachment.ChatId, attachment.MessageId, attachment.Position, author, sentAt);

    [JsonIgnore]
    public long ChatId { get; }

    public long MessageId { get; }

    /// <summary>Its place among the files of its message.</summary>
    [JsonIgnore]
    public int Position { get; }

    public AuthorView Author { get; }

    public DateTime SentAt { get; }

    /// <summary>What stands around the words that were looked for, where the file has them; for pages.</summary>
    [JsonIgnore]
    public string? Snippet { get; init; }
}

/// <summary>A file that somebody looks at.</summary>
public sealed record SeenFile : ListedFile
{
    internal SeenFile(ListedFile file, string text, IReadOnlyList<AuthorView> mentions)
        : base(file) => (Text, Mentions) = (text, mentions);

    /// <summary>What was written with it.</summary>
    public string Text { get; }

    /// <summary>Whom that names.</summary>
    public IReadOnlyList<AuthorView> Mentions { get; }
}

/// <summary>A file among the ready ones of its chat, in the order in which all could see them.</summary>
/// <param name="Older">The one before it; null: it is the oldest.</param>
/// <param name="Newer">The one behind it; null: it is the newest.</param>
/// <param name="Number">Its place, from 1 for the oldest; null where counting would take long.</param>
/// <param name="Count">How many there are; null as above.</param>
public sealed record FileNeighbours(SeenFile File, SeenFile? Older, SeenFile? Newer, int? Number, int? Count);

/// <summary>A page of a chat's ready files, newest first.</summary>
/// <param name="NextBefore">Ask for the files before this one next; null on the last page.</param>
public sealed record FilePage(IReadOnlyList<ListedFile> Files, Guid? NextBefore);

/// <summary>A chat as the person calls it.</summary>
public sealed record ChatName(long Id, string Name);

/// <summary>One of somebody's own files, in whichever of their chats.</summary>
public sealed record OwnFile : ListedFile
{
    internal OwnFile(ListedFile file, ChatName chat)
        : base(file) => Chat = chat;

    public ChatName Chat { get; }
}

/// <summary>A page of somebody's own files.</summary>
/// <param name="NextBefore">Ask for the files before this one next; null on the last page.</param>
public sealed record OwnFilePage(IReadOnlyList<OwnFile> Files, Guid? NextBefore);

/// <summary>Where in a message's files the words were found.</summary>
/// <param name="Snippet">What stands around them, as plain text.</param>
public sealed record FoundInFile(Guid FileId, string Snippet);

/// <summary>A message that a search has found.</summary>
public sealed record FoundMessage : MessageView
{
    internal FoundMessage(MessageView message, FoundInFile? found)
        : base(message) => Found = found;

    /// <summary>Null where its text and the names of its files have the words.</summary>
    public FoundInFile? Found { get; init; }
}

/// <summary>A page of what a search has found, newest first.</summary>
/// <param name="NextBefore">Ask for the messages before this id next; null on the last page.</param>
public sealed record FoundPage(IReadOnlyList<FoundMessage> Messages, long? NextBefore);

/// <summary>How much is stored, thumbnails included.</summary>
/// <param name="QuotaBytes">How much may be stored; null: there is no quota.</param>
public sealed record StorageUse(long Bytes, long? QuotaBytes);

/// <summary>An event as a receiver gets it.</summary>
/// <param name="Message">
/// Of <see cref="ChatEventType.MessageCreated"/>, <see cref="ChatEventType.MessageEdited"/> and <see
/// cref="ChatEventType.ReactionsChanged"/>: the message as it is now, not as it was then.
/// </param>
/// <param name="Chat">Of <see cref="ChatEventType.ChatChanged"/>: the chat as it is now.</param>
/// <param name="File">Of <see cref="ChatEventType.FileChanged"/>: the file as it is now.</param>
/// <param name="ReactorId">Of <see cref="ChatEventType.ReactionsChanged"/>: whose reaction it was; such an event is about nobody.</param>
/// <param name="ActorName">See <see cref="ChatEvent.ActorName"/>.</param>
/// <param name="Line">What it is in the timeline, where it is told there and is no message.</param>
public sealed record RoomEvent(
    long ChatId,
    long Seq,
    ChatEventType Type,
    long? MessageId,
    Guid? FileId,
    string? UserId,
    string? UserName,
    MessageView? Message,
    ChatState? Chat = null,
    AttachmentView? File = null,
    string? ReactorId = null,
    string? ActorName = null,
    TimelineLine? Line = null
);

/// <summary>Bytes to hand out. Dispose it, or let the response do so.</summary>
/// <param name="Content">Empty where it was opened for somebody who has it already.</param>
/// <param name="Charset">Of a text, where it can be told.</param>
public sealed record OpenFile(AttachmentView Attachment, string ContentType, string? Charset, string Sha256, Stream Content) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
