using System.Threading.Channels;
using ChatFiles.Core.Data;
using ChatFiles.Core.Mail;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Accounts;

/// <summary>
/// Sends people who have forgotten their password a one-time link by mail. Whoever asks is answered before anybody looks
/// whether the address has an account: neither the answer nor the time it takes can tell.
/// </summary>
internal sealed class ForgottenPasswords(
    PasswordLinks links,
    MailQueue mails,
    IOptions<SiteOptions> site,
    IOptions<AccountOptions> accounts,
    IServer server,
    IConfiguration configuration,
    TimeProvider time,
    ILogger<ForgottenPasswords> logger
) : BackgroundService
{
    /// <summary>How often a person gets a link within an hour.</summary>
    private const int PerHour = 3;

    private const int Capacity = 10_000;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static readonly Refusal MailNotSet = new(RefusalReason.MailNotSet, "This site sends no mail; ask one of its operators for a link to set another password.");

    private static readonly Refusal NoAddress = new(RefusalReason.InvalidJson, "“email” is the address of the account.");

    private readonly Channel<Question> _asked = Channel.CreateBounded<Question>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Of people who have an account, so that they are no more than these.</summary>
    private readonly Dictionary<string, Queue<DateTimeOffset>> _sent = new(StringComparer.Ordinal);

    /// <summary>Why nobody can ask for a link here; null when everybody can.</summary>
    public Refusal? Closed => accounts.Value.RefuseLocal() ?? (mails.IsSet ? null : MailNotSet);

    /// <summary>Null when it was taken, which says nothing of the address.</summary>
    public Refusal? Ask(string? email)
    {
        if (Closed is { } refusal)
            return refusal;
        var address = email?.Trim() ?? "";
        if (!Addresses.IsOne(address))
            return NoAddress;
        _asked.Writer.TryWrite(new Question(address, Caller.Address));
        return null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (mails.IsSet && string.IsNullOrEmpty(site.Value.PublicUrl))
            logger.LogWarning("Site:PublicUrl is not set: links in mails begin with an address that this server listens on, whatever address it was asked by");
        await foreach (var question in _asked.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                Caller.Address = question.From;
                await AnswerAsync(question.Email);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(failure, "A link for a forgotten password could not be made");
            }
        }
    }

    private async Task AnswerAsync(string email)
    {
        if (await links.FindOwnerAsync(email) is not { Email: { } address } person || !Count(person.Id))
            return;
        if (await links.MakeForgottenAsync(person.Id) is { } link)
            mails.Send(new OutgoingMail(person.Id, address, "Set another password for ChatFiles", TextOf(site.Value.PasswordLink(link.Token, OwnAddress))));
    }

    private bool Count(string userId)
    {
        var now = time.GetUtcNow();
        if (!_sent.TryGetValue(userId, out var sent))
            _sent[userId] = sent = new Queue<DateTimeOffset>(PerHour);
        while (sent.TryPeek(out var first) && now - first >= Hour)
            sent.Dequeue();
        if (sent.Count >= PerHour)
            return false;
        sent.Enqueue(now);
        return true;
    }

    /// <summary>
    /// Never the address that the site was asked by: whoever asks for somebody else's link would choose, by the header Host,
    /// whom its secret is told when it is clicked.
    /// </summary>
    private string OwnAddress =>
        StartUp.ShownAddress(server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? StartUp.AddressesOf(configuration)[0]);

    private static string TextOf(string link) =>
        $"""
        Somebody, most likely you, has asked for another password for your ChatFiles account. Set it here within an hour:

        {link}

        The link works once. If you did not ask for it, do nothing: your password stays as it is.

        """.ReplaceLineEndings("\r\n");

    private sealed record Question(string Email, string? From);
}
