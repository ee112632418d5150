using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Mail;

/// <summary>
/// Hands mails to the mail server, each in three tries within a quarter of an hour. They wait in memory: what is lost with
/// a restart can be asked for again.
/// </summary>
public sealed class MailQueue(IOptions<SmtpOptions> options, TimeProvider time, ILogger<MailQueue> logger) : BackgroundService
{
    /// <summary>How many may wait; what comes when they do is not sent.</summary>
    public const int Capacity = 1000;

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

    /// <summary>All over one line. A mail that the server does not take waits alone; where the line fails, the rest waits with it.</summary>
    private async Task SendAsync(List<Waiting> due, CancellationToken stoppingToken)
    {
        var left = new Queue<Waiting>(due);
        using var line = new MailLine(options.Value, time);
        try
        {
            while (left.TryPeek(out var waiting))
            {
                switch (await line.SendAsync(waiting.Mail, stoppingToken))
                {
                    case MailOutcome.Taken:
                        Forget(waiting);
                        break;
                    case MailOutcome.NoAddress:
                        logger.LogWarning("A mail is not sent: {Reason}", line.Refusal);
                        Forget(waiting);
                        break;
                    default:
                        Postpone([waiting], line.Refusal);
                        break;
                }

                left.Dequeue();
            }

            await line.EndAsync(stoppingToken);
        }
        catch (IOException failure) when (!stoppingToken.IsCancellationRequested)
        {
            Postpone([.. left], failure.Message);
        }
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
