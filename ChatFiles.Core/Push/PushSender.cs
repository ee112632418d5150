using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Lib.Net.Http.WebPush.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Subscription = ChatFiles.Core.Model.PushSubscription;

namespace ChatFiles.Core.Push;

/// <summary>
/// Tells browsers without an open page of new messages, and of a chat that their person was added to, by their push
/// services. Neither the sender of a message nor anybody else's browser waits for it: each push service has a queue of its
/// own, so that one that hangs keeps nobody from being told by another. What is waiting is in memory; a crash takes it, and
/// the messages stay unread.
/// </summary>
public sealed class PushSender(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    PushSubscriptions subscriptions,
    PushKeys keys,
    PersonLimits limits,
    Sessions sessions,
    PushService service,
    ILogger<PushSender> logger
) : BackgroundService
{
    /// <summary>Messages of which nobody has been told yet; more are forgotten, oldest first.</summary>
    private const int MostWaiting = 10_000;

    /// <summary>To one push service at the same time.</summary>
    private const int AtOnce = 32;

    /// <summary>For one push service; the rest is not sent.</summary>
    private const int MostQueued = 20_000;

    private const int MaxBodyLength = 200;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    private readonly Channel<RoomEvent> _news = Channel.CreateBounded<RoomEvent>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }
    );

    private readonly ConcurrentDictionary<string, Queue> _queues = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        writer.Committed += OnCommitted;
        try
        {
            await foreach (var happened in _news.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await TellAsync(happened, stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogWarning("Browsers could not be told of what happened: {Message}", failure.Message);
                    await Task.Delay(AfterFailure, service.Time, stoppingToken);
                }
            }
        }
        finally
        {
            writer.Committed -= OnCommitted;
        }
    }

    private void OnCommitted(Commit commit)
    {
        foreach (var committed in commit.Events)
        {
            if (committed.Event is { Type: ChatEventType.MessageCreated, Message: not null } or { Type: ChatEventType.MemberJoined, ActorName: not null })
                _news.Writer.TryWrite(committed.Event);
        }
    }

    private async Task TellAsync(RoomEvent happened, CancellationToken cancellationToken)
    {
        if (!await subscriptions.AreThereAsync(cancellationToken))
            return;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var chat = await db.Chats.Where(c => c.Id == happened.ChatId).Select(c => new { c.Name, IsDirect = c.DirectKey != null }).SingleOrDefaultAsync(cancellationToken);
        if (chat is null)
            return;
        var wanting = happened.Message is { } sent
            ? await subscriptions.WantingAsync(sent, chat.IsDirect, cancellationToken)
            : await subscriptions.OfAddedAsync(happened.ChatId, happened.UserId!, happened.Line!.At, cancellationToken);
        var reading = await limits.WithPageAsync([.. wanting.Select(s => s.UserId).Distinct(StringComparer.Ordinal)]);
        wanting.RemoveAll(s => reading.Contains(s.UserId));
        if (wanting.Count == 0)
            return;
        foreach (var some in wanting.Chunk(500))
        {
            var ended = await sessions.FindEndedAsync([.. some.Select(s => s.SessionId).Distinct(StringComparer.Ordinal)], cancellationToken);
            if (ended.Count > 0)
                await subscriptions.ForgetAsync([.. some.Where(s => ended.Contains(s.SessionId)).Select(s => s.Endpoint)]);
            wanting.RemoveAll(s => ended.Contains(s.SessionId));
        }

        var address = string.Create(CultureInfo.InvariantCulture, $"/chats/{happened.ChatId}");
        var notice = JsonSerializer.Serialize(
            happened.Message is { } message
                ? new Notice(
                    chat.IsDirect ? message.Author.Name : $"{message.Author.Name} in {chat.Name}",
                    BodyOf(message, Quotation.WithNames(message.Text, message.Mentions)),
                    string.Create(CultureInfo.InvariantCulture, $"{address}?message={message.Id}")
                )
                : new Notice(chat.Name, $"{happened.ActorName} added you", address),
            JsonSerializerOptions.Web
        );
        var authentication = service.AuthenticationBy(await keys.ReadAsync(cancellationToken));
        foreach (var subscription in wanting)
            Enqueue(subscription, notice, authentication, cancellationToken);
    }

    /// <summary>What was said, or what was sent.</summary>
    private static string BodyOf(MessageView message, string text)
    {
        if (text.Length > 0)
            return text.Length <= MaxBodyLength ? text : ReplyView.Cut(text) + "…";
        return message.Attachments switch
        {
            [] => "",
            [var only] => only.FileName ?? "",
            [var first, ..] => string.Create(CultureInfo.InvariantCulture, $"{first.FileName} and {message.Attachments.Count - 1} more"),
        };
    }

    private void Enqueue(Subscription subscription, string notice, VapidAuthentication authentication, CancellationToken cancellationToken)
    {
        var queue = _queues.GetOrAdd(new Uri(subscription.Endpoint).Authority, _ => new Queue(new SemaphoreSlim(AtOnce)));
        if (Interlocked.Increment(ref queue.Length) > MostQueued)
        {
            Interlocked.Decrement(ref queue.Length);
            return;
        }

        _ = Task.Run(() => SendInTurnAsync(queue, subscription, notice, authentication, cancellationToken), cancellationToken);
    }

    private async Task SendInTurnAsync(Queue queue, Subscription subscription, string notice, VapidAuthentication authentication, CancellationToken cancellationToken)
    {
        try
        {
            await queue.Places.WaitAsync(cancellationToken);
            try
            {
                if (!await service.SendAsync(subscription, notice, authentication, cancellationToken))
                    await subscriptions.ForgetAsync([subscription.Endpoint]);
            }
            finally
            {
                queue.Places.Release();
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogInformation("A push service did not take a notice: {Message}", failure.Message);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
        finally
        {
            Interlocked.Decrement(ref queue.Length);
        }
    }

    /// <summary>What a service worker shows (wwwroot/service-worker.js).</summary>
    /// <param name="Url">Where a click leads, from the root.</param>
    private sealed record Notice(string Title, string Body, string Url);

    /// <summary>There are as many as push services, and they are there as long as the process.</summary>
    private sealed class Queue(SemaphoreSlim places)
    {
        public int Length;

        public SemaphoreSlim Places => places;
    }
}
