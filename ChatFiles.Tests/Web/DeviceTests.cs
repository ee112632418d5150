using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web;

/// <summary>What makes ChatFiles one of the device's own programs, as far as the server has to do with it.</summary>
public sealed class DeviceTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_manifest_and_its_icons_are_there_for_whoever_is_not_signed_in()
    {
        using var browser = server.Client();

        using var answer = await browser.GetAsync("manifest.webmanifest");

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/manifest+json");
        var manifest = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        manifest.GetProperty("share_target").GetProperty("action").GetString().ShouldBe("/share");
        manifest.GetProperty("share_target").GetProperty("method").GetString().ShouldBe("POST");
        var icons = manifest.GetProperty("icons").EnumerateArray().ToList();
        icons.Select(icon => icon.GetProperty("sizes").GetString()).ShouldBe(["192x192", "512x512", "512x512"]);
        foreach (var icon in icons)
        {
            using var picture = await browser.GetAsync(icon.GetProperty("src").GetString());
            picture.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
            // The width in a PNG's header.
            var bytes = await picture.Content.ReadAsByteArrayAsync();
            $"{bytes[18] * 256 + bytes[19]}x{bytes[22] * 256 + bytes[23]}".ShouldBe(icon.GetProperty("sizes").GetString());
        }

        (await browser.GetStringAsync("sign-in")).ShouldContain("<link rel=\"manifest\" href=\"/manifest.webmanifest\"");
    }

    [Fact]
    public async Task The_service_worker_is_asked_for_anew_each_time()
    {
        using var browser = server.Client();

        using var answer = await browser.GetAsync("service-worker.js");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        answer.Headers.CacheControl!.NoCache.ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_shared_without_a_service_worker_is_not_kept_and_leads_to_the_page(bool isSignedIn)
    {
        using var http = server.Client();
        var user = isSignedIn ? (await server.UserAsync("ann")).Http : http;

        using var answer = await user.PostAsync("share", new Form().File("photo.png").Text("hello").Content);

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.OriginalString.ShouldBe("/share");
        server.BlobCount.ShouldBe(0);
        server.StagedBytes().ShouldBe(0);
    }

    [Fact]
    public async Task The_page_for_what_is_shared_asks_who_is_there_first()
    {
        using var browser = server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "share");
        request.Headers.Accept.ParseAdd("text/html");

        using var answer = await browser.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.OriginalString.ShouldEndWith("/sign-in?returnUrl=%2Fshare");
    }
}
