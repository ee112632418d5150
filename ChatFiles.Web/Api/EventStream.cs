using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Accounts;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Api;

/// <summary>A chat's events as server-sent events: first those after the one the client knows, then the live ones.</summary>
internal static class EventStream
{
    /// <summary>Shorter than the promised 15 s, so that a busy moment breaks no promise.</summary>
    private static readonly TimeSpan SignOfLifeInterval = TimeSpan.FromSeconds(10);

    private static readonly Refusal TooManyStreams = new(
        RefusalReason.TooManyRequests,
        "You follow as many chats at the same time as one person may; end one of these streams first."
    );

    public static void MapEventStream(this WebApplication app) =>
        app.MapSignedIn("/chat/{chatId}/events").MapGet("/", FollowAsync).WithTags("Live updates").WithSummary("A chat's events, live");

    private static async Task<IResult> FollowAsync(
        string chatId,
        HttpContext context,
        ClaimsPrincipal user,
        ChatService chats,
        PersonLimits limits,
        CancellationToken cancellationToken
    )
    {
        if (limits.OpenStream(user.UserId()) is not { } place)
            return Problems.Of(TooManyStreams);
        // Given back with the request, however it ends.
        context.Response.RegisterForDispose(place);
        var subscribed = await chats.SubscribeAsync(user.UserId(), Requests.ParseId(chatId), ReadAfter(context.Request), cancellationToken);
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

    private sealed class Stream(Core.Live.RoomSubscription subscription) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using var _ = subscription;
            var services = httpContext.RequestServices;
            var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            using var session = services.GetRequiredService<Sessions>().Watch(httpContext.User.SessionId() ?? "");
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping, session.Ended);
            httpContext.Response.ContentType = "text/event-stream";
            httpContext.Response.Headers.CacheControl = "no-store";
            httpContext.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
            try
            {
                await WriteAllAsync(
                    httpContext.Response,
                    services.GetRequiredService<TimeProvider>(),
                    services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions,
                    ending.Token
                );
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException)
            {
                // The client is gone, its session has ended or the server stops; the client comes back with its last seq.
            }
        }

        private async Task WriteAllAsync(HttpResponse response, TimeProvider time, JsonSerializerOptions json, CancellationToken ending)
        {
            await WriteAsync(response, ": hello\n\n", ending);
            await using var events = subscription.ReadAsync(ending).GetAsyncEnumerator(ending);
            while (true)
            {
                var next = events.MoveNextAsync().AsTask();
                while (await IsSilentAsync(next, time, ending))
                    await WriteAsync(response, ": still here\n\n", ending);
                if (!await next)
                    return;
                await WriteAsync(response, Format(events.Current, json), ending);
            }
        }

        private static async Task<bool> IsSilentAsync(Task next, TimeProvider time, CancellationToken ending)
        {
            if (next.IsCompleted)
                return false;
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ending);
            var first = await Task.WhenAny(next, Task.Delay(SignOfLifeInterval, time, waiting.Token));
            await waiting.CancelAsync();
            return first != next && !ending.IsCancellationRequested;
        }

        private static async Task WriteAsync(HttpResponse response, string text, CancellationToken ending)
        {
            await response.WriteAsync(text, ending);
            await response.Body.FlushAsync(ending);
        }
    }

    private static string Format(RoomEvent roomEvent, JsonSerializerOptions json)
    {
        var (type, data) = roomEvent.Type switch
        {
            ChatEventType.MessageCreated => ("message-created", (object)new { roomEvent.Seq, roomEvent.Message }),
            ChatEventType.MessageDeleted => ("message-deleted", new { roomEvent.Seq, roomEvent.MessageId }),
            ChatEventType.FileDeleted => ("file-deleted", FileData(roomEvent)),
            ChatEventType.FileMissing => ("file-missing", FileData(roomEvent)),
            ChatEventType.FileRestored => ("file-restored", FileData(roomEvent)),
            ChatEventType.MemberJoined => ("member-joined", MemberData(roomEvent)),
            ChatEventType.MemberLeft => ("member-left", MemberData(roomEvent)),
            _ => throw new InvalidOperationException($"There is no way to send an event of type {roomEvent.Type}."),
        };
        return $"id: {roomEvent.Seq}\nevent: {type}\ndata: {JsonSerializer.Serialize(data, json)}\n\n";
    }

    private static object FileData(RoomEvent roomEvent) =>
        new
        {
            roomEvent.Seq,
            roomEvent.MessageId,
            roomEvent.FileId,
        };

    private static object MemberData(RoomEvent roomEvent) =>
        new
        {
            roomEvent.Seq,
            roomEvent.UserId,
            Name = roomEvent.UserName,
        };
}
