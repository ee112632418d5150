using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Api;

public sealed class Events(SharedApp shared) : IClassFixture<SharedApp>
{
    private ChatFilesApp App => shared.App;

    [Fact]
    public async Task A_stream_speaks_at_once_and_then_in_id_event_and_data()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        using var stream = await ada.FollowAsync(chat);
        stream.Response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        (await stream.LineAsync()).ShouldNotBeNull().ShouldStartWith(":");
        var sent = await ada.SayAsync(chat, "line\nbreak");
        var received = await stream.NextAsync();
        received.Type.ShouldBe("message-created");
        received.Data.Fields().ShouldBe("seq message");
        received.Data.Num("seq").ShouldBe(received.Seq);
        received.Seq.ShouldBe(sent.Num("seq"));
        received.Data.GetProperty("message").GetRawText().ShouldBe(sent.GetRawText());
    }

    [Fact]
    public async Task Without_a_position_only_what_comes_from_now_on_is_sent()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        await ada.SayAsync(chat, "before");
        using var stream = await ada.FollowAsync(chat);
        await ada.SayAsync(chat, "after");
        (await stream.NextAsync()).Data.GetProperty("message").Str("text").ShouldBe("after");
    }

    [Fact]
    public async Task With_a_position_everything_after_it_is_sent_and_the_header_wins()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        for (var i = 1; i <= 4; i++)
            await ada.SayAsync(chat, $"{i}");
        var last = await ada.LastSeqAsync(chat);
        using (var byQuery = await ada.FollowAsync(chat, $"?after={last - 2}"))
            (await byQuery.TakeUntilAsync(last)).Select(e => e.Seq).ShouldBe([last - 1, last]);
        using (var byHeader = await ada.FollowAsync(chat, "?after=0", $"{last - 1}"))
            (await byHeader.TakeUntilAsync(last)).Select(e => e.Seq).ShouldBe([last]);
        using var all = await ada.FollowAsync(chat, lastEventId: "0");
        (await all.TakeUntilAsync(last)).Select(e => e.Seq).ShouldBe(Enumerable.Range(1, (int)last).Select(i => (long)i));
        await ada.SayAsync(chat, "live");
        (await all.NextAsync()).Seq.ShouldBe(last + 1);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("1000000")]
    [InlineData("99999999999999999999")]
    public async Task A_position_that_can_not_be_is_refused(string after)
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        (await ada.GetAsync($"/chat/{chat}/events?after={after}")).ShouldBeProblem(400, "invalid-seq");
        (await ada.GetAsync($"/chat/{chat}/events", ("Last-Event-ID", after))).ShouldBeProblem(400, "invalid-seq");
    }

    [Fact]
    public async Task Everybody_gets_every_event_once_and_in_order_while_many_write()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        var chat = await ada.CreateChatAsync(bob);
        var begin = await ada.LastSeqAsync(chat);
        using var first = await ada.FollowAsync(chat);
        using var second = await bob.FollowAsync(chat, $"?after={begin}");
        var expected = Enumerable.Range((int)begin + 1, 60).Select(i => (long)i).ToList();
        var reading = Task.WhenAll(first.TakeUntilAsync(begin + 60), second.TakeUntilAsync(begin + 60));
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? ada : bob).SayAsync(chat, $"{i}")));
        foreach (var events in await reading)
            events.Select(e => e.Seq).ShouldBe(expected);
    }

    [Fact]
    public async Task A_replay_never_brings_back_what_was_deleted()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var text = await ada.SayAsync(chat, "top secret");
        var file = await ada.ShareAsync(chat, "secret.txt");
        (await ada.DeleteAsync($"/chat/{chat}/messages/{text.Num("id")}")).ShouldBeStatus(204);
        (await ada.DeleteAsync(file)).ShouldBeStatus(204);
        var events = await ada.EventsAsync(chat);
        events.Select(e => e.Type).TakeLast(4).ShouldBe(["message-created", "message-created", "message-deleted", "file-deleted"]);
        string.Concat(events.Select(e => e.Data.GetRawText())).ShouldNotContain("secret");
        events[^4].Data.GetProperty("message").GetProperty("deleted").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_removed_members_streams_of_that_chat_end_at_once()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        var chat = await ada.CreateChatAsync(bob);
        var other = await ada.CreateChatAsync(bob);
        using var stream = await bob.FollowAsync(chat);
        using var elsewhere = await bob.FollowAsync(other);
        using var owners = await ada.FollowAsync(chat);
        var ended = stream.NextOrEndAsync();
        (await ada.DeleteAsync($"/chat/{chat}/members/{await bob.UserIdAsync()}")).ShouldBeStatus(204);
        await ada.SayAsync(chat, "not for bob");
        (await ended.WaitAsync(TimeSpan.FromSeconds(5))).ShouldBeNull(); // a second is promised; machines under test stall
        (await bob.GetAsync($"/chat/{chat}/events?after=0")).ShouldBeProblem(404, "chat-not-found");
        (await owners.NextAsync()).Type.ShouldBe("member-left");
        await ada.SayAsync(other, "for bob");
        (await elsewhere.NextAsync()).Type.ShouldBe("message-created");
    }

    [Fact]
    public async Task A_stream_outlives_restarts_by_its_position()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(), out var app);
        var ada = await app.CreateClientAsync("ada");
        var begin = await ada.LastSeqAsync(1);
        var seen = new List<long>();
        for (var round = 0; round < 3; round++)
        {
            using var stream = await ada.FollowAsync(1, lastEventId: $"{begin + seen.Count}");
            await ada.SayAsync(1, $"seen {round}");
            seen.AddRange((await stream.TakeUntilAsync(await ada.LastSeqAsync(1))).Select(e => e.Seq));
            var ended = stream.NextOrEndAsync();
            await app.StopAsync();
            (await ended.WaitAsync(EventReader.Patience)).ShouldBeNull();
            await app.InitializeAsync();
            var email = ada.Email;
            ada.Dispose();
            ada = await app.SignInAsync(email);
            await ada.SayAsync(1, $"missed {round}");
        }

        seen.ShouldBe(Enumerable.Range((int)begin + 1, seen.Count).Select(i => (long)i));
        seen.Count.ShouldBe(5);
        ada.Dispose();
    }

    [Fact]
    public async Task A_silent_stream_shows_that_it_lives()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        await using var _ = new Disposing(
            await ChatFilesApp.StartAsync(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time))),
            out var app
        );
        using var ada = await app.CreateClientAsync("ada");
        using var stream = await ada.FollowAsync(1);
        (await stream.LineAsync())!.ShouldStartWith(":");
        (await stream.LineAsync()).ShouldBe("");
        var next = stream.LineAsync();
        await Stage.Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(15));
                return next.IsCompleted;
            },
            "a comment comes"
        );
        (await next).ShouldNotBeNull().ShouldStartWith(":");
    }
}
