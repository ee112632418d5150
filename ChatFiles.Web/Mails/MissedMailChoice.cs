using System.Security.Cryptography;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Mail;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Mails;

/// <summary>
/// Whether people want mail about what they missed. They say so on their profile page; and each such mail has a link that
/// ends them, which works without signing in and as long as there are mails: whoever has it can do nothing else with it.
/// </summary>
internal sealed class MissedMailChoice(MissedMessages messages, IOptions<SmtpOptions> smtp, IOptions<SiteOptions> site, IDataProtectionProvider protection)
{
    /// <summary>Where mails are ended: a page that asks for a GET, because programs that look for bad links follow all of them.</summary>
    public const string Path = "/mail/end";

    /// <summary>Said of every other link; there is none that nobody was given.</summary>
    public static readonly Refusal NoLink = new(RefusalReason.InvalidCredentials, "This link is not valid; a part of it may be missing. You can turn these mails off on your profile page.");

    private const int MaxTokenLength = 1_000;

    private readonly IDataProtector _protector = protection.CreateProtector("mail about what somebody missed, its end");

    /// <summary>Whether they are sent at all. They lead back to this site, and only a setting says for sure where it is.</summary>
    public bool AreSent => smtp.Value.IsSet && !string.IsNullOrEmpty(site.Value.PublicUrl);

    /// <summary>An address of this site.</summary>
    public string LinkTo(string path) => site.Value.LinkTo(path, asked: "");

    /// <summary>Where the person ends their mails.</summary>
    public string EndLink(string userId) => LinkTo($"{Path}?token={_protector.Protect(userId)}");

    /// <summary>Whether the token is one of <see cref="EndLink"/>.</summary>
    public bool IsOne(string? token) => OwnerOf(token) is not null;

    /// <summary>Ends the mails of whom it is for; null when it did.</summary>
    public async Task<Refusal?> EndAsync(string? token)
    {
        if (OwnerOf(token) is not { } userId)
            return NoLink;
        await messages.WantAsync(userId, areWanted: false);
        return null;
    }

    public Task<bool> AreWantedAsync(string userId) => messages.AreWantedAsync(userId);

    public Task WantAsync(string userId, bool areWanted) => messages.WantAsync(userId, areWanted);

    private string? OwnerOf(string? token)
    {
        try
        {
            return token is { Length: > 0 and <= MaxTokenLength } ? _protector.Unprotect(token) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
