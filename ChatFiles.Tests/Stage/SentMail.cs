using System.Text;
using MimeKit;

namespace ChatFiles.Tests.Stage;

/// <summary>Mails as a program shows them that people read.</summary>
internal static class SentMail
{
    extension(MailServer.Received mail)
    {
        public MimeMessage Parsed
        {
            get
            {
                using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(mail.Text));
                return MimeMessage.Load(bytes);
            }
        }
    }

    extension(MimeMessage mail)
    {
        public string Plain => mail.TextBody ?? "";

        public string Looks => mail.HtmlBody ?? "";
    }
}
