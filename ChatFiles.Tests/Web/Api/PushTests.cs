using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatFiles.Core.Model;
using ChatFiles.Core.Push;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Browsers are told of messages while no page is open, by a push service that decrypts what comes.</summary>
public sealed class PushTests(PushTests.Site site) : IClassFixture<PushTests.Site>
{
    [Fact]
    public async Task Whoever_wants_to_know_is_told_who_wrote_what_and_where_and_the_writer_is_not()
    {
        var (ann, ben, chat) = await TwoAsync("ann1", "ben1");
        var (of, own) = (await SubscribeAsync(ben), await SubscribeAsync(ann));
        await NotifyAsync(ben, chat, "all");
        await NotifyAsync(ann, chat, "all");

        var stranger = await site.Server.UserAsync("stranger1");
        var message = await ann.SendTextAsync(chat, $"Look at this, <@{await ben.IdAsync()}>, not <@{await stranger.IdAsync()}>");
        await ann.SendFileAsync(chat, "report.pdf.txt");

        await Eventually.HoldsAsync(() => of.Notices.Count == 2, "Ben's browser is told of both");
        var notices = of.Notices.ToDictionary(n => n.Text("body"), n => n, StringComparer.Ordinal);
        notices.Keys.Order(StringComparer.Ordinal).ShouldBe([$"Look at this, @ben1, not <@{await stranger.IdAsync()}>", "report.pdf.txt"]);
        var notice = notices.Values.Single(n => n.Text("body").StartsWith("Look", StringComparison.Ordinal));
        notice.Text("title").ShouldBe("ann1 in Room");
        notice.Text("url").ShouldBe($"/chats/{chat}?message={message.GetProperty("id").GetInt64()}");
        ShouldBeSigned(of, await KeyAsync(ben));
        own.Notices.ShouldBeEmpty();
    }

    [Fact]
    public async Task By_itself_a_chat_tells_of_mentions_and_a_direct_one_of_everything_and_nobody_hears_what_they_do_not_want()
    {
        var (ann, ben, chat) = await TwoAsync("ann2", "ben2");
        var of = await SubscribeAsync(ben);
        var direct = (await (await ann.Http.PostAsJsonAsync("chat", new { with = ben.Email })).JsonAsync()).GetProperty("id").GetInt64();

        await ann.SendTextAsync(chat, "for everybody");
        await ann.SendTextAsync(chat, $"for <@{await ben.IdAsync()}>");
        await ann.SendTextAsync(direct, "for you");
        await Eventually.HoldsAsync(() => of.Notices.Count == 2, "he is told of what is for him");
        of.Notices.Select(n => n.Text("body")).Order(StringComparer.Ordinal).ShouldBe(["for @ben2", "for you"]);
        of.Notices.Select(n => n.Text("title")).ShouldContain("ann2", "a direct chat is its person");

        await NotifyAsync(ben, chat, "none");
        await ann.SendTextAsync(chat, $"quiet, <@{await ben.IdAsync()}>");
        await ann.SendTextAsync(direct, "the last");
        await Eventually.HoldsAsync(() => of.Notices.Any(n => n.Text("body") == "the last"), "he is told of what came later");
        of.Notices.ShouldNotContain(n => n.Text("body").StartsWith("quiet"));
    }

    [Fact]
    public async Task Whoever_has_muted_a_chat_is_told_nothing_of_it_until_they_say_what_they_want_to_hear()
    {
        var (ann, ben, chat) = await TwoAsync("ann9", "ben9");
        var of = await SubscribeAsync(ben);
        await site.Server.Services.CreateScope().ServiceProvider.GetRequiredService<ChatFiles.Core.Chats.ChatDirectory>().MuteAsync(await ben.IdAsync(), chat, TimeSpan.FromHours(1));

        await ann.SendTextAsync(chat, $"muted, <@{await ben.IdAsync()}>");
        (await ben.GetAsync("chat")).EnumerateArray().Single(c => c.GetProperty("id").GetInt64() == chat).Text("notify").ShouldBe("mentions");
        await NotifyAsync(ben, chat, "mentions");
        await ann.SendTextAsync(chat, $"heard, <@{await ben.IdAsync()}>");

        await Eventually.HoldsAsync(() => of.Notices.Any(n => n.Text("body") == "heard, @ben9"), "he is told again");
        of.Notices.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Whoever_is_added_to_a_chat_is_told_by_whom_and_whoever_joins_one_is_not()
    {
        var (ann, ben) = (await site.Server.UserAsync("ann10"), await site.Server.UserAsync("ben10"));
        var of = await SubscribeAsync(ben);
        var open = (await (await ann.Http.PostAsJsonAsync("chat", new { name = "Open", open = true })).JsonAsync()).GetProperty("id").GetInt64();
        await ben.Http.PostAsync($"chat/{open}/join", null).ShouldBeAsync(HttpStatusCode.NoContent);

        var chat = await ann.ChatAsync(ben);

        await Eventually.HoldsAsync(() => !of.Notices.IsEmpty, "he is told");
        var notice = of.Notices.ShouldHaveSingleItem();
        (notice.Text("title"), notice.Text("body"), notice.Text("url")).ShouldBe(("Room", "ann10 added you", $"/chats/{chat}"));
    }

    [Fact]
    public async Task Whoever_has_a_page_open_is_not_told_and_is_again_when_it_is_closed()
    {
        var (ann, ben, chat) = await TwoAsync("ann3", "ben3");
        var of = await SubscribeAsync(ben);
        await NotifyAsync(ben, chat, "all");
        var page = await site.Server.Services.GetRequiredService<ChatFiles.Core.People.PersonLimits>().OpenConnectionAsync(await ben.IdAsync());

        await ann.SendTextAsync(chat, "on screen");
        var other = await SubscribeAsync(await site.Server.UserAsync("cleo3"), chat, ann);
        await ann.SendTextAsync(chat, "a second");
        await Eventually.HoldsAsync(() => other.Notices.Any(n => n.Text("body") == "a second"), "somebody without a page is told");
        of.Notices.ShouldBeEmpty();

        page!.Dispose();
        await ann.SendTextAsync(chat, "nobody looks");
        await Eventually.HoldsAsync(() => of.Notices.Any(n => n.Text("body") == "nobody looks"), "he is told again");
    }

    [Fact]
    public async Task A_subscription_ends_with_DELETE_with_its_session_and_when_its_push_service_says_so()
    {
        var (ann, ben, chat) = await TwoAsync("ann4", "ben4");
        await NotifyAsync(ben, chat, "all");
        var (deleted, gone, kept) = (await SubscribeAsync(ben), await SubscribeAsync(ben), await SubscribeAsync(ben));
        gone.Answers = 410;
        using (var end = await ben.SendAsync(HttpMethod.Delete, "account/push", JsonContent.Create(new { endpoint = deleted.Endpoint })))
            end.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        await ann.SendTextAsync(chat, "one");
        await Eventually.HoldsAsync(() => kept.Notices.Count == 1 && gone.Notices.Count == 1, "both that are left are told");
        await Eventually.HoldsAsync(async () => await CountAsync(ben) == 1, "the one that is gone is forgotten");
        deleted.Notices.ShouldBeEmpty();

        await ben.Http.PostAsync("account/sign-out-everywhere", null).ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.SendTextAsync(chat, "two");
        await Eventually.HoldsAsync(async () => await CountAsync(ben) == 0, "what a session leaves is cleared away");
        kept.Notices.Count.ShouldBe(1);
        gone.Notices.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_endpoint_that_a_second_person_puts_is_theirs()
    {
        var (ann, ben, chat) = await TwoAsync("ann5", "ben5");
        await NotifyAsync(ben, chat, "all");
        var shared = await SubscribeAsync(ben);
        var cleo = await site.Server.UserAsync("cleo5");
        await PutAsync(cleo, shared.Subscription).ShouldBeAsync(HttpStatusCode.NoContent);
        var own = await SubscribeAsync(ben);

        await ann.SendTextAsync(chat, "for Ben");
        await Eventually.HoldsAsync(() => own.Notices.Count == 1, "he is told by his own");

        shared.Notices.ShouldBeEmpty();
        using (var end = await ben.SendAsync(HttpMethod.Delete, "account/push", JsonContent.Create(new { endpoint = shared.Endpoint })))
            end.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await CountAsync(cleo)).ShouldBe(1, "nobody ends another one's");
    }

    [Fact]
    public async Task A_push_service_that_hangs_or_leads_elsewhere_keeps_nobody_else_waiting_and_leads_nowhere()
    {
        await using var slow = await PushServer.StartAsync();
        await using var elsewhere = await PushServer.StartAsync();
        await using var server = await StartAsync(slow, site.Push);
        var (ann, ben) = (await server.UserAsync("ann"), await server.UserAsync("ben"));
        var chat = await ann.ChatAsync(ben);
        await NotifyAsync(ben, chat, "all");
        var (hanging, leading, fine) = (slow.NewBrowser(), site.Push.NewBrowser(), site.Push.NewBrowser());
        hanging.Hangs = true;
        (leading.Answers, leading.LeadsTo) = (307, $"https://{elsewhere.Host}/inside");
        foreach (var browser in new[] { hanging, leading, fine })
            await PutAsync(ben, browser.Subscription).ShouldBeAsync(HttpStatusCode.NoContent);

        for (var i = 0; i < 40; i++)
            await ann.SendTextAsync(chat, $"{i}");

        await Eventually.HoldsAsync(() => fine.Notices.Count == 40, "the other push service has all of them");
        elsewhere.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task In_a_chat_of_5000_those_who_want_to_know_are_told_and_nobody_waits_for_them()
    {
        await using var slow = await PushServer.StartAsync();
        await using var server = await StartAsync(slow, site.Push);
        var (ann, ben) = (await server.UserAsync("ann"), await server.UserAsync("ben"));
        var (own, hanging) = (site.Push.NewBrowser(), slow.NewBrowser());
        hanging.Hangs = true;
        await PutAsync(ben, own.Subscription).ShouldBeAsync(HttpStatusCode.NoContent);
        List<PushedBrowser> told = [.. Enumerable.Range(0, 200).Select(_ => site.Push.NewBrowser())];
        List<PushedBrowser> untold = [.. Enumerable.Range(0, 200).Select(_ => site.Push.NewBrowser())];
        await FillGeneralAsync(server, ben, 5_000, [.. told, hanging], untold);
        await using var events = await EventReader.OpenAsync(ben, 1);

        // Both are answered, and on others' pages, while a push service takes nothing.
        var sent = await ann.SendTextAsync(1, "for all 5,000");
        await events.ShouldGetAsync("message-created", sent.GetProperty("seq").GetInt64());
        await Eventually.HoldsAsync(() => !slow.Asked.IsEmpty, "the slow service is asked");
        sent = await ann.SendTextAsync(1, $"for <@{await ben.IdAsync()}>");
        await events.ShouldGetAsync("message-created", sent.GetProperty("seq").GetInt64());

        await Eventually.HoldsAsync(() => told.TrueForAll(b => b.Notices.Count == 2) && own.Notices.Count == 1, "whoever wants to know is told");
        own.Notices.Single().Text("body").ShouldBe("for @ben");
        untold.ShouldAllBe(b => b.Notices.IsEmpty);
    }

    [Theory]
    [InlineData("http://127.0.0.1/push")]
    [InlineData("https://127.0.0.1/push")]
    [InlineData("https://localhost:{port}/push")]
    [InlineData("HTTPS://127.0.0.1:{port}/push")]
    [InlineData(" https://127.0.0.1:{port}/push")]
    [InlineData("https://127.0.0.1:{port}/push#a")]
    [InlineData("https://127.0.0.1:{port}/push\\")]
    [InlineData("https://127.0.0.1:{port}/\u0000")]
    [InlineData("https://127.0.0.1:{port}/\n")]
    [InlineData("https://127.0.0.1:{port}/pu\u017fh")]
    [InlineData("https://user@127.0.0.1:{port}/push")]
    [InlineData("https://fcm.googleapis.com/push")]
    [InlineData("https://push.example.org.evil.example/push")]
    [InlineData("https://push.example.org:8443/push")]
    [InlineData("https://example.org/push")]
    [InlineData("ftp://127.0.0.1:{port}/push")]
    [InlineData("/push")]
    [InlineData("")]
    [InlineData(null)]
    public async Task An_endpoint_that_no_setting_allows_is_refused(string? endpoint)
    {
        var ann = await site.Server.UserAsync("ann6");
        var port = site.Push.Host.Split(':')[1];
        var keys = new { p256dh = Point(), auth = Base64Url.EncodeToString(new byte[16]) };

        await PutAsync(ann, new { endpoint = endpoint?.Replace("{port}", port), keys }).ShouldBeProblemAsync(400, "invalid-endpoint");
        await PutAsync(ann, new { endpoint = "https://a.push.example.org/" + new string('x', 2_000), keys }).ShouldBeProblemAsync(400, "invalid-endpoint");
        await PutAsync(ann, new { endpoint = "https://a.push.example.org/x", keys }).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Keys_that_nothing_can_be_encrypted_with_are_refused()
    {
        var ann = await site.Server.UserAsync("ann7");
        var endpoint = site.Push.NewBrowser().Endpoint;
        var auth = Base64Url.EncodeToString(new byte[16]);
        var noPoint = Base64Url.EncodeToString([4, .. new byte[64]]);

        foreach (var keys in new object?[] { null, new { p256dh = noPoint, auth }, new { p256dh = "x", auth }, new { p256dh = Point(), auth = "x" }, new { p256dh = "ü", auth }, new { p256dh = Point() } })
            await PutAsync(ann, new { endpoint, keys }).ShouldBeProblemAsync(400, "invalid-keys");
    }

    [Fact]
    public async Task The_key_stays_the_same_over_a_restart()
    {
        await using var server = await TestServer.StartAsync();
        var before = await KeyAsync(await server.UserAsync("ann"));
        Base64Url.DecodeFromChars(before).Length.ShouldBe(65);

        await server.RestartAsync();

        (await KeyAsync(await server.UserAsync("ben"))).ShouldBe(before);
        await server.Stranger.GetAsync("account/push").ShouldBeProblemAsync(401, "not-signed-in");
    }

    private static Task<TestServer> StartAsync(params PushServer[] services) =>
        TestServer.StartAsync(change =>
        {
            change.Configure<PushOptions>(options => options.AllowedHosts = [.. services.Select(service => service.Host), "*.push.example.org"]);
            change.AddSingleton(provider => new PushService(provider.GetRequiredService<TimeProvider>(), "mailto:files@example.org", PushServer.Handler()));
        });

    private async Task<(ApiUser One, ApiUser Other, long Chat)> TwoAsync(string one, string other)
    {
        var (ann, ben) = (await site.Server.UserAsync(one), await site.Server.UserAsync(other));
        return (ann, ben, await ann.ChatAsync(ben));
    }

    private async Task<PushedBrowser> SubscribeAsync(ApiUser user)
    {
        var browser = site.Push.NewBrowser();
        await PutAsync(user, browser.Subscription).ShouldBeAsync(HttpStatusCode.NoContent);
        return browser;
    }

    private async Task<PushedBrowser> SubscribeAsync(ApiUser user, long chat, ApiUser owner)
    {
        using (var added = await owner.Http.PostAsJsonAsync($"chat/{chat}/members", new { email = user.Email }))
            added.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await NotifyAsync(user, chat, "all");
        return await SubscribeAsync(user);
    }

    private static Task<HttpResponseMessage> PutAsync(ApiUser user, object subscription) => user.SendAsync(HttpMethod.Put, "account/push", JsonContent.Create(subscription));

    private static Task NotifyAsync(ApiUser user, long chat, string level) =>
        user.SendAsync(HttpMethod.Put, $"chat/{chat}/notify", JsonContent.Create(new { level })).ShouldBeAsync(HttpStatusCode.NoContent);

    private static async Task<string> KeyAsync(ApiUser user) => (await user.GetAsync("account/push")).Text("publicKey");

    /// <summary>As many as the database has of the person: nothing else tells.</summary>
    private async Task<int> CountAsync(ApiUser user)
    {
        await using var db = await site.Server.Services.GetRequiredService<Microsoft.EntityFrameworkCore.IDbContextFactory<ChatFiles.Core.Data.ChatDbContext>>().CreateDbContextAsync();
        var id = db.Users.Where(p => p.Email == user.Email).Select(p => p.Id).Single();
        return db.PushSubscriptions.Count(s => s.UserId == id);
    }

    /// <summary>Members of General, the first of whom have browsers: those who want to hear of everything, and those who left it at mentions.</summary>
    /// <param name="like">Whose session the browsers have.</param>
    private static async Task FillGeneralAsync(TestServer server, ApiUser like, int count, List<PushedBrowser> ofAll, List<PushedBrowser> ofMentions)
    {
        await using var db = await server.Services.GetRequiredService<Microsoft.EntityFrameworkCore.IDbContextFactory<ChatFiles.Core.Data.ChatDbContext>>().CreateDbContextAsync();
        var id = await like.IdAsync();
        var session = db.PushSubscriptions.Single(s => s.UserId == id).SessionId;
        List<PushedBrowser> browsers = [.. ofAll, .. ofMentions];
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        for (var i = 0; i < count; i++)
        {
            var person = new Person { Id = Guid.NewGuid().ToString(), UserName = $"{Guid.NewGuid()}", DisplayName = $"Person {i:D5}" };
            db.Users.Add(person);
            db.Members.Add(new Member { ChatId = 1, UserId = person.Id, Notify = i < ofAll.Count ? NotifyLevel.All : null });
            if (browsers.ElementAtOrDefault(i) is { } browser)
                db.PushSubscriptions.Add(new PushSubscription { Endpoint = browser.Endpoint, UserId = person.Id, SessionId = session, P256dh = browser.P256dh, Auth = browser.Auth });
        }

        await db.SaveChangesAsync();
    }

    private static void ShouldBeSigned(PushedBrowser browser, string key)
    {
        var (token, by) = browser.Vapid!.Value;
        by.ShouldBe(key);
        var parts = token.Split('.');
        var point = Base64Url.DecodeFromChars(key);
        using var verifier = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = point[1..33], Y = point[33..] } });
        verifier.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256).ShouldBeTrue();
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1])).RootElement;
        claims.Text("sub").ShouldBe("mailto:files@example.org");
        claims.Text("aud").ShouldBe(new Uri(browser.Endpoint).GetLeftPart(UriPartial.Authority));
    }

    private static string Point()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return Base64Url.EncodeToString([4, .. point.X!, .. point.Y!]);
    }

    public sealed class Site : IAsyncLifetime
    {
        internal PushServer Push { get; private set; } = null!;

        public TestServer Server { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Push = await PushServer.StartAsync();
            Server = await StartAsync(Push);
        }

        public async Task DisposeAsync()
        {
            await Server.DisposeAsync();
            await Push.DisposeAsync();
        }
    }
}
