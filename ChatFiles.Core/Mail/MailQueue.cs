using System.Threading.Channels;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MimeKit;

namespace ChatFiles.Core.Mail;

/// <summary>
/// Hands mails to the mail server, each in three tries within a quarter of an hour. They wait in memory: what is lost with
/// a restart can be asked for again.
/// </summary>
public sealed class MailQueue(IOptions<SmtpOptions> options, TimeProvider time, ILogger<MailQueue> logger) : BackgroundService
{
    /// <summary>How many may wait; what comes when they do is not sent.</summary>
    public const int Capacity = 1000;

    /// <summary>The server is given up when a mail, with the connection where there is none yet, has taken that long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>After the first try and after the second.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Whether there is a server to hand mails to.</summary>
    public bool IsSet => options.Value.IsSet;

    /// <summary>Takes a mail along; it is on its way when this has returned, not there.</summary>
    public void Send(OutgoingMail mail)
    {
        ArgumentNullException.ThrowIfNull(mail);
        lock (_gate)
        {
            if (_waiting.Count >= Capacity && !_waiting.ContainsKey(mail.Key))
            {
                logger.LogWarning("A mail is not sent: {Count} are waiting for the mail server already", Capacity);
                return;
            }

            _waiting[mail.Key] = new Waiting(mail, time.GetUtcNow());
        }

        _news.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var (due, next) = LookFor(time.GetUtcNow());
            if (due.Count > 0)
                await SendAsync(due, stoppingToken);
            else
                await WaitAsync(next, stoppingToken);
        }
    }

    private (List<Waiting> Due, DateTimeOffset? Next) LookFor(DateTimeOffset now)
    {
        lock (_gate)
            return ([.. _waiting.Values.Where(w => w.DueAt <= now).OrderBy(w => w.DueAt)], _waiting.Values.Min(w => (DateTimeOffset?)w.DueAt));
    }

    private async Task WaitAsync(DateTimeOffset? next, CancellationToken stoppingToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var news = _news.Reader.WaitToReadAsync(ended.Token).AsTask();
        var pause = next - time.GetUtcNow() ?? Timeout.InfiniteTimeSpan;
        await Task.WhenAny(news, Task.Delay(next is not null && pause < TimeSpan.Zero ? TimeSpan.Zero : pause, time, ended.Token));
        await ended.CancelAsync();
        stoppingToken.ThrowIfCancellationRequested();
        _news.Reader.TryRead(out _);
    }

    /// <summary>All over one connection. A mail that the server does not take waits alone; where the line fails, the rest waits with it.</summary>
    private async Task SendAsync(List<Waiting> due, CancellationToken stoppingToken)
    {
        var left = new Queue<Waiting>(due);
        using var client = new SmtpClient();
        // As browsers and mail servers do: a company's own authority rarely has a list that could be asked.
        client.CheckCertificateRevocation = false;
        // A relay on the machine itself offers the certificate that came with it; nobody stands between.
        if (options.Value is { Security: SmtpSecurity.StartTlsWhenOffered, IsOnThisMachine: true } here)
            client.ServerCertificateValidationCallback = (_, _, _, _) => here.IsOnThisMachine;
        try
        {
            while (left.TryPeek(out var waiting))
            {
                using var patience = new CancellationTokenSource(Patience, time);
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, patience.Token);
                if (!client.IsConnected)
                    await ConnectAsync(client, ended.Token);
                try
                {
                    if (waiting.Mail.ToMessage(options.Value.Sender!, time.GetUtcNow()) is { } message)
                        await client.SendAsync(message, ended.Token);
                    else
                        logger.LogWarning("A mail is not sent: its address is none that a mail server takes");
                    Forget(waiting);
                }
                catch (Exception refused) when (refused is not OperationCanceledException && client.IsConnected)
                {
                    Postpone([waiting], refused.Message);
                }

                left.Dequeue();
            }

            using var goodbye = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, goodbye.Token);
            await client.DisconnectAsync(quit: true, either.Token);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Postpone([.. left], failure is OperationCanceledException ? $"no answer within {Patience.TotalSeconds} seconds" : failure.Message);
        }
    }

    private async Task ConnectAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        var smtp = options.Value;
        var security = smtp.Security switch
        {
            SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
            SmtpSecurity.None => SecureSocketOptions.None,
            // Somebody on the way could take the offer out of the server's answer, and read the password.
            SmtpSecurity.StartTlsWhenOffered when !smtp.HasUser || smtp.IsOnThisMachine => SecureSocketOptions.StartTlsWhenAvailable,
            _ => SecureSocketOptions.StartTls,
        };
        await client.ConnectAsync(smtp.Host!, smtp.PortToUse, security, cancellationToken);
        if (smtp.HasUser)
            await client.AuthenticateAsync(smtp.User!, smtp.Password!, cancellationToken);
    }

    /// <summary>Until its next try; after the third there is none.</summary>
    private void Postpone(List<Waiting> mails, string reason)
    {
        if (mails.Count == 0)
            return;
        foreach (var mail in mails)
        {
            if (mail.Tries++ < Pauses.Length)
                mail.DueAt = time.GetUtcNow() + Pauses[mail.Tries - 1];
            else
                Forget(mail);
        }

        var lost = mails.Count(mail => mail.Tries > Pauses.Length);
        logger.LogWarning("{Count} mails could not be handed to the mail server {Host}, {Lost} of them for the last time: {Reason}", mails.Count, options.Value.Host, lost, reason);
    }

    /// <summary>Unless a newer one has taken its place.</summary>
    private void Forget(Waiting mail)
    {
        lock (_gate)
        {
            if (_waiting.GetValueOrDefault(mail.Mail.Key) == mail)
                _waiting.Remove(mail.Mail.Key);
        }
    }

    private sealed class Waiting(OutgoingMail mail, DateTimeOffset dueAt)
    {
        public OutgoingMail Mail => mail;

        public DateTimeOffset DueAt { get; set; } = dueAt;

        public int Tries { get; set; }
    }
}
