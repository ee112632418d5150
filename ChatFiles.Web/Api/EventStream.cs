using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Accounts;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Api;

/// <summary>A chat's events as server-sent events: first those after the one the client knows, then the live ones.</summary>
internal static class EventStream
{
    /// <summary>Bytes; so many wait at most for a client that takes them slowly, however much it has to catch up with.</summary>
    private const int MaxUnflushed = 64 * 1024;

    private static readonly byte[] Hello = ": hello\n\n"u8.ToArray();

    /// <summary>A sign of life is promised every 15 s: one at each beat of the <see cref="Pulse"/>.</summary>
    private static readonly byte[] StillHere = ": still here\n\n"u8.ToArray();

    /// <summary>An event as all streams send it, written once.</summary>
    private static readonly ConditionalWeakTable<RoomEvent, byte[]> Written = [];

    private static readonly Refusal TooManyStreams = new(
        RefusalReason.TooManyRequests,
        "You follow as many chats at the same time as one person may; end one of these streams first."
    );

    public static void MapEventStream(this WebApplication app) =>
        app.MapSignedIn("/chat/{chatId}/events")
            .MapGet("/", FollowAsync)
            .WithTags("Live updates")
            .Named("followChat", "A chat's events, live")
            .WithDescription(
                """
                Server-sent events: `id` is the event's number in the chat (`seq`), `data` is JSON. Whoever says what they know gets every event after it first, in order, then the live ones; else the live ones from now on. A comment line comes at once and at least every 15 s.

                | event | data |
                |---|---|
                | `message-created` | `{seq, message}` |
                | `message-edited` | `{seq, messageId, text, editedAt, mentions}` |
                | `message-deleted` | `{seq, messageId}`, with all its files |
                | `reactions-changed` | `{seq, messageId, reactions}` |
                | `file-changed` | `{seq, messageId, fileId, thumbnail, width, height}` |
                | `file-deleted`, `file-missing`, `file-restored` | `{seq, messageId, fileId}` |
                | `member-joined`, `member-left` | `{seq, userId, name}` |
                | `member-changed` | `{seq, userId, role}`: the new owner |
                | `chat-changed` | `{seq, name, keepDays, open}` |
                """
            )
            .Reads(
                ApiParameter.Header("Last-Event-ID", "The `seq` of the last event that the client has; wins over `after`.") with { Type = "integer", Format = "int64", Minimum = 0 },
                new("after", "The same, for who can't set a header.") { Type = "integer", Format = "int64", Minimum = 0 }
            )
            .Produces<string>(200, "text/event-stream")
            .Refuses(RefusalReason.InvalidSeq, RefusalReason.TooManyRequests);

    private static async Task<IResult> FollowAsync(
        string chatId,
        HttpContext context,
        ClaimsPrincipal user,
        LiveChats live,
        PersonLimits limits,
        CancellationToken cancellationToken
    )
    {
        if (await limits.OpenStreamAsync(user.UserId()) is not { } place)
            return Problems.Of(TooManyStreams);
        // Given back with the request, however it ends.
        context.Response.RegisterForDispose(place);
        var subscribed = await live.SubscribeAsync(user.UserId(), Requests.ParseId(chatId), ReadAfter(context.Request), cancellationToken);
        return subscribed.Succeeded(out var subscription, out var refusal) ? new Stream(subscription) : Problems.Of(refusal);
    }

    /// <summary>The seq after which to go on; -1, which is refused, for what is none.</summary>
    private static long? ReadAfter(HttpRequest request)
    {
        var text = request.Headers["Last-Event-ID"] is { Count: > 0 } header ? header.ToString() : request.Query["after"].FirstOrDefault();
        if (text is null)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after : -1;
    }

    private sealed class Stream(RoomSubscription subscription) : IResult
    {
        private volatile bool _isWriting;

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using var following = subscription;
            var services = httpContext.RequestServices;
            using var session = services.GetRequiredService<Sessions>().Watch(httpContext.User.SessionId() ?? "");
            using var pulse = services.GetRequiredService<Pulse>().Join(subscription);
            using var gone = EndAt(httpContext.RequestAborted);
            using var stopping = EndAt(services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
            // Whoever does not take what is written to them is not waited for.
            using var signedOut = session.Ended.UnsafeRegister(
                _ =>
                {
                    subscription.End();
                    if (_isWriting)
                        httpContext.Abort();
                },
                null
            );
            httpContext.Response.ContentType = "text/event-stream";
            httpContext.Response.Headers.CacheControl = "no-store";
            httpContext.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
            try
            {
                await WriteAllAsync(httpContext.Response, services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException)
            {
                // The client is gone; it comes back with its last seq.
            }
        }

        private CancellationTokenRegistration EndAt(CancellationToken end) =>
            end.UnsafeRegister(static ended => ((RoomSubscription)ended!).End(), subscription);

        /// <summary>What comes together goes out together: by one flush, where it is not much.</summary>
        private async Task WriteAllAsync(HttpResponse response, JsonSerializerOptions json)
        {
            response.BodyWriter.Write(Hello);
            await FlushAsync(response);
            await foreach (var events in subscription.ReadManyAsync(CancellationToken.None))
            {
                var unflushed = 0;
                if (events.Count == 0)
                    response.BodyWriter.Write(StillHere);
                foreach (var roomEvent in events)
                {
                    // Nobody gets what comes after the end of their membership, and be it in the same breath.
                    if (subscription.HasEnded)
                        break;
                    var bytes = Written.GetValue(roomEvent, e => Encoding.UTF8.GetBytes(Format(e, json)));
                    response.BodyWriter.Write(bytes);
                    if ((unflushed += bytes.Length) < MaxUnflushed)
                        continue;
                    await FlushAsync(response);
                    unflushed = 0;
                }

                await FlushAsync(response);
            }
        }

        private async ValueTask FlushAsync(HttpResponse response)
        {
            _isWriting = true;
            var flushed = await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
            _isWriting = false;
            // On a closed connection every flush is done at once: who did not look would write all the log to nobody, and
            // dozens of them leave no thread for what tells that it is closed.
            if (flushed.IsCompleted || flushed.IsCanceled)
                throw new OperationCanceledException();
        }
    }

    private static string Format(RoomEvent roomEvent, JsonSerializerOptions json)
    {
        var (type, data) = roomEvent.Type switch
        {
            ChatEventType.MessageCreated => ("message-created", (object)new { roomEvent.Seq, roomEvent.Message }),
            ChatEventType.MessageEdited => ("message-edited", EditData(roomEvent)),
            ChatEventType.ReactionsChanged => ("reactions-changed", new { roomEvent.Seq, roomEvent.MessageId, roomEvent.Message!.Reactions }),
            ChatEventType.MessageDeleted => ("message-deleted", new { roomEvent.Seq, roomEvent.MessageId }),
            ChatEventType.FileDeleted => ("file-deleted", FileData(roomEvent)),
            ChatEventType.FileMissing => ("file-missing", FileData(roomEvent)),
            ChatEventType.FileRestored => ("file-restored", FileData(roomEvent)),
            ChatEventType.FileChanged => ("file-changed", LooksData(roomEvent)),
            ChatEventType.MemberJoined => ("member-joined", MemberData(roomEvent)),
            ChatEventType.MemberLeft => ("member-left", MemberData(roomEvent)),
            ChatEventType.MemberChanged => ("member-changed", new { roomEvent.Seq, roomEvent.UserId, Role = MemberRole.Owner }),
            ChatEventType.ChatChanged => ("chat-changed", ChatData(roomEvent)),
            _ => throw new InvalidOperationException($"There is no way to send an event of type {roomEvent.Type}."),
        };
        return $"id: {roomEvent.Seq}\nevent: {type}\ndata: {JsonSerializer.Serialize(data, json)}\n\n";
    }

    private static object EditData(RoomEvent roomEvent) =>
        new
        {
            roomEvent.Seq,
            roomEvent.MessageId,
            roomEvent.Message!.Text,
            roomEvent.Message.EditedAt,
            roomEvent.Message.Mentions,
        };

    private static object FileData(RoomEvent roomEvent) =>
        new
        {
            roomEvent.Seq,
            roomEvent.MessageId,
            roomEvent.FileId,
        };

    private static object ChatData(RoomEvent roomEvent) =>
        new
        {
            roomEvent.Seq,
            roomEvent.Chat!.Name,
            roomEvent.Chat.KeepDays,
            roomEvent.Chat.Open,
        };

    private static object LooksData(RoomEvent roomEvent) =>
        new
        {
            roomEvent.Seq,
            roomEvent.MessageId,
            roomEvent.FileId,
            roomEvent.File?.Thumbnail,
            roomEvent.File?.Width,
            roomEvent.File?.Height,
        };

    private static object MemberData(RoomEvent roomEvent) =>
        new
        {
            roomEvent.Seq,
            roomEvent.UserId,
            Name = roomEvent.UserName,
        };
}
