using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using MimeKit;

namespace ChatFiles.Core.Mail;

/// <summary>How the line to the mail server is secured.</summary>
public enum SmtpSecurity
{
    /// <summary>Where the server offers it. On the way to another machine, a password asks for it all the same.</summary>
    StartTlsWhenOffered,
    StartTls,

    /// <summary>From the first byte on.</summary>
    Tls,
    None,
}

/// <summary>Section <c>Mail:Smtp</c>: the server that mails are handed to.</summary>
public sealed class SmtpOptions : IValidatableObject
{
    /// <summary>None: no mail is sent.</summary>
    public string? Host { get; set; }

    /// <summary>0: 465 with <see cref="SmtpSecurity.Tls"/>, else 587 where there is a user and 25 where there is none.</summary>
    [Range(0, 65535)]
    public int Port { get; set; }

    public SmtpSecurity Security { get; set; }

    public string? User { get; set; }

    public string? Password { get; set; }

    /// <summary>The sender, e.g. <c>ChatFiles &lt;chatfiles@example.com&gt;</c>.</summary>
    public string? From { get; set; }

    /// <summary>Whether mail is sent at all.</summary>
    [MemberNotNullWhen(true, nameof(Host))]
    public bool IsSet => !string.IsNullOrWhiteSpace(Host);

    internal int PortToUse =>
        (Port, Security, HasUser) switch
        {
            (not 0, _, _) => Port,
            (_, SmtpSecurity.Tls, _) => 465,
            (_, _, true) => 587,
            _ => 25,
        };

    internal bool HasUser => !string.IsNullOrEmpty(User);

    /// <summary>What is said there stays on this machine.</summary>
    internal bool IsOnThisMachine =>
        string.Equals(Host, "localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address);

    internal MailboxAddress? Sender => MailboxAddress.TryParse(From ?? "", out var sender) && sender.Address.Contains('@') ? sender : null;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsSet)
            yield break;
        if (Uri.CheckHostName(Host) == UriHostNameType.Unknown)
            yield return new ValidationResult("is the name or the address of a mail server, without a port", [nameof(Host)]);
        if (!Enum.IsDefined(Security))
            yield return new ValidationResult($"is one of {string.Join(", ", Enum.GetNames<SmtpSecurity>())}", [nameof(Security)]);
        if (Sender is null)
            yield return new ValidationResult("is the address that mails come from, such as ChatFiles <chatfiles@example.com>", [nameof(From)]);
        if (HasUser != !string.IsNullOrEmpty(Password))
            yield return new ValidationResult("user and password are given together, or neither", [HasUser ? nameof(Password) : nameof(User)]);
        if (HasUser && Security == SmtpSecurity.None && !IsOnThisMachine)
            yield return new ValidationResult("is not None where there is a password: it would be readable on its way to another machine", [nameof(Security)]);
    }
}
