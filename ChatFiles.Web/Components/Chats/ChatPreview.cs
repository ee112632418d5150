using System.Globalization;
using System.Runtime.CompilerServices;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Markup;

namespace ChatFiles.Web.Components.Chats;

/// <summary>What was said last in a chat, in the one line that the list of chats has for it.</summary>
public sealed class ChatPreview
{
    /// <summary>More has no room in any list, and every page holds a line of each of its person's chats.</summary>
    private const int MaxWords = 100;

    /// <summary>Of messages that are handed round: everybody who is shown one has the same line, whose Markdown is read once.</summary>
    private static readonly ConditionalWeakTable<MessageView, ChatPreview> Shared = [];

    private readonly string _text;
    private readonly IReadOnlyList<LastFile> _files;

    private ChatPreview(long messageId, AuthorView author, DateTime sentAt, bool isDeleted, string text, IReadOnlyList<LastFile> files)
    {
        (MessageId, Author, SentAt, IsDeleted, _text, _files) = (messageId, author, sentAt, isDeleted, text, files);
        Words =
            isDeleted ? "Message deleted"
            : text.Length > 0 ? text
            : files switch
            {
                [] => "File deleted",
                [var only] => only.Name,
                _ => string.Create(CultureInfo.CurrentCulture, $"{files.Count} files"),
            };
    }

    public long MessageId { get; }

    public AuthorView Author { get; }

    public DateTime SentAt { get; }

    public bool IsDeleted { get; }

    public bool HasFiles => _files.Count > 0;

    /// <summary>Text, names of files, or what has become of them.</summary>
    public string Words { get; }

    public static ChatPreview Of(LastMessage message) =>
        new(
            message.Id,
            message.Author,
            message.SentAt,
            message.Deleted,
            InOneLine(MessageText.PlainOf(message.Text, message.Mentions)),
            message.Deleted ? [] : message.Files
        );

    public static ChatPreview Of(MessageView message) => Shared.GetValue(message, static said => Of(LastMessage.Of(said)));

    /// <summary>The same where something has happened in the chat.</summary>
    public static ChatPreview? After(ChatPreview? before, RoomEvent happened) =>
        happened switch
        {
            { Type: ChatEventType.MessageCreated, Message: { } said } => Of(said),
            _ when before is null || happened.MessageId != before.MessageId => before,
            { Type: ChatEventType.MessageEdited, Message: { } now } => Of(now),
            { Type: ChatEventType.MessageDeleted } => new(before.MessageId, before.Author, before.SentAt, isDeleted: true, "", []),
            { Type: ChatEventType.FileDeleted, FileId: { } file } => before.Without(file),
            _ => before,
        };

    private ChatPreview Without(Guid file) => new(MessageId, Author, SentAt, IsDeleted, _text, [.. _files.Where(f => f.Id != file)]);

    private static string InOneLine(string text)
    {
        var line = string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= MaxWords)
            return line;
        var end = 0;
        while (end < MaxWords && StringInfo.GetNextTextElementLength(line.AsSpan(end)) is var next && end + next <= MaxWords)
            end += next;
        return line[..Math.Max(end, 1)] + "…";
    }
}
