using System.Collections.Concurrent;
using System.Net.Http.Json;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web;

/// <summary>Two processes on one PostgreSQL and one Azure store: what happens on one of them is heard on the other.</summary>
public sealed class SeveralNodesTests(PostgreSqlServer database, Azurite store) : IClassFixture<PostgreSqlServer>, IClassFixture<Azurite>, IAsyncLifetime
{
    /// <summary>So soon an event is on every node, and so soon an end is.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2), Ending = TimeSpan.FromSeconds(5);

    private string _connection = null!;
    private string _container = null!;
    private TestServer _one = null!;

    public async Task InitializeAsync()
    {
        _connection = await database.CreateDatabaseAsync();
        _container = store.NewContainer().Container;
        _one = await StartAsync();
    }

    public async Task DisposeAsync() => await _one.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_event_reaches_those_who_are_connected_to_the_other_node_within_two_seconds_also_when_its_notice_is_lost(bool isDeaf)
    {
        await using var two = await StartAsync(isDeaf ? services => services.AddSingleton<OtherNodes>() : null);
        var anna = await _one.UserAsync("anna");
        var chat = await anna.ChatAsync();
        await using var events = await EventReader.OpenAsync(On(two, anna), chat);

        for (var i = 0; i < 3; i++)
        {
            var sent = await anna.SendTextAsync(chat, $"from one, {i}");
            var heard = (await events.NextAsync().WaitAsync(Soon)).ShouldNotBeNull();
            heard.Type.ShouldBe("message-created");
            heard.Data.GetProperty("message").GetProperty("id").GetInt64().ShouldBe(sent.GetProperty("id").GetInt64());
        }

        // Both write to the same log.
        await On(two, anna).SendTextAsync(chat, "from two");
        (await events.NextAsync().WaitAsync(Soon)).ShouldNotBeNull().Data.GetProperty("message").Text("text").ShouldBe("from two");
    }

    [Fact]
    public async Task Whoever_signs_out_on_one_node_is_signed_out_on_the_other_with_all_that_is_open_there()
    {
        await using var two = await StartAsync();
        var bob = await _one.UserAsync("bob");
        var chat = await bob.ChatAsync();
        var there = On(two, bob);
        await using var events = await EventReader.OpenAsync(there, chat);

        (await bob.Http.PostAsync("account/sign-out-everywhere", content: null)).IsSuccessStatusCode.ShouldBeTrue();

        (await events.NextAsync().WaitAsync(Ending)).ShouldBeNull();
        await Eventually.HoldsAsync(async () => (await there.Http.GetAsync("chat")).StatusCode == HttpStatusCode.Unauthorized, "the session had ended there", Ending.TotalSeconds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_is_no_member_any_more_or_whose_chat_is_gone_hears_no_more_of_it_on_the_other_node(bool isDeaf)
    {
        await using var two = await StartAsync(isDeaf ? services => services.AddSingleton<OtherNodes>() : null);
        var (clara, dan) = (await _one.UserAsync("clara"), await _one.UserAsync("dan"));
        var chat = await clara.ChatAsync(dan);
        await using var dans = await EventReader.OpenAsync(On(two, dan), chat);
        await using var claras = await EventReader.OpenAsync(On(two, clara), chat);

        (await clara.Http.DeleteAsync($"chat/{chat}/members/{await dan.IdAsync()}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await dans.NextAsync().WaitAsync(Ending)).ShouldBeNull();
        (await claras.NextAsync().WaitAsync(Ending)).ShouldNotBeNull().Type.ShouldBe("member-left");

        (await clara.Http.DeleteAsync($"chat/{chat}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await claras.NextAsync().WaitAsync(Ending)).ShouldBeNull();
    }

    [Fact]
    public async Task People_see_each_other_whichever_node_they_are_connected_to()
    {
        await using var two = await StartAsync();
        using var ann = _one.Services.GetRequiredService<Presence>().Enter("ann", "Ann", 7, since: 0);
        var ben = two.Services.GetRequiredService<Presence>().Enter("ben", "Zoë", 7, since: 0);

        await Eventually.HoldsAsync(() => ann.Company.Has("ben") && ben.Company.Has("ann"), "they saw each other", seconds: 30);
        ben.Type();
        await Eventually.HoldsAsync(() => ann.Company.Typing.Contains("ben"), "one saw the other writing", seconds: 30);
        ben.Dispose();
        await Eventually.HoldsAsync(() => !ann.Company.Has("ben"), "the other was gone", seconds: 30);
    }

    [Fact]
    public async Task Who_looks_at_the_receipts_of_a_message_is_told_of_a_member_who_was_added_on_the_other_node()
    {
        await using var two = await StartAsync();
        var (emma, fred) = (await _one.UserAsync("emma"), await _one.UserAsync("fred"));
        var chat = await emma.ChatAsync();
        await emma.SendTextAsync(chat, "hello");
        using var scope = two.Services.CreateScope();
        var looked = (await scope.ServiceProvider.GetRequiredService<LiveChats>().LookAtChatAsync(await emma.IdAsync(), chat)).Value;
        var changes = 0;
        using var watch = two.Services.GetRequiredService<Receipts>().Watch(looked.Window.Messages.Single(), () => Interlocked.Increment(ref changes));

        // Added again and again: the other may only have begun to listen.
        var userId = await fred.IdAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                using var added = await emma.Http.PostAsJsonAsync($"chat/{chat}/members", new { email = fred.Email });
                using var removed = await emma.Http.DeleteAsync($"chat/{chat}/members/{userId}");
                return Volatile.Read(ref changes) > 0;
            },
            "the other was told",
            seconds: 30
        );
    }

    [Fact]
    public async Task What_one_node_tells_the_other_hears_also_after_the_database_has_died_and_come_back()
    {
        await using var two = await StartAsync();
        var (here, there) = (_one.Services.GetRequiredService<OtherNodes>(), two.Services.GetRequiredService<OtherNodes>());
        var heard = new ConcurrentQueue<NodeNews>();
        there.Heard += heard.Enqueue;

        await ShouldHearAsync(new ChatHint(1, "Zoë"));
        await database.KillAsync();
        await database.StartAsync();
        await ShouldHearAsync(new ChatHint(2, "Zoë"));

        // It may take a moment until there is somebody to hear it.
        Task ShouldHearAsync(NodeNews news) =>
            Eventually.HoldsAsync(
                () =>
                {
                    here.Tell(news);
                    return heard.Contains(news);
                },
                "it was heard",
                seconds: 30
            );
    }

    private Task<TestServer> StartAsync(Action<IServiceCollection>? change = null) =>
        TestServer.StartAsync(
            change,
            ("Database:Provider", "PostgreSql"),
            ("Database:ConnectionString", _connection),
            ("Storage:Provider", "Azure"),
            ("Storage:Azure:ConnectionString", store.NewContainer().ConnectionString),
            ("Storage:Azure:Container", _container)
        );

    private static ApiUser On(TestServer server, ApiUser person)
    {
        var http = server.Client();
        http.DefaultRequestHeaders.Authorization = new("Bearer", person.Token);
        return person with { Http = http };
    }
}
