using System.Globalization;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Sizes, quotas and connections that break: what is refused keeps nothing.</summary>
public sealed class UploadLimitTests
{
    private const string FormType = "Content-Type: multipart/form-data; boundary=boundary";

    [Fact]
    public async Task A_file_over_the_limit_is_refused_and_one_at_the_limit_is_not()
    {
        await using var server = await TestServer.StartAsync(("Uploads:MaxFileBytes", "1000"));
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        var detail = await ann.PostFileAsync(chat, new Form().File("note.txt", new string('x', 1001)).Content)
            .ShouldBeProblemAsync(413, "file-too-large");
        detail.ShouldContain("note.txt");
        await ShouldBeEmptyAsync(server, ann, chat);

        await ann.SendFileAsync(chat, "note.txt", new string('x', 1000));
    }

    [Fact]
    public async Task A_good_file_before_one_over_the_limit_is_not_kept()
    {
        await using var server = await TestServer.StartAsync(("Uploads:MaxFileBytes", "1000"));
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        await ann.PostFileAsync(chat, new Form().File("good.txt").File("note.txt", new string('x', 1001)).Content)
            .ShouldBeProblemAsync(413, "file-too-large");
        await ShouldBeEmptyAsync(server, ann, chat);
    }

    [Fact]
    public async Task A_request_that_declares_too_much_is_refused_before_its_body_arrives()
    {
        await using var server = await TestServer.StartAsync(("Uploads:MaxRequestBytes", "5000"));
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        var answer = await RawRequest.SendAsync(server.Address, Head(ann, chat, "Content-Length: 99999999"), []);

        answer.ShouldStartWith("HTTP/1.1 413");
        answer.ShouldContain("file-too-large");
        await ShouldBeEmptyAsync(server, ann, chat);
    }

    [Fact]
    public async Task A_chunked_request_over_the_limit_is_refused_while_it_is_read()
    {
        await using var server = await TestServer.StartAsync(("Uploads:MaxRequestBytes", "5000"));
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var form = new Form().File("note.txt", new string('x', 200_000)).Whole;

        var answer = await RawRequest.SendAsync(server.Address, Head(ann, chat, "Transfer-Encoding: chunked"), RawRequest.Chunked(form));

        answer.ShouldStartWith("HTTP/1.1 413");
        answer.ShouldContain("file-too-large");
        answer.ShouldNotContain("\"file\"", Case.Sensitive, "all files together are too large, not this one");
        await ShouldBeEmptyAsync(server, ann, chat);
    }

    [Fact]
    public async Task A_chunked_request_within_the_limit_is_taken()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        var answer = await RawRequest.SendAsync(
            server.Address,
            Head(ann, chat, "Transfer-Encoding: chunked"),
            RawRequest.Chunked(new Form().File("note.txt").Whole)
        );

        answer.ShouldStartWith("HTTP/1.1 201");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_cut_off_leaves_nothing(bool chunked)
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var form = new Form().File("note.txt", new string('x', 300_000)).Whole;
        var length = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {form.Length.ToString(CultureInfo.InvariantCulture)}";
        var body = chunked ? RawRequest.Chunked(form[..200_000], end: false) : form[..200_000];

        var answer = await RawRequest.SendAsync(server.Address, Head(ann, chat, length), body, endSending: true);

        if (answer.Length > 0) // the server may also just close
            answer.ShouldStartWith("HTTP/1.1 400");
        await Eventually.HoldsAsync(() => server.BlobCount == 0, "the half-written blob was gone");
        (await ann.MessagesAsync(chat)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Quotas:BytesPerUser")]
    [InlineData("Quotas:BytesPerChat")]
    public async Task A_file_that_would_pass_a_quota_is_refused_to_the_byte(string quota)
    {
        await using var server = await TestServer.StartAsync((quota, "1000"));
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await ann.SendFileAsync(chat, "note.txt", new string('x', 600));

        await ann.PostFileAsync(chat, new Form().File("more.txt", new string('x', 401)).Content).ShouldBeProblemAsync(413, "quota-exceeded");
        server.BlobCount.ShouldBe(1);
        (await ann.MessagesAsync(chat)).Length.ShouldBe(1);

        await ann.SendFileAsync(chat, "more.txt", new string('x', 400));
        await ann.PostFileAsync(chat, new Form().File("last.txt", "x").Content).ShouldBeProblemAsync(413, "quota-exceeded");
    }

    [Fact]
    public async Task What_is_deleted_counts_no_longer()
    {
        await using var server = await TestServer.StartAsync(("Quotas:BytesPerUser", "1000"));
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = (await ann.SendFileAsync(chat, "note.txt", new string('x', 1000))).Text("path");

        await ann.Http.DeleteAsync(path).ShouldBeAsync(HttpStatusCode.NoContent);

        await ann.SendFileAsync(chat, "more.txt", new string('x', 1000));
    }

    [Fact]
    public async Task The_allowed_extensions_are_those_of_the_settings()
    {
        await using var server = await TestServer.StartAsync(("Uploads:AllowedExtensions", "txt, PDF"));
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        (await ann.PostFileAsync(chat, new Form().File("note.md").Content).ShouldBeProblemAsync(415, "file-type-not-allowed"))
            .ShouldContain("txt, pdf");
        await ann.SendFileAsync(chat, "NOTE.TXT");
    }

    private static string Head(ApiUser user, long chat, string length) =>
        $"POST /chat/{chat}/file HTTP/1.1\nAuthorization: Bearer {user.Token}\n{FormType}\n{length}";

    private static async Task ShouldBeEmptyAsync(TestServer server, ApiUser user, long chat)
    {
        (await user.MessagesAsync(chat)).ShouldBeEmpty();
        server.BlobCount.ShouldBe(0);
    }
}
