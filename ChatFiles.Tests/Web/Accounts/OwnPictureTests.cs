using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>The picture that somebody gives themself.</summary>
public sealed class OwnPictureTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Mine = "account/picture";

    [Theory]
    [InlineData("webp")]
    [InlineData("jpg")]
    [InlineData("png")]
    public async Task Everybody_who_is_signed_in_gets_it_with_the_headers_of_files(string extension)
    {
        var (ann, ben) = (await server.UserAsync($"ann-{extension}"), await server.UserAsync("ben"));
        var path = await PathAsync(ann);
        await PutAsync(ann, PictureFiles.Of(extension, 64, 64)).ShouldBeAsync(HttpStatusCode.NoContent);

        using var got = await ben.Http.GetAsync(path);

        got.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await got.Content.ReadAsByteArrayAsync()).Length.ShouldBeGreaterThan(0);
        got.Content.Headers.ContentType!.MediaType.ShouldBe(extension == "jpg" ? "image/jpeg" : $"image/{extension}");
        got.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("inline");
        got.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
        got.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        got.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["same-origin"]);
        got.Headers.GetValues("Content-Security-Policy").ShouldBe(["sandbox; default-src 'none'"]);
        await ben.SendAsync(HttpMethod.Get, path, headers: ("If-None-Match", got.Headers.ETag!.ToString())).ShouldBeAsync(HttpStatusCode.NotModified);
        using var head = await ben.SendAsync(HttpMethod.Head, path);
        (head.StatusCode, head.Content.Headers.ContentLength).ShouldBe((HttpStatusCode.OK, got.Content.Headers.ContentLength));
        await server.Stranger.GetAsync(path).ShouldBeProblemAsync(401, "not-signed-in");
    }

    [Fact]
    public async Task What_is_no_such_picture_is_refused_and_the_one_before_stays()
    {
        var cleo = await server.UserAsync("cleo");
        await PutAsync(cleo, PictureFiles.Of("png", 8, 8)).ShouldBeAsync(HttpStatusCode.NoContent);
        var before = await cleo.Http.GetByteArrayAsync(await PathAsync(cleo));
        var whole = PictureFiles.Of("jpg", 64, 64);

        await PutAsync(cleo, []).ShouldBeProblemAsync(400, "empty-file");
        await PutAsync(cleo, PictureFiles.Of("gif")).ShouldBeProblemAsync(415, "file-type-not-allowed");
        await PutAsync(cleo, Encoding.UTF8.GetBytes("<svg onload='alert(1)'/>")).ShouldBeProblemAsync(415, "file-type-not-allowed");
        await PutAsync(cleo, whole[..(whole.Length / 2)]).ShouldBeProblemAsync(415, "file-type-not-allowed");
        await PutAsync(cleo, [.. whole, .. new byte[OwnPicture.MaxBytes]]).ShouldBeProblemAsync(413, "file-too-large");
        await PutAsync(cleo, [.. whole, .. new byte[OwnPicture.MaxBytes]], isLengthSaid: false).ShouldBeProblemAsync(413, "file-too-large");
        // Few bytes that would take everybody's pages much memory.
        await PutAsync(cleo, PictureFiles.Png(OwnPicture.MaxSide + 1, 1, depth: 1, color: 0)).ShouldBeProblemAsync(413, "file-too-large");

        (await cleo.Http.GetByteArrayAsync(await PathAsync(cleo))).ShouldBe(before);
    }

    [Fact]
    public async Task A_removed_picture_and_one_before_another_are_gone_with_their_bytes()
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.UserAsync("ann");
        await PutAsync(ann, PictureFiles.Of("png", 8, 8)).ShouldBeAsync(HttpStatusCode.NoContent);
        await PutAsync(ann, PictureFiles.Of("webp", 8, 8)).ShouldBeAsync(HttpStatusCode.NoContent);
        await Eventually.HoldsAsync(() => own.BlobCount == 1, "the bytes of the first are gone", seconds: 10);
        (await ann.Http.GetAsync(await PathAsync(ann))).Content.Headers.ContentType!.MediaType.ShouldBe("image/webp");

        await ann.Http.DeleteAsync(Mine).ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync(Mine).ShouldBeAsync(HttpStatusCode.NoContent);

        await ann.Http.GetAsync(await PathAsync(ann)).ShouldBeProblemAsync(404, "no-picture");
        await Eventually.HoldsAsync(() => own.BlobCount == 0, "the bytes are gone", seconds: 10);
        await ann.Http.GetAsync($"person/{Guid.NewGuid()}/picture").ShouldBeProblemAsync(404, "user-not-found");
    }

    [Fact]
    public async Task Who_was_shut_out_keeps_it_beside_what_they_sent()
    {
        await using var own = await TestServer.StartAsync();
        var (op, ben) = (await own.UserAsync("op"), await own.UserAsync("ben"));
        var path = await PathAsync(ben);
        await PutAsync(ben, PictureFiles.Of("png", 8, 8)).ShouldBeAsync(HttpStatusCode.NoContent);

        await op.SendAsync(HttpMethod.Put, $"operator/people/{await ben.IdAsync()}", JsonContent.Create(new { active = false })).ShouldBeAsync(HttpStatusCode.NoContent);

        await op.Http.GetAsync(path).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Programs_get_messages_as_the_contract_has_them_with_nothing_about_pictures()
    {
        var dora = await server.UserAsync("dora");
        await PutAsync(dora, PictureFiles.Of("png", 8, 8)).ShouldBeAsync(HttpStatusCode.NoContent);
        var chat = await dora.ChatAsync();

        var sent = await dora.SendTextAsync(chat, "hello");

        sent.GetProperty("author").EnumerateObject().Select(member => member.Name).ShouldBe(["userId", "name"]);
        (await dora.GetAsync($"chat/{chat}")).GetProperty("members")[0].EnumerateObject().Select(member => member.Name).ShouldBe(["userId", "name", "role", "active"]);
        (await dora.GetAsync("chat"))[0].TryGetProperty("with", out _).ShouldBeFalse();
    }

    private static async Task<string> PathAsync(ApiUser person) => $"person/{await person.IdAsync()}/picture";

    private static Task<HttpResponseMessage> PutAsync(ApiUser person, byte[] bytes, bool isLengthSaid = true)
    {
        HttpContent body = isLengthSaid ? new ByteArrayContent(bytes) : new StreamContent(new UnknownLength(bytes));
        body.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        return person.SendAsync(HttpMethod.Put, Mine, body);
    }

    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
