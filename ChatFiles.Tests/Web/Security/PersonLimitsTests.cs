using System.Net.Http.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Security;

/// <summary>One person's share of the server, over all their pages and programs.</summary>
public sealed class PersonLimitsTests
{
    [Fact]
    public async Task Who_sends_or_searches_too_often_is_told_when_to_go_on()
    {
        await using var server = await TestServer.StartAsync(("RateLimits:MessagesPerMinute", "3"), ("RateLimits:SearchesPerMinute", "2"));
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        for (var i = 0; i < 3; i++)
            await ann.SendTextAsync(1, "hello");

        using var refused = await ann.Http.PostAsJsonAsync("chat/1/messages", new { text = "one more" });
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        await ann.Http.PostAsJsonAsync("chat", new { name = "Room" }).ShouldBeProblemAsync(429, "too-many-requests");
        await ann.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);
        await bob.SendTextAsync(1, "hello");

        await ann.GetAsync("search?q=hello");
        await ann.GetAsync("chat/1/files?q=hello");
        await ann.Http.GetAsync("search?q=hello").ShouldBeProblemAsync(429, "too-many-requests");
        await ann.Http.GetAsync("chat/1/files?q=hello").ShouldBeProblemAsync(429, "too-many-requests");
        await ann.GetAsync("chat/1/files");
    }

    [Fact]
    public async Task A_person_follows_so_many_chats_at_once_and_an_ended_stream_makes_room()
    {
        await using var server = await TestServer.StartAsync(("Limits:StreamsPerPerson", "2"));
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        await using var first = await EventReader.OpenAsync(ann, 1);
        var second = await EventReader.OpenAsync(ann, 1);

        await ann.Http.GetAsync("chat/1/events").ShouldBeProblemAsync(429, "too-many-requests");
        await ann.Http.GetAsync("chat/99/events").ShouldBeProblemAsync(429, "too-many-requests");
        await using var others = await EventReader.OpenAsync(bob, 1);

        await second.DisposeAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await ann.Http.GetAsync("chat/99/events");
                return answer.StatusCode == HttpStatusCode.NotFound;
            },
            "there was room for a stream"
        );
        for (var i = 0; i < 5; i++)
            await ann.Http.GetAsync("chat/99/events").ShouldBeProblemAsync(404, "chat-not-found");
    }

    [Fact]
    public async Task A_page_too_many_says_so_in_words_and_a_closed_tab_makes_room_at_once()
    {
        await using var server = await TestServer.StartAsync(("Limits:CircuitsPerPerson", "2"));
        using var browser = await RawBrowser.SignInAsync(server, await server.UserAsync("ann"));
        await using var first = await RawCircuit.OpenAsync(browser, "chats/1");
        await using var second = await RawCircuit.OpenAsync(browser, "chats/1");
        await Eventually.HoldsAsync(() => second.Drawn.Contains("General", StringComparison.Ordinal), "the second page was drawn");

        await using var third = await RawCircuit.OpenAsync(browser, "chats/1");
        await Eventually.HoldsAsync(() => third.Drawn.Contains("Too many pages open", StringComparison.Ordinal), $"the third page said so; it drew {third.Drawn}");
        third.Drawn.ShouldNotContain("General");
        second.Drawn.ShouldNotContain("Too many pages open");

        // As a browser says farewell when a tab is closed.
        using var farewell = new MultipartFormDataContent { { new StringContent(first.Id), "circuitId" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "_blazor/disconnect") { Content = farewell };
        request.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        using var answer = await browser.Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var fourth = await RawCircuit.OpenAsync(browser, "chats/1");
        await Eventually.HoldsAsync(() => fourth.Drawn.Contains("General", StringComparison.Ordinal), "the fourth page was drawn");
    }

    [Fact]
    public async Task Connections_that_begin_no_circuit_are_bounded_too()
    {
        await using var server = await TestServer.StartAsync(("Limits:CircuitsPerPerson", "1"));
        using var browser = await RawBrowser.SignInAsync(server, await server.UserAsync("ann"));
        await using var first = await RawCircuit.ConnectAsync(browser);
        var second = await RawCircuit.ConnectAsync(browser);

        await Should.ThrowAsync<System.Net.WebSockets.WebSocketException>(() => RawCircuit.ConnectAsync(browser));

        await second.DisposeAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await using var again = await RawCircuit.ConnectAsync(browser);
                    return true;
                }
                catch (System.Net.WebSockets.WebSocketException)
                {
                    return false;
                }
            },
            "there was room for a connection"
        );
    }
}
