using System.Globalization;
using ChatFiles.Tests.Core.Files;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Uploads that begin and never end: what they hold is bounded, and nobody else feels them.</summary>
public sealed class StalledUploadTests
{
    private const int Mega = 1_000_000;

    [Fact]
    public async Task Stalled_uploads_hold_no_more_than_the_quota_and_others_go_on_meanwhile()
    {
        await using var server = await TestServer.StartAsync(("Quotas:BytesPerUser", "10000000"), ("Limits:UploadsUnderWayPerPerson", "0"));
        var (eve, bob) = (await server.UserAsync("eve"), await server.UserAsync("bob"));
        var chat = await eve.ChatAsync(bob);

        var stalled = new List<Stalled>();
        for (var i = 0; i < 12; i++)
            stalled.Add(await Stalled.FormAsync(server, eve, chat, declared: 3 * Mega, Bytes(2_900_000)));

        await Eventually.HoldsAsync(() => stalled.Count(s => s.Answer.Contains("quota-exceeded", StringComparison.Ordinal)) == 9, "9 of 12 were refused");
        stalled.Count(s => s.Answer.Length == 0).ShouldBe(3);
        await Eventually.HoldsAsync(() => HeldBytes(server) == 3 * 2_900_000, "what the others have sent lay on the disk", seconds: 40);
        await eve.PostFileAsync(chat, new Form().File("a.7z", Tus.Archive(2 * Mega)).Content).ShouldBeProblemAsync(413, "quota-exceeded");
        await bob.SendFileAsync(chat, "b.7z", Tus.Archive(9 * Mega));

        stalled.ForEach(s => s.Dispose());
        await Eventually.HoldsAsync(() => server.BlobCount == 1, "nothing of them was left");
        await eve.SendFileAsync(chat, "a.7z", Tus.Archive(9_900_000));
    }

    [Fact]
    public async Task A_body_of_unknown_length_takes_room_as_it_grows()
    {
        await using var server = await TestServer.StartAsync(("Quotas:BytesPerUser", "10000000"));
        var eve = await server.UserAsync("eve");
        var chat = await eve.ChatAsync();
        var head = $"POST /chat/{chat}/file HTTP/1.1\nAuthorization: Bearer {eve.Token}\nContent-Type: multipart/form-data; boundary=boundary\nTransfer-Encoding: chunked";
        byte[] body = [.. "--boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.7z\"\r\n\r\n"u8, .. Bytes(7 * Mega)];

        using var first = await Stalled.BeginAsync(server, head, RawRequest.Chunked(body, end: false));
        await Eventually.HoldsAsync(() => HeldBytes(server) > 6_900_000, "it had arrived");
        using var second = await Stalled.BeginAsync(server, head, RawRequest.Chunked(body, end: false));

        await Eventually.HoldsAsync(() => second.Answer.Contains("quota-exceeded", StringComparison.Ordinal), "the second was refused");
        first.Answer.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_ninth_upload_at_a_time_waits_and_another_person_does_not()
    {
        await using var server = await TestServer.StartAsync();
        var (eve, bob) = (await server.UserAsync("eve"), await server.UserAsync("bob"));
        var chat = await eve.ChatAsync(bob);
        var path = await eve.BeginUploadAsync(chat, "staged.7z", Mega);
        var stalled = new List<Stalled>();
        for (var i = 0; i < 7; i++)
            stalled.Add(await Stalled.FormAsync(server, eve, chat, declared: Mega, Bytes(1000)));
        stalled.Add(await Stalled.BeginAsync(server, eve.PatchHead(path, 0, Mega), Bytes(1000)));
        await Eventually.HoldsAsync(() => HeldBytes(server) == 7_000 && server.StagedBytes() == 1000, "8 were under way");

        using (var ninth = await eve.PostFileAsync(chat, new Form().File("note.txt").Content))
        {
            ninth.Headers.RetryAfter.ShouldNotBeNull();
            (await Task.FromResult(ninth).ShouldBeProblemAsync(429, "too-many-requests")).ShouldContain("8");
        }

        using var unread = await Stalled.FormAsync(server, eve, chat, declared: Mega, []);
        await Eventually.HoldsAsync(() => unread.Answer.StartsWith("HTTP/1.1 429", StringComparison.Ordinal), "it was told before its body came");
        var other = await eve.BeginUploadAsync(chat, "other.7z", Mega);
        await eve.TryAppendAsync(other, 0, [1]).ShouldBeProblemAsync(429, "too-many-requests");
        (await eve.AppendAsync(path, 1000, Tus.Archive(1000))).ShouldBe(2000, "it takes the place of the request before");
        await eve.SendFileAsync(chat);
        await bob.SendFileAsync(chat);

        stalled.ForEach(s => s.Dispose());
        await Eventually.HoldsAsync(() => HeldBytes(server) == 10, "they had ended");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => eve.SendFileAsync(chat, $"{i}.txt")));
    }

    [Fact]
    public async Task A_silent_upload_is_ended_after_30_seconds_and_only_a_resumable_one_keeps_what_has_arrived()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-11-23T12:00:00Z", CultureInfo.InvariantCulture));
        await using var server = await TestServer.StartAsync(time);
        var eve = await server.UserAsync("eve");
        var chat = await eve.ChatAsync();
        var path = await eve.BeginUploadAsync(chat, "staged.7z", Mega);
        using var form = await Stalled.FormAsync(server, eve, chat, declared: Mega, Bytes(5000));
        using var patch = await Stalled.BeginAsync(server, eve.PatchHead(path, 0, Mega), Bytes(5000));
        await Eventually.HoldsAsync(() => HeldBytes(server) == 5000 && server.StagedBytes() == 5000, "both had begun");

        time.Advance(TimeSpan.FromSeconds(29));
        (form.Answer + patch.Answer).ShouldBeEmpty();
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return form.Answer.Length > 0 && patch.Answer.Length > 0;
            },
            "both were ended"
        );

        foreach (var answer in new[] { form.Answer, patch.Answer })
        {
            answer.ShouldStartWith("HTTP/1.1 408");
            answer.ShouldContain("upload-too-slow");
        }

        await Eventually.HoldsAsync(() => server.BlobCount == 0, "nothing of the form was left");
        (await eve.OffsetAsync(path)).ShouldBe(5000);
        (await eve.MessagesAsync(chat)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repeat_of_what_is_still_arriving_is_asked_to_wait_and_not_refused_for_good()
    {
        await using var server = await TestServer.StartAsync(("Quotas:BytesPerUser", "10000000"));
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var form = new Form().File("a.7z", Tus.Archive(8 * Mega));
        var first = await Stalled.FormAsync(server, ann, chat, declared: 8 * Mega, Bytes(1000), "k");
        await Eventually.HoldsAsync(() => HeldBytes(server) == 1000, "it was under way");

        await ann.PostFileAsync(chat, form.Content, "k").ShouldBeProblemAsync(429, "too-many-requests");
        await ann.PostFileAsync(chat, form.Content, "other").ShouldBeProblemAsync(413, "quota-exceeded");

        first.Dispose();
        await Eventually.HoldsAsync(() => HeldBytes(server) == 0, "it had ended");
        await ann.PostFileAsync(chat, form.Content, "k").ShouldBeAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_is_staged_counts_once_until_it_is_sent_and_again_after_a_restart()
    {
        await using var server = await TestServer.StartAsync(("Quotas:BytesPerUser", "1000000"));
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var upload = await ann.UploadAsync(chat, "a.7z", Tus.Archive(600_000));

        await ann.PostFileAsync(chat, new Form().File("b.7z", Tus.Archive(500_000)).Content).ShouldBeProblemAsync(413, "quota-exceeded");
        await server.RestartAsync();
        ann = await server.SignInAsync(ann.Email);
        await ann.PostFileAsync(chat, new Form().File("b.7z", Tus.Archive(500_000)).Content).ShouldBeProblemAsync(413, "quota-exceeded");
        await ann.PostFileAsync(chat, new Form().Upload(upload).Upload(upload).Content).ShouldBeProblemAsync(404, "file-not-found");

        await ann.PostFileAsync(chat, new Form().Upload(upload).File("b.7z", Tus.Archive(400_000)).Content).ShouldBeAsync(HttpStatusCode.Created);
        await ann.PostFileAsync(chat, new Form().File("c.txt", "x").Content).ShouldBeProblemAsync(413, "quota-exceeded");
    }

    /// <summary>None of them looks like the beginning of a boundary, which the reader of the form would hold back.</summary>
    private static byte[] Bytes(int size) => [.. Heads.Of("7z"), .. new byte[size - Heads.Of("7z").Length]];

    /// <summary>Files come and go meanwhile: each is looked at once.</summary>
    private static long HeldBytes(TestServer server) =>
        new DirectoryInfo(Path.Combine(server.Data, "files")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);
}
