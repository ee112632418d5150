using System.Net.Http.Json;
using System.Text;
using ChatFiles.Tests.Core.Files;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Finished uploads in the form that sends a message.</summary>
public sealed class ResumableSendingTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Uploads_and_files_are_sent_together_in_the_order_of_the_parts()
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var first = await ann.UploadAsync(chat, "first.txt", "first"u8.ToArray());
        var third = await ann.UploadAsync(chat, "third.png", Heads.Of("png"));

        var form = new Form().Upload(first).File("second.txt", "second").Upload(third).Thumbnail(Heads.Of("webp")).Text("All of them");
        using var sent = await ann.PostFileAsync(chat, form.Content);

        sent.StatusCode.ShouldBe(HttpStatusCode.Created);
        var message = (await sent.JsonAsync()).GetProperty("message");
        message.Text("text").ShouldBe("All of them");
        var files = message.GetProperty("attachments").EnumerateArray().ToList();
        files.Select(file => file.Text("fileName")).ShouldBe(["first.txt", "second.txt", "third.png"]);
        files.Select(file => file.Text("contentType")).ShouldBe(["text/plain", "text/plain", "image/png"]);
        (await ann.Http.GetStringAsync(files[0].Text("path"))).ShouldBe("first");
        (await ann.Http.GetByteArrayAsync(files[2].Text("thumbnail"))).ShouldBe(Heads.Of("webp"));
        files[0].Text("sha256").ShouldBe(Sha256("first"));
        Directory.EnumerateFileSystemEntries(Path.Combine(own.Data, "uploads")).ShouldBeEmpty("what is sent is no upload any more");
        own.BlobCount.ShouldBe(4);
    }

    [Fact]
    public async Task A_repeat_needs_the_upload_no_more()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var upload = await ann.UploadAsync(chat, "note.txt", "hello"u8.ToArray());

        var first = await BodyAsync(ann.PostFileAsync(chat, new Form().Upload(upload).Content, "k"));
        var again = await BodyAsync(ann.PostFileAsync(chat, new Form().Upload(upload).Content, "k"));

        again.ShouldBe(first);
        (await ann.MessagesAsync(chat)).Length.ShouldBe(1);
        await ann.PostFileAsync(chat, new Form().Upload(upload).Content).ShouldBeProblemAsync(404, "file-not-found");
    }

    [Fact]
    public async Task Many_repeats_at_the_same_time_are_one_message()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var upload = await ann.UploadAsync(chat, "backup.7z", Tus.Archive(1_000_000));

        var answers = await AtOnce.RunAsync(
            8,
            async _ =>
            {
                using var answer = await ann.PostFileAsync(chat, new Form().Upload(upload).Content, "k");
                return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
            }
        );

        answers.Distinct().ShouldHaveSingleItem().StatusCode.ShouldBe(HttpStatusCode.Created);
        (await ann.MessagesAsync(chat)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Sent_by_many_at_the_same_time_without_a_key_it_is_one_message_and_gone_for_the_others()
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var upload = await ann.UploadAsync(chat, "backup.7z", Tus.Archive(300_000));

        var answers = await AtOnce.RunAsync(
            5,
            async n =>
            {
                using var answer = await ann.PostFileAsync(chat, new Form().Upload(upload).Content, n == 0 ? null : $"k{n}");
                return (answer.StatusCode, Body: await answer.Content.ReadAsStringAsync());
            }
        );

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Where(answer => answer.StatusCode != HttpStatusCode.Created).ShouldAllBe(answer => answer.Body.Contains("\"file-not-found\"", StringComparison.Ordinal));
        (await ann.MessagesAsync(chat)).Length.ShouldBe(1);
        await Eventually.HoldsAsync(() => own.BlobCount == 1, "what the others had copied is removed");
    }

    [Fact]
    public async Task Twice_in_one_form_it_is_one_too_many_and_nothing_is_kept()
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var upload = await ann.UploadAsync(chat, "note.txt", "hello"u8.ToArray());

        await ann.PostFileAsync(chat, new Form().Upload(upload).Upload(upload).Content).ShouldBeProblemAsync(404, "file-not-found");

        own.BlobCount.ShouldBe(0);
        (await BodyAsync(ann.PostFileAsync(chat, new Form().Upload(upload).Content))).ShouldContain("note.txt");
    }

    [Fact]
    public async Task One_that_nobody_would_read_is_refused_before_its_first_byte()
    {
        await using var own = await TestServer.StartAsync();
        var (olga, ann, bob) = (await own.UserAsync("olga"), await own.UserAsync("ann"), await own.UserAsync("bob"));
        using var made = await ann.Http.PostAsJsonAsync("chat", new { with = bob.Email });
        var direct = (await made.JsonAsync()).GetProperty("id").GetInt64();
        await olga.Http.PutAsJsonAsync($"operator/people/{await bob.IdAsync()}", new { active = false }).ShouldBeAsync(HttpStatusCode.NoContent);

        await ann.TryBeginUploadAsync(direct, "note.txt", 5).ShouldBeProblemAsync(403, "not-allowed");
    }

    [Fact]
    public async Task An_upload_that_is_not_complete_is_refused_and_can_be_finished()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = await ann.BeginUploadAsync(chat, "note.txt", 10);
        await ann.AppendAsync(path, 0, "hello"u8.ToArray());

        var detail = await ann.PostFileAsync(chat, new Form().File("other.txt").Upload(Tus.IdOf(path)).Content, "k")
            .ShouldBeProblemAsync(400, "invalid-form");

        detail.ShouldContain("note.txt");
        detail.ShouldContain("5 of 10");
        (await ann.MessagesAsync(chat)).ShouldBeEmpty();
        await ann.AppendAsync(path, 5, "world"u8.ToArray());
        (await BodyAsync(ann.PostFileAsync(chat, new Form().File("other.txt").Upload(Tus.IdOf(path)).Content, "k"))).ShouldContain("note.txt");
    }

    [Fact]
    public async Task Nobody_sends_anothers_upload_nor_into_another_chat()
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var chat = await ann.ChatAsync(bob);
        var upload = await ann.UploadAsync(chat, "note.txt", "hello"u8.ToArray());

        await bob.PostFileAsync(chat, new Form().Upload(upload).Content).ShouldBeProblemAsync(404, "file-not-found");
        await ann.PostFileAsync(await ann.ChatAsync(), new Form().Upload(upload).Content).ShouldBeProblemAsync(404, "file-not-found");
        foreach (var nonsense in new[] { "", "abc", "../../chatfiles.db", Guid.NewGuid().ToString(), upload + "x", new string('x', 10_000) })
            await ann.PostFileAsync(chat, new Form().Upload(nonsense).Content).ShouldBeProblemAsync(404, "file-not-found");

        (await BodyAsync(ann.PostFileAsync(chat, new Form().Upload(upload + "\r\n").Content))).ShouldContain("note.txt");
    }

    [Fact]
    public async Task Uploads_count_among_the_ten_files_of_a_message_and_stay_when_it_is_refused()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var upload = await ann.UploadAsync(chat, "eleventh.txt", "hello"u8.ToArray());
        var ten = Enumerable.Range(1, 10).Aggregate(new Form(), (form, n) => form.File($"{n}.txt"));

        await ann.PostFileAsync(chat, ten.Upload(upload).Content).ShouldBeProblemAsync(400, "too-many-files");

        (await BodyAsync(ann.PostFileAsync(chat, new Form().Upload(upload).Content))).ShouldContain("eleventh.txt");
    }

    [Fact]
    public async Task Together_uploads_and_files_are_no_larger_than_a_request_may_be()
    {
        await using var own = await TestServer.StartAsync(("Uploads:MaxRequestBytes", "2000"));
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var upload = await ann.UploadAsync(chat, "note.txt", Encoding.ASCII.GetBytes(new string('x', 1500)));

        await ann.PostFileAsync(chat, new Form().File("other.txt", new string('x', 500)).Upload(upload).Content)
            .ShouldBeProblemAsync(413, "file-too-large");

        own.BlobCount.ShouldBe(0);
        (await BodyAsync(ann.PostFileAsync(chat, new Form().Upload(upload).Content))).ShouldContain("note.txt");
    }

    [Fact]
    public async Task What_is_staged_has_its_room_in_the_quota_to_the_byte()
    {
        await using var own = await TestServer.StartAsync(("Quotas:BytesPerUser", "1000"));
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var upload = await ann.UploadAsync(chat, "note.txt", Encoding.ASCII.GetBytes(new string('x', 600)));

        await ann.PostFileAsync(chat, new Form().File("other.txt", new string('x', 401)).Content).ShouldBeProblemAsync(413, "quota-exceeded");
        await ann.SendFileAsync(chat, "other.txt", new string('x', 400));
        await ann.PostFileAsync(chat, new Form().Upload(upload).Content).ShouldBeAsync(HttpStatusCode.Created);

        own.BlobCount.ShouldBe(2);
        await ann.PostFileAsync(chat, new Form().File("last.txt", "x").Content).ShouldBeProblemAsync(413, "quota-exceeded");
    }

    private static async Task<string> BodyAsync(Task<HttpResponseMessage> answering)
    {
        using var answer = await answering;
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, body);
        return body;
    }

    private static string Sha256(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
