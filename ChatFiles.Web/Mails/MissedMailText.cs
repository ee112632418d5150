using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Mail;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Markup;

namespace ChatFiles.Web.Mails;

/// <summary>
/// The mail about what somebody missed, as plain text and with looks that load nothing from anywhere. What others have
/// written is one line each time, without characters that turn or hide others, so that none of it is taken for ours; nothing
/// of it is in a header.
/// </summary>
internal static partial class MissedMailText
{
    private const int MaxFiles = 3;

    /// <summary>No colours: whoever reads in the dark has their own.</summary>
    private const string Quiet = "font-size:13px;opacity:.75";

    /// <param name="id">What only this mail is called.</param>
    public static OutgoingMail Of(Missed missed, string id, string endLink, Func<string, string> linkTo)
    {
        var title = TitleOf(missed.Count);
        var (text, html) = (new StringBuilder(), new StringBuilder());
        text.Append(title).Append('\n');
        html.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title></head>");
        html.Append(CultureInfo.InvariantCulture, $"<body style=\"margin:0;padding:16px;font:15px/1.5 system-ui,sans-serif\"><div style=\"max-width:560px\"><h1 style=\"margin:0 0 16px;font-size:20px\">{title}</h1>");
        foreach (var chat in missed.Chats)
            Add(text, html, chat, linkTo);
        if (missed.Chats.Sum(chat => chat.Count) < missed.Count)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nMore in other chats: {linkTo("/")}\n");
            html.Append(CultureInfo.InvariantCulture, $"<p><a href=\"{Encoded(linkTo("/"))}\">More in other chats</a></p>");
        }

        const string Why = "You have not read this for half an hour. Such mails come once an hour at the most, of direct messages and of mentions of you; each chat's bell says what you hear of.";
        text.Append(CultureInfo.InvariantCulture, $"\n-- \n{Why}\nNo more of these mails: {endLink}\n");
        html.Append(CultureInfo.InvariantCulture, $"<hr style=\"border:0;border-top:1px solid #c8c8d0\"><p style=\"{Quiet}\">{Why}</p><p style=\"{Quiet}\"><a href=\"{Encoded(endLink)}\">No more of these mails</a></p></div></body></html>");
        return new OutgoingMail(id, missed.Address, title, Lines(text)) { Html = Lines(html), Id = id, EndLink = endLink };
    }

    private static void Add(StringBuilder text, StringBuilder html, MissedInChat chat, Func<string, string> linkTo)
    {
        var name = OneLineOf(chat.Name ?? chat.Messages[0].Author.Name);
        var kind = chat.Name is null ? " (direct message)" : "";
        text.Append(CultureInfo.InvariantCulture, $"\n{name}{kind}\n");
        html.Append(CultureInfo.InvariantCulture, $"<h2 style=\"margin:20px 0 4px;font-size:16px\"><bdi>{Encoded(name)}</bdi>{kind}</h2>");
        foreach (var message in chat.Messages)
        {
            var (author, said, files) = (OneLineOf(message.Author.Name), ExcerptOf(message), FilesOf(message));
            var link = linkTo(string.Create(CultureInfo.InvariantCulture, $"/chats/{message.ChatId}?message={message.Id}"));
            var who = chat.Name is null ? "" : $"{author}: ";
            text.Append(CultureInfo.InvariantCulture, $"  {who}{string.Join(" – ", new[] { said, files }.Where(part => part.Length > 0))}\n  {link}\n");
            html.Append("<p style=\"margin:0 0 12px;overflow-wrap:anywhere\">");
            if (who.Length > 0)
                html.Append(CultureInfo.InvariantCulture, $"<strong><bdi>{Encoded(author)}</bdi></strong>: ");
            if (said.Length > 0)
                html.Append(CultureInfo.InvariantCulture, $"<bdi>{Encoded(said)}</bdi>");
            if (files.Length > 0)
                html.Append(CultureInfo.InvariantCulture, $"{(said.Length > 0 ? "<br>" : "")}<em><bdi>{Encoded(files)}</bdi></em>");
            html.Append(CultureInfo.InvariantCulture, $"<br><a href=\"{Encoded(link)}\">Open message</a></p>");
        }

        if (chat.Count > chat.Messages.Count)
        {
            var more = string.Create(CultureInfo.InvariantCulture, $"And {chat.Count - chat.Messages.Count} more in this chat");
            var link = linkTo(string.Create(CultureInfo.InvariantCulture, $"/chats/{chat.ChatId}"));
            text.Append(CultureInfo.InvariantCulture, $"  {more}\n  {link}\n");
            html.Append(CultureInfo.InvariantCulture, $"<p><a href=\"{Encoded(link)}\">{more}</a></p>");
        }
    }

    private static string TitleOf(int count) =>
        count switch
        {
            1 => "1 message for you in ChatFiles",
            <= Missed.MaxCount => string.Create(CultureInfo.InvariantCulture, $"{count} messages for you in ChatFiles"),
            _ => string.Create(CultureInfo.InvariantCulture, $"More than {Missed.MaxCount} messages for you in ChatFiles"),
        };

    /// <summary>Its beginning, as it is read: without marks, people by their names.</summary>
    private static string ExcerptOf(MessageView message)
    {
        var read = OneLineOf(MessageText.PlainOf(message.Text, message.Mentions));
        var cut = ReplyView.Cut(read);
        return cut.Length < read.Length ? cut + "…" : read;
    }

    private static string FilesOf(MessageView message)
    {
        var names = message.Attachments.Where(file => file.State != AttachmentState.Deleted).Select(file => OneLineOf(file.FileName ?? "")).ToList();
        var shown = string.Join(", ", names.Take(MaxFiles));
        return names.Count > MaxFiles ? string.Create(CultureInfo.InvariantCulture, $"{shown} and {names.Count - MaxFiles} more") : shown;
    }

    private static string OneLineOf(string text) => Spaces().Replace(Hidden().Replace(text, ""), " ").Trim();

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);

    /// <summary>As they end in mails.</summary>
    private static string Lines(StringBuilder text) => text.ToString().ReplaceLineEndings("\r\n");

    [GeneratedRegex(@"[\s\p{Cc}]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();

    /// <summary>Not those that join the parts of an emoji, or letters.</summary>
    [GeneratedRegex(@"[\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hidden();
}
