using System.Text;
using ChatFiles.Tests.Stage;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Security;

/// <summary>What strangers can make the server read with the forms of its pages.</summary>
public sealed class PageFormTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Urlencoded = "application/x-www-form-urlencoded";

    private static readonly string[] Pages = ["sign-in", "sign-out", "register", "profile"];

    private static readonly string[] PagesWithoutForm = ["not-found", "", "chats/1", "find", "operator", "operator/chats", "operator/audit", "files"];

    /// <summary>Each body is announced and begun, but never ends: an answer can only come from what was sent before it.</summary>
    [Fact]
    public async Task Large_multipart_forms_sent_to_pages_by_many_at_once_are_refused_unread_and_leave_no_file()
    {
        var before = SpooledFiles();
        var begun = new Form().File("big.bin", new byte[256 * 1024]).Whole;

        var (toForms, toOthers) = (await SendAsync(Pages), await SendAsync(PagesWithoutForm));

        toForms.ShouldAllBe(answer => answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal) && answer.Contains("\"invalid-form\"", StringComparison.Ordinal));
        toOthers.ShouldAllBe(answer => answer.StartsWith("HTTP/1.1 405 ", StringComparison.Ordinal) && answer.Contains("\"method-not-allowed\"", StringComparison.Ordinal));
        Task<string[]> SendAsync(string[] pages) =>
            Task.WhenAll(
                Enumerable
                    .Repeat(pages, 2)
                    .SelectMany(each => each)
                    .Select(page => RawRequest.SendAsync(server.Address, Head(page, "multipart/form-data; boundary=\"boundary\"", "Content-Length: 20000000"), begun))
            );
        SpooledFiles().Except(before).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_form_larger_than_64_KiB_is_refused_by_what_it_declares()
    {
        // All at once: each line is closed only after the server has waited some seconds for the rest.
        var answers = await Task.WhenAll(
            Pages.Select(page => RawRequest.SendAsync(server.Address, Head(page, Urlencoded, "Content-Length: 65537"), "Email=a"u8.ToArray()))
        );
        answers.ShouldAllBe(answer => answer.StartsWith("HTTP/1.1 413 ", StringComparison.Ordinal) && answer.Contains("\"invalid-form\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_form_larger_than_64_KiB_is_refused_by_what_is_counted()
    {
        var body = RawRequest.Chunked(Encoding.ASCII.GetBytes("Email=" + new string('a', 70_000)), end: false);
        foreach (var page in Pages)
        {
            var answer = await RawRequest.SendAsync(server.Address, Head(page, Urlencoded, "Transfer-Encoding: chunked"), body);
            answer.ShouldStartWith("HTTP/1.1 413 ");
            answer.ShouldContain("\"invalid-form\"");
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData(null)]
    [InlineData(Urlencoded)]
    public async Task A_form_that_is_none_is_refused_as_a_problem(string? contentType)
    {
        // More fields than a form may have, where it is taken for one at all.
        using var body = new StringContent(string.Concat(Enumerable.Range(0, 1_100).Select(i => $"f{i}=&")));
        body.Headers.ContentType = contentType is null ? null : new(contentType);
        await server.Stranger.PostAsync("sign-in", body).ShouldBeProblemAsync(400, "invalid-form");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData(Urlencoded)]
    [InlineData(null)]
    public async Task A_page_without_a_form_takes_none(string? contentType)
    {
        var ann = await server.UserAsync("ann");
        foreach (var page in PagesWithoutForm)
        {
            using var body = new ByteArrayContent([]);
            body.Headers.ContentType = contentType is null ? null : new(contentType);
            using var answer = await ann.Http.PostAsync(page, body);
            answer.Content.Headers.Allow.ShouldBe(["GET", "HEAD"], page);
            await Task.FromResult(answer).ShouldBeProblemAsync(405, "method-not-allowed");
        }
    }

    [Theory]
    [InlineData("sign-in")]
    [InlineData("register")]
    [InlineData("profile")]
    [InlineData("sign-out")]
    public async Task A_form_of_another_sign_in_is_refused_in_words_to_people_and_as_a_problem_to_programs(string page)
    {
        var ann = await server.UserAsync("ann");
        using var browser = await WebBrowser.SignInAsync(server, ann);
        foreach (var token in new[] { "", "of another one" })
        {
            await browser.Http.SendAsync(Stale("application/json")).ShouldBeProblemAsync(400, "antiforgery");
            using var answer = await browser.Http.SendAsync(Stale("text/html"));
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
            var shown = await answer.Content.ReadAsStringAsync();
            shown.ShouldContain("This page is out of date");
            shown.ShouldContain($"href=\"/{page}?a=b\"");

            HttpRequestMessage Stale(string accepted)
            {
                var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["_handler"] = page, ["__RequestVerificationToken"] = token };
                return new(HttpMethod.Post, page + "?a=b") { Content = new FormUrlEncodedContent(fields), Headers = { Accept = { new(accepted) } } };
            }
        }
    }

    [Fact]
    public async Task A_form_that_is_none_of_its_page_s_is_a_problem()
    {
        using var browser = await WebBrowser.SignInAsync(server, await server.UserAsync("ann"));
        await browser.SubmitAsync("profile", "another").ShouldBeProblemAsync(400, "invalid-form");
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_too_slow()
    {
        await using var impatient = await TestServer.StartAsync(services =>
            services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 1_000_000, TimeSpan.FromSeconds(1.1)))
        );
        var heads = new[] { Head("sign-in", Urlencoded, "Content-Length: 100"), Head("account/login", "application/json", "Content-Length: 100") };

        var answers = await Task.WhenAll(heads.Select(head => RawRequest.SendAsync(impatient.Address, head, "{"u8.ToArray())));

        answers.ShouldAllBe(answer => answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal) && answer.Contains("\"upload-too-slow\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_upload_with_an_empty_token_is_refused_unread()
    {
        // The client sends a body of more than 1 KiB only once the server begins to read it.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        using var browser = new WebBrowser(new HttpClient(handler) { BaseAddress = server.Address });
        var ann = await server.UserAsync("ann");
        await browser.TrySignInAsync(ann.Email, ann.Password).ShouldBeAsync(HttpStatusCode.Redirect);
        using var form = new Watched(new Form().File("note.txt", new string('a', 10_000)).Content);
        using var request = new HttpRequestMessage(HttpMethod.Post, "chat/1/file") { Content = form };
        request.Headers.Add("RequestVerificationToken", "");
        request.Headers.ExpectContinue = true;

        await browser.Http.SendAsync(request).ShouldBeProblemAsync(400, "antiforgery");

        form.WasSent.ShouldBeFalse();
    }

    [Fact]
    public async Task Signing_out_and_changing_a_profile_count_as_signing_in()
    {
        foreach (var page in new[] { "sign-out", "profile" })
        {
            await using var limited = await TestServer.StartAsync(("RateLimits:SignInsPerMinute", "1"));
            using (var first = await limited.Stranger.PostAsync(page, new FormUrlEncodedContent([])))
                ((int)first.StatusCode).ShouldBeLessThan(429);
            await limited.Stranger.PostAsync(page, new FormUrlEncodedContent([])).ShouldBeProblemAsync(429, "too-many-requests");
        }
    }

    private static string Head(string page, string contentType, string length) => $"POST /{page} HTTP/1.1\nContent-Type: {contentType}\n{length}";

    /// <summary>What the framework writes where a body does not fit into memory.</summary>
    private static string[] SpooledFiles() => Directory.GetFiles(Path.GetTempPath(), "ASPNETCORE_*");

    private sealed class Watched : HttpContent
    {
        private readonly HttpContent _content;

        public Watched(HttpContent content)
        {
            _content = content;
            foreach (var (name, values) in content.Headers)
                Headers.TryAddWithoutValidation(name, values).ShouldBeTrue();
        }

        public bool WasSent { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            WasSent = true;
            return _content.CopyToAsync(stream);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _content.Headers.ContentLength ?? 0;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            _content.Dispose();
            base.Dispose(disposing);
        }
    }
}
