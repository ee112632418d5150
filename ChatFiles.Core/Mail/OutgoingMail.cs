using MimeKit;
using MimeKit.Text;

namespace ChatFiles.Core.Mail;

/// <summary>A mail to one person, in plain text.</summary>
/// <param name="Key">What it is about: a newer mail with the same one takes its place while it waits.</param>
/// <param name="To">An address, without a name.</param>
public sealed record OutgoingMail(string Key, string To, string Subject, string Text)
{
    /// <summary>The same for those who want it with looks; none: it is plain text alone.</summary>
    public string? Html { get; init; }

    /// <summary>What only this mail is called: who gets it twice because of a failure may be shown it once. None: anything.</summary>
    public string? Id { get; init; }

    /// <summary>Where a POST ends mails of this kind (RFC 8058), for the button that mail programs have for it.</summary>
    public string? EndLink { get; init; }

    /// <summary>Null when the address is none that a mail server could be given: then there is more in it than an address.</summary>
    internal MimeMessage? ToMessage(MailboxAddress from, DateTimeOffset now)
    {
        if (!MailboxAddress.TryParse(To, out var to) || to.Address != To)
            return null;
        var message = new MimeMessage
        {
            Subject = Subject,
            Date = now,
            MessageId = Id is null ? MimeKit.Utils.MimeUtils.GenerateMessageId(from.Domain) : $"{Id}@{from.Domain}",
            Body = Body(),
        };
        message.From.Add(from);
        message.To.Add(to);
        // RFC 3834: nobody's holiday notice is to answer.
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        if (EndLink is not null)
        {
            message.Headers.Add(HeaderId.ListUnsubscribe, $"<{EndLink}>");
            // Only there is nobody who could end them on the way.
            if (EndLink.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
                message.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        return message;
    }

    private MimeEntity Body()
    {
        var plain = new TextPart(TextFormat.Plain) { Text = Text };
        // What a program shows is the last that it can.
        return Html is null ? plain : new MultipartAlternative { plain, new TextPart(TextFormat.Html) { Text = Html } };
    }
}
