using System.IO.Pipelines;
using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Scanning;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Core.Files;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Api;

/// <summary>A real clamd sees every byte from outside before anybody else can.</summary>
public sealed class ScanningTests(ScanningTests.Site site) : IClassFixture<ScanningTests.Site>
{
    private const int Quota = 3 << 20;

    private static readonly byte[] Infected = Encoding.ASCII.GetBytes($"It says {Clamd.Virus}.");
    private static readonly byte[] Webp = Heads.Of("webp");

    [Fact]
    public async Task What_is_infected_is_refused_by_name_with_the_finding_and_of_the_whole_message_nothing_is_kept()
    {
        var (server, ann, chat) = await BeginAsync("ann");

        using var refused = await ann.PostFileAsync(chat, new Form().File("clean.txt", new string('x', Quota / 2)).File("bad.txt", Infected).Content);

        var problem = await refused.JsonAsync();
        problem.GetProperty("file").GetInt32().ShouldBe(1);
        (await Task.FromResult(refused).ShouldBeProblemAsync(422, "file-infected")).ShouldSatisfyAllConditions(
            detail => detail.ShouldContain("“bad.txt”"),
            detail => detail.ShouldContain(Clamd.Finding)
        );
        await NothingIsKeptAsync(server, ann, chat);
    }

    [Fact]
    public async Task A_resumable_upload_is_scanned_when_it_is_sent_and_ends_with_what_was_found()
    {
        var (server, bob, chat) = await BeginAsync("bob");
        var upload = await bob.UploadAsync(chat, "bad.txt", [.. Encoding.ASCII.GetBytes(new string('x', Quota / 2)), .. Infected]);

        (await bob.PostFileAsync(chat, new Form().Upload(upload).Content).ShouldBeProblemAsync(422, "file-infected")).ShouldContain("bad.txt");

        server.StagedBytes().ShouldBe(0);
        await bob.PostFileAsync(chat, new Form().Upload(upload).Content).ShouldBeProblemAsync(404, "file-not-found");
        await NothingIsKeptAsync(server, bob, chat);
    }

    [Fact]
    public async Task An_infected_picture_of_oneself_is_refused_wherever_in_it_it_stands()
    {
        var (server, ida, _) = await BeginAsync("ida");
        var before = server.BlobCount;

        using var body = new ByteArrayContent([.. PictureFiles.Of("png", 8, 8), .. Infected]);
        (await ida.SendAsync(HttpMethod.Put, "account/picture", body).ShouldBeProblemAsync(422, "file-infected")).ShouldContain(Clamd.Finding);

        server.BlobCount.ShouldBe(before);
        await ida.Http.GetAsync($"person/{await ida.IdAsync()}/picture").ShouldBeProblemAsync(404, "no-picture");
    }

    [Fact]
    public async Task An_infected_thumbnail_is_refused_with_the_file_it_belongs_to()
    {
        var (server, cleo, chat) = await BeginAsync("cleo");

        var form = new Form().File("bad.txt").Thumbnail([.. Webp, .. Infected]);
        (await cleo.PostFileAsync(chat, form.Content).ShouldBeProblemAsync(422, "file-infected")).ShouldContain("bad.txt");

        await NothingIsKeptAsync(server, cleo, chat);
    }

    [Fact]
    public async Task What_is_put_back_is_scanned_too()
    {
        var (server, dan, chat) = await BeginAsync("dan");
        var path = (await dan.SendFileAsync(chat, "lost.txt", Encoding.ASCII.GetBytes(new string('x', Infected.Length)))).Text("path");
        foreach (var blob in Directory.EnumerateFiles(Path.Combine(server.Data, "files", "blobs"), "*", SearchOption.AllDirectories))
            File.Delete(blob);
        await dan.Http.GetAsync(path).ShouldBeProblemAsync(404, "file-missing");

        var again = new Form().File("lost.txt", Infected).Content;
        (await dan.SendAsync(HttpMethod.Put, path, again).ShouldBeProblemAsync(422, "file-infected")).ShouldContain("lost.txt");

        server.BlobCount.ShouldBe(0);
        await dan.Http.GetAsync(path).ShouldBeProblemAsync(404, "file-missing");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(128 * 1024, false)]
    [InlineData(1_500_000, false)]
    [InlineData(1_500_000, true)]
    public async Task What_is_clean_arrives_with_every_byte(int size, bool byTcp)
    {
        await using var relay = ScriptedScanner.InFrontOf(site.Scanner.Socket);
        await using var world = await WorldAsync(byTcp ? relay.Address : site.Scanner.Socket);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, size)))[..size];

        var file = (await world.SendAsync(ann, chat, null, Parts.File("a.txt", bytes))).Value.Attachments[0];
        (await world.SendAsync(ann, chat, null, Parts.File("b.txt", [.. bytes, .. Infected]))).Refusal!.Reason.ShouldBe(RefusalReason.FileInfected);

        await using var kept = (await world.Chats.OpenFileAsync(ann.Id, chat, file.Id)).Value.Content;
        using var read = new MemoryStream();
        await kept.CopyToAsync(read);
        read.ToArray().ShouldBe(bytes);
        world.BlobCount.ShouldBe(1);
    }

    [Fact]
    public async Task What_the_scanner_finds_too_large_is_not_kept()
    {
        await using var world = await WorldAsync(site.Scanner.Socket);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        var large = Parts.File("large.txt", new string('x', 2 * Clamd.MaxBytes));
        var refusal = (await world.SendAsync(ann, chat, null, Parts.File("a.txt", "x"), large)).Refusal!;

        refusal.File.ShouldBe(1, "whoever sends it again in a moment does so for ever");
        refusal.Reason.ShouldBe(RefusalReason.ScannerUnavailable);
        refusal.Detail.ShouldContain("“large.txt” is more than the virus scanner takes");
        world.BlobCount.ShouldBe(0);
    }

    [Fact]
    public async Task While_the_scanner_is_away_files_are_503_copies_go_on_and_health_names_it()
    {
        await using var clamd = new Clamd();
        await clamd.InitializeAsync();
        await using var server = await TestServer.StartAsync(("Scanning:ClamAv", clamd.Socket));
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = (await ann.SendFileAsync(chat)).Text("path");
        (await HealthAsync(server)).ShouldBe("ok");
        await clamd.StopAsync();

        using (var refused = await ann.PostFileAsync(chat, new Form().File("a.txt").Content))
        {
            refused.Headers.RetryAfter.ShouldNotBeNull();
            await Task.FromResult(refused).ShouldBeProblemAsync(503, "scanner-unavailable");
        }

        server.BlobCount.ShouldBe(1);
        await Eventually.HoldsAsync(async () => await HealthAsync(server) == "does not answer", "health has looked again");
        await ann.PostFileAsync(chat, new Form().From(path).Content).ShouldBeAsync(HttpStatusCode.Created);
        (await ann.MessagesAsync(chat)).Length.ShouldBe(2, "the first file and its copy");

        await clamd.InitializeAsync();
        await ann.SendFileAsync(chat, "b.txt");
    }

    [Fact]
    public async Task A_scanner_that_never_answers_is_waited_for_less_than_10_seconds()
    {
        await using var silent = ScriptedScanner.Silent();
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var world = await WorldAsync(silent.Address, services => services.AddSingleton<TimeProvider>(time));
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        var sending = world.SendAsync(ann, chat, null, Parts.File("a.txt", "x"));
        await silent.AllSent.WaitAsync(TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromSeconds(9.9));

        (await sending.WaitAsync(TimeSpan.FromMinutes(1))).Refusal!.Reason.ShouldBe(RefusalReason.ScannerUnavailable);
        (world.BlobCount, (await world.EventsAsync(chat)).Count).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData("stream: Late.Finding FOUND\0", RefusalReason.FileInfected)]
    [InlineData("stream: Late.Finding FOUND", RefusalReason.FileInfected)]
    [InlineData("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", RefusalReason.ScannerUnavailable)]
    [InlineData("stream: Can't allocate memory ERROR\0", RefusalReason.ScannerUnavailable)]
    [InlineData("", RefusalReason.ScannerUnavailable)]
    public async Task Only_an_OK_lets_a_file_in(string reply, RefusalReason reason)
    {
        await using var scanner = ScriptedScanner.Answering(reply, afterBlocks: int.MaxValue);

        await ShouldBeRefusedAsync(scanner, Parts.File("a.txt", new string('x', 300_000)), reason);
    }

    [Theory]
    [InlineData("stream: OK\0", RefusalReason.ScannerUnavailable)]
    [InlineData("stream: Early.Finding FOUND\0", RefusalReason.FileInfected)]
    [InlineData("INSTREAM size limit exceeded. ERROR\0", RefusalReason.ScannerUnavailable)]
    [InlineData("", RefusalReason.ScannerUnavailable)]
    public async Task A_scanner_that_hangs_up_in_the_middle_is_believed_only_what_it_has_found(string reply, RefusalReason reason)
    {
        await using var scanner = ScriptedScanner.Answering(reply, afterBlocks: 1);
        var arriving = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var sending = SendAsync();

        await ShouldBeRefusedAsync(scanner, new UploadPart(UploadPartKind.File, "a.txt", arriving.Reader.AsStream()), reason);

        await sending;

        async Task SendAsync()
        {
            await arriving.Writer.WriteAsync("the beginning"u8.ToArray());
            await scanner.HungUp;
            // More than what a connection takes without somebody at its other end.
            await arriving.Writer.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 8 << 20)));
            await arriving.Writer.CompleteAsync();
        }
    }

    private static async Task ShouldBeRefusedAsync(ScriptedScanner scanner, UploadPart file, RefusalReason reason)
    {
        await using var world = await WorldAsync(scanner.Address);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        var sent = await world.SendAsync(ann, chat, null, file);

        sent.Refusal!.Reason.ShouldBe(reason);
        (world.BlobCount, (await world.EventsAsync(chat)).Count).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData("localhost:0")]
    [InlineData("localhost:65536")]
    [InlineData("localhost:")]
    [InlineData(":3310")]
    [InlineData("two words:3310")]
    [InlineData("http://localhost:3310")]
    [InlineData("clamd.ctl")]
    [InlineData("/tmp")]
    [InlineData("/run/a-path-that-is-longer/than-the-path-of-any-socket/may-be-on-the-systems-that-have-such-sockets/as-files/clamd.ctl")]
    public void A_setting_that_leads_to_no_scanner_is_said_by_its_name(string setting) =>
        Should.Throw<OptionsValidationException>(() => ClamAvAt(setting)).Message.ShouldStartWith("Scanning:ClamAv: ");

    [Theory]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("clamav.example.org:3310", true)]
    [InlineData("127.0.0.1:3310", true)]
    [InlineData("[::1]:3310", true)]
    [InlineData("/run/clamav/not-there-yet.ctl", true)]
    public void A_scanner_that_may_be_there_later_does_not_stop_the_start(string setting, bool isSet) => ClamAvAt(setting).IsSet.ShouldBe(isSet);

    private static ClamAv ClamAvAt(string setting) =>
        new(Options.Create(new ScanningOptions { ClamAv = setting }), TimeProvider.System, NullLogger<ClamAv>.Instance);

    private static Task<ChatWorld> WorldAsync(string scanner, Action<IServiceCollection>? change = null) =>
        ChatWorld.BeginAsync(new(StringComparer.Ordinal) { ["Scanning:ClamAv"] = scanner }, change);

    /// <summary>All share a server; whoever looks at its store is alone on it, as tests of a class are.</summary>
    private async Task<(TestServer Server, ApiUser User, long Chat)> BeginAsync(string name)
    {
        var user = await site.Server.UserAsync(name);
        site.Server.BlobCount.ShouldBe(0);
        return (site.Server, user, await user.ChatAsync());
    }

    private static async Task NothingIsKeptAsync(TestServer server, ApiUser user, long chat)
    {
        server.BlobCount.ShouldBe(0);
        (await user.MessagesAsync(chat)).ShouldBeEmpty();
        // As much as fits, to the byte, in two files that the scanner takes.
        var all = new Form().File("a.txt", new string('x', Quota / 2)).File("b.txt", new string('x', Quota / 2));
        using var sent = await user.PostFileAsync(chat, all.Content);
        sent.StatusCode.ShouldBe(HttpStatusCode.Created, "the quota counts nothing of it");
        foreach (var file in (await sent.JsonAsync()).GetProperty("message").GetProperty("attachments").EnumerateArray())
            await user.Http.DeleteAsync(file.Text("path")).ShouldBeAsync(HttpStatusCode.NoContent);
        await Eventually.HoldsAsync(() => server.BlobCount == 0, "what was kept meanwhile is gone again");
    }

    private static async Task<string> HealthAsync(TestServer server)
    {
        using var ready = await server.Stranger.GetAsync("health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await ready.JsonAsync()).GetProperty("checks").Text("scanner");
    }

    /// <summary>One scanner, and a server that uses it.</summary>
    public sealed class Site : IAsyncLifetime
    {
        public Clamd Scanner { get; } = new();

        public TestServer Server { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await Scanner.InitializeAsync();
            Server = await TestServer.StartAsync(("Scanning:ClamAv", Scanner.Socket), ("Quotas:BytesPerUser", $"{Quota}"));
        }

        public async Task DisposeAsync()
        {
            await Server.DisposeAsync();
            await Scanner.DisposeAsync();
        }
    }
}
