using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Api;

public sealed class EventStreamTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Each_change_is_an_event_in_its_format()
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var chat = await ann.ChatAsync();
        await using var events = await EventReader.OpenAsync(ann, chat);

        var message = (await ann.SendFileAsync(chat)).GetProperty("message");
        var file = message.GetProperty("attachments").EnumerateArray().Single();
        var created = await events.ShouldGetAsync("message-created", 1);
        created.GetProperty("message").GetRawText().ShouldBe(message.GetRawText());

        await ann.Http.DeleteAsync(file.Text("path")).ShouldBeAsync(HttpStatusCode.NoContent);
        var deleted = await events.ShouldGetAsync("file-deleted", 2);
        Members(deleted).ShouldBe("seq messageId fileId");
        deleted.Text("fileId").ShouldBe(file.Text("id"));

        await ann.Http.DeleteAsync($"chat/{chat}/messages/{message.GetProperty("id").GetInt64()}").ShouldBeAsync(HttpStatusCode.NoContent);
        var gone = await events.ShouldGetAsync("message-deleted", 3);
        Members(gone).ShouldBe("seq messageId");
        gone.GetProperty("messageId").GetInt64().ShouldBe(message.GetProperty("id").GetInt64());

        await ann.Http.PostAsJsonAsync($"chat/{chat}/members", new { email = bob.Email }).ShouldBeAsync(HttpStatusCode.NoContent);
        var joined = await events.ShouldGetAsync("member-joined", 4);
        Members(joined).ShouldBe("seq userId name");
        (joined.Text("userId"), joined.Text("name")).ShouldBe((await bob.IdAsync(), bob.Name));

        await ann.Http.DeleteAsync($"chat/{chat}/members/{await bob.IdAsync()}").ShouldBeAsync(HttpStatusCode.NoContent);
        Members(await events.ShouldGetAsync("member-left", 5)).ShouldBe("seq userId name");
    }

    [Theory]
    [InlineData("?after=1", null)]
    [InlineData("", "1")]
    [InlineData("?after=3", "1")] // the header wins
    [InlineData("?after=x", "1")]
    public async Task Who_names_the_last_event_gets_those_after_it_and_then_the_live_ones(string query, string? header)
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        for (var i = 1; i <= 3; i++)
            await ann.SendTextAsync(chat, $"{i}");

        await using var events = await EventReader.OpenAsync(ann, chat, query, header);
        await ann.SendTextAsync(chat, "4");

        for (var seq = 2; seq <= 4; seq++)
            (await events.ShouldGetAsync("message-created", seq)).GetProperty("message").Text("text").ShouldBe($"{seq}");
    }

    [Fact]
    public async Task Who_names_none_gets_the_live_ones_only()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await ann.SendTextAsync(chat, "before");
        await using var events = await EventReader.OpenAsync(ann, chat);
        await ann.SendTextAsync(chat, "after");
        await events.ShouldGetAsync("message-created", 2);
    }

    [Theory]
    [InlineData("?after=x", null)]
    [InlineData("?after=", null)]
    [InlineData("?after=-1", null)]
    [InlineData("?after=2", null)]
    [InlineData("?after=99999999999999999999", null)]
    [InlineData("", "x")]
    [InlineData("", "-1")]
    [InlineData("?after=0", "2")]
    public async Task A_seq_that_cannot_be_is_refused(string query, string? header)
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await ann.SendTextAsync(chat, "1");
        await ann.SendAsync(HttpMethod.Get, $"chat/{chat}/events{query}", null, header is null ? [] : [("Last-Event-ID", header)])
            .ShouldBeProblemAsync(400, "invalid-seq");
    }

    [Fact]
    public async Task A_replay_does_not_bring_back_what_was_deleted()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var text = (await ann.SendTextAsync(chat, "secret")).GetProperty("id").GetInt64();
        var path = (await ann.SendFileAsync(chat, "secret.txt")).Text("path");
        await ann.Http.DeleteAsync($"chat/{chat}/messages/{text}").ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync(path).ShouldBeAsync(HttpStatusCode.NoContent);

        await using var events = await EventReader.OpenAsync(ann, chat, "?after=0");

        var first = await events.ShouldGetAsync("message-created", 1);
        first.GetProperty("message").GetProperty("deleted").GetBoolean().ShouldBeTrue();
        first.GetRawText().ShouldNotContain("secret");
        (await events.ShouldGetAsync("message-created", 2)).GetRawText().ShouldNotContain("secret");
    }

    [Fact]
    public async Task The_stream_of_a_removed_member_ends_within_a_second()
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var chat = await ann.ChatAsync(bob);
        await using var events = await EventReader.OpenAsync(bob, chat);
        var watch = Stopwatch.StartNew();

        await ann.Http.DeleteAsync($"chat/{chat}/members/{await bob.IdAsync()}").ShouldBeAsync(HttpStatusCode.NoContent);
        while (await events.NextAsync() is { } last)
            last.Type.ShouldBe("member-left");

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2)); // a second, and the removal itself on a busy machine
        await bob.Http.GetAsync($"chat/{chat}/events").ShouldBeProblemAsync(404, "chat-not-found");
    }

    [Fact]
    public async Task A_stream_that_has_nothing_to_say_gives_a_sign_of_life_every_15_s()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        await using var own = await TestServer.StartAsync(time);
        var ann = await own.UserAsync("ann");
        await using var events = await EventReader.OpenAsync(ann, await ann.ChatAsync());

        for (var beat = 0; beat < 3; beat++)
        {
            time.Advance(TimeSpan.FromSeconds(15));
            (await events.NextCommentAsync()).ShouldBe(": still here");
        }
    }

    [Fact]
    public async Task The_stream_of_who_has_signed_out_ends_also_where_nobody_takes_what_is_written_to_it()
    {
        await using var own = await TestServer.StartAsync(("Limits:StreamsPerPerson", "1"), ("RateLimits:MessagesPerMinute", "0"));
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var text = new string('x', 8000);
        for (var i = 0; i < 1000; i++)
            await ann.SendTextAsync(chat, text); // more than all buffers on the way hold
        using var deaf = new TcpClient { ReceiveBufferSize = 4096 };
        await deaf.ConnectAsync(own.Address.Host, own.Address.Port);
        var head = $"GET /chat/{chat}/events?after=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ann.Token}\r\n\r\n";
        await deaf.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
        var status = new byte["HTTP/1.1 200".Length];
        await deaf.GetStream().ReadExactlyAsync(status);
        Encoding.ASCII.GetString(status).ShouldBe("HTTP/1.1 200");
        (await StatusAsync(ann, chat)).ShouldBe(HttpStatusCode.TooManyRequests);

        await ann.Http.PostAsync("account/sign-out-everywhere", content: null).ShouldBeAsync(HttpStatusCode.NoContent);

        var again = await own.SignInAsync(ann.Email);
        await Eventually.HoldsAsync(async () => await StatusAsync(again, chat) == HttpStatusCode.OK, "its place is free", seconds: 5);
    }

    private static async Task<HttpStatusCode> StatusAsync(ApiUser user, long chat)
    {
        using var answer = await user.Http.GetAsync($"chat/{chat}/events", HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    [Fact]
    public async Task Everybody_gets_the_events_of_many_writers_in_the_same_order_without_gaps()
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var chat = await ann.ChatAsync(bob); // seq 1 is bob's joining
        await using var early = await EventReader.OpenAsync(ann, chat, "?after=1");
        var writing = Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? ann : bob).SendTextAsync(chat, $"{i}")));
        await using var late = await EventReader.OpenAsync(bob, chat, "?after=1");

        for (var seq = 2; seq <= 41; seq++)
        {
            var first = await early.ShouldGetAsync("message-created", seq);
            (await late.ShouldGetAsync("message-created", seq)).GetRawText().ShouldBe(first.GetRawText());
        }

        await writing;
    }

    [Fact]
    public async Task Events_go_on_after_a_restart()
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await ann.SendTextAsync(chat, "1");
        await ann.SendTextAsync(chat, "2");

        await own.RestartAsync();
        ann = await own.SignInAsync(ann.Email);
        await using var events = await EventReader.OpenAsync(ann, chat, lastEventId: "1");
        await ann.SendTextAsync(chat, "3");

        await events.ShouldGetAsync("message-created", 2);
        await events.ShouldGetAsync("message-created", 3);
    }

    private static string Members(System.Text.Json.JsonElement data) => string.Join(' ', data.EnumerateObject().Select(m => m.Name));
}
