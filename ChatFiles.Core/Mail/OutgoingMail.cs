using MimeKit;
using MimeKit.Text;

namespace ChatFiles.Core.Mail;

/// <summary>A mail to one person, in plain text.</summary>
/// <param name="Key">What it is about: a newer mail with the same one takes its place while it waits.</param>
/// <param name="To">An address, without a name.</param>
public sealed record OutgoingMail(string Key, string To, string Subject, string Text)
{
    /// <summary>Null when the address is none that a mail server could be given: then there is more in it than an address.</summary>
    internal MimeMessage? ToMessage(MailboxAddress from, DateTimeOffset now)
    {
        if (!MailboxAddress.TryParse(To, out var to) || to.Address != To)
            return null;
        var message = new MimeMessage
        {
            Subject = Subject,
            Date = now,
            MessageId = MimeKit.Utils.MimeUtils.GenerateMessageId(from.Domain),
            Body = new TextPart(TextFormat.Plain) { Text = Text },
        };
        message.From.Add(from);
        message.To.Add(to);
        // RFC 3834: nobody's holiday notice is to answer.
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        return message;
    }
}
