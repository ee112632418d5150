using System.ComponentModel.DataAnnotations;
using ChatFiles.Core.Mail;

namespace ChatFiles.Tests.Core.Mail;

public sealed class SmtpOptionsTests
{
    [Theory]
    [InlineData(null, 0, "None", null, null, null, null)] // no mail
    [InlineData("mail.example.com", 2525, "None", null, null, "files@example.com", null)]
    [InlineData("mail.example.com", 0, "StartTlsWhenOffered", "u", "p", "ChatFiles <files@example.com>", null)]
    [InlineData("localhost", 0, "None", "u", "p", "files@example.com", null)]
    [InlineData("::1", 0, "None", "u", "p", "files@example.com", null)]
    [InlineData("mail.example.com:25", 0, "None", null, null, "files@example.com", "Host")]
    [InlineData("mail.example.com", 65536, "None", null, null, "files@example.com", "Port")]
    [InlineData("mail.example.com", 0, "None", null, null, null, "From")]
    [InlineData("mail.example.com", 0, "None", null, null, "nobody", "From")]
    [InlineData("mail.example.com", 0, "None", null, null, "a@example.com\r\nBcc: b@example.com", "From")]
    [InlineData("mail.example.com", 0, "Tls", "u", null, "files@example.com", "Password")]
    [InlineData("mail.example.com", 0, "Tls", null, "p", "files@example.com", "User")]
    [InlineData("mail.example.com", 0, "None", "u", "p", "files@example.com", "Security")]
    [InlineData("127.example.com", 0, "None", "u", "p", "files@example.com", "Security")]
    public void What_cannot_work_is_named(string? host, int port, string security, string? user, string? password, string? from, string? named)
    {
        var options = new SmtpOptions { Host = host, Port = port, Security = Enum.Parse<SmtpSecurity>(security), User = user, Password = password, From = from };
        var wrong = new List<ValidationResult>();

        Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true).ShouldBe(named is null);

        wrong.SelectMany(w => w.MemberNames).ShouldBe(named is null ? [] : [named]);
    }
}
