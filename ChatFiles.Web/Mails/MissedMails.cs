using System.Globalization;
using System.Threading.Channels;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Mail;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Mails;

/// <summary>
/// Sends people mail about what they missed, each at most once an hour. That a mail goes out is noted before it is handed
/// over, and that it did afterwards: who ends between the two is sent the same mail again, by the same id, because one that
/// comes twice does less harm than one that never does. It has a line of its own to the mail server, so that no link for a
/// forgotten password waits behind it.
/// </summary>
internal sealed class MissedMails(
    MissedMessages missed,
    MissedMailChoice choice,
    IOptions<SmtpOptions> smtp,
    DatabaseWriter writer,
    Leases leases,
    TimeProvider time,
    ILogger<MissedMails> logger
) : BackgroundService
{
    /// <summary>What falls due meanwhile is looked at together.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(1);

    /// <summary>After which a mail server that is away is tried again at the latest.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private int _failures;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (smtp.Value.IsSet && !choice.AreSent)
            logger.LogWarning("Site:PublicUrl is not set: nobody is sent mail about what they missed, because its links would lead nowhere");
        writer.Committed += OnCommitted;
        try
        {
            while (true)
            {
                var next = await TryRunAsync(stoppingToken);
                if (!choice.AreSent)
                    return;
                if (next is null)
                    await _news.Reader.ReadAsync(stoppingToken);
                else if (next - time.GetUtcNow() is { } pause)
                    await Task.Delay(pause > ShortestPause ? pause : ShortestPause, time, stoppingToken);
            }
        }
        finally
        {
            writer.Committed -= OnCommitted;
        }
    }

    /// <summary>Tells whoever is to be told now; returns when to do so again, null: when there are new messages.</summary>
    internal async Task<DateTimeOffset?> RunAsync(CancellationToken cancellationToken)
    {
        if (!choice.AreSent)
        {
            await missed.ForgetAsync(cancellationToken);
            return null;
        }

        await missed.BeginAsync(cancellationToken);
        // Before it is looked: what is committed from here on may not be seen.
        _news.Reader.TryRead(out _);
        await missed.LookAsync(cancellationToken);
        try
        {
            await SendAsync(cancellationToken);
            _failures = 0;
        }
        catch (IOException failure) when (!cancellationToken.IsCancellationRequested)
        {
            var pause = ShortestPause * Math.Pow(2, Math.Min(_failures++, 10));
            logger.LogWarning("Mail about what people missed could not be handed to the mail server {Host}; it is tried again: {Reason}", smtp.Value.Host, failure.Message);
            return time.GetUtcNow() + (pause < LongestPause ? pause : LongestPause);
        }

        return await missed.LookAsync(cancellationToken);
    }

    private async Task<DateTimeOffset?> TryRunAsync(CancellationToken stoppingToken)
    {
        try
        {
            var next = await leases.HoldAsync(nameof(MissedMails), stoppingToken) is null ? null : await RunAsync(stoppingToken);
            return next ?? (leases.HasOthers ? time.GetUtcNow() + ShortestPause : null);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            logger.LogWarning(failure, "Who is to be told of what they missed could not be read or noted; it is tried again");
            return time.GetUtcNow() + ShortestPause;
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        using var line = new MailLine(smtp.Value, time);
        while (await missed.TakeAsync(cancellationToken) is { Count: > 0 } taken)
        {
            foreach (var telling in taken)
                await TellAsync(line, telling, cancellationToken);
        }

        await line.EndAsync(cancellationToken);
    }

    private async Task TellAsync(MailLine line, Telling telling, CancellationToken cancellationToken)
    {
        if (await missed.ReadAsync(telling, cancellationToken) is not { } found)
        {
            await missed.DoneAsync(telling, isSent: false);
            return;
        }

        var id = string.Create(CultureInfo.InvariantCulture, $"missed.{telling.UserId}.{telling.LastId}");
        var outcome = await line.SendAsync(MissedMailText.Of(found, id, choice.EndLink(telling.UserId), choice.LinkTo), cancellationToken);
        if (outcome != MailOutcome.Taken)
            logger.LogWarning("The mail server does not take mail about what somebody missed ({UserId}): {Reason}", telling.UserId, line.Refusal);
        if (outcome == MailOutcome.NotNow)
            await missed.PostponeAsync(telling);
        else
            await missed.DoneAsync(telling, isSent: true);
    }

    private void OnCommitted(Commit commit)
    {
        if (commit.IsUnsure || commit.Events.Any(e => e.Event is null or { Type: ChatEventType.MessageCreated }))
            _news.Writer.TryWrite(true);
    }
}
