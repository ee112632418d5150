using System.Globalization;

namespace ChatFiles.Tests.Web.Security;

public sealed class RateLimits
{
    [Theory]
    [InlineData("/account/login")]
    [InlineData("/account/register")]
    [InlineData("/account/refresh")]
    [InlineData("/account/login/")]
    [InlineData("/ACCOUNT/Login")]
    [InlineData("/account/log%69n")]
    public async Task Too_many_sign_ins_from_an_address_have_to_wait(string path)
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(("RateLimits:SignInsPerMinute", "3")), out var app);
        using var guest = app.CreateGuest();
        for (var i = 0; i < 3; i++)
            (await guest.PostJsonAsync(path, new { email = "a@b.c" })).Status.ShouldBeOneOf(400, 401);
        var limited = await guest.PostJsonAsync(path, new { email = "a@b.c" });
        var retryAfter = limited.ShouldBeProblem(429, "too-many-requests").Header("Retry-After").ShouldNotBeNull();
        int.Parse(retryAfter, CultureInfo.InvariantCulture).ShouldBeInRange(1, 60);
        (await guest.GetAsync("/health/live")).ShouldBeStatus(200);
    }

    [Fact]
    public async Task Too_many_uploads_of_a_person_have_to_wait_and_nobody_elses()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(("RateLimits:UploadsPerMinute", "2")), out var app);
        using var ada = await app.CreateClientAsync("ada");
        using var bob = await app.CreateClientAsync("bob");
        await ada.ShareAsync(ChatFilesApp.General);
        await ada.ShareAsync(ChatFilesApp.General);

        var limited = await ada.UploadAsync(ChatFilesApp.General, new Form().File("a.txt", Samples.Text));
        limited.ShouldBeProblem(429, "too-many-requests").Header("Retry-After").ShouldNotBeNullOrEmpty();
        await bob.ShareAsync(ChatFilesApp.General);
        await ada.SayAsync(ChatFilesApp.General, "text is no upload");
        (await ada.MessagesAsync(ChatFilesApp.General)).Length.ShouldBe(4);
        app.Blobs.Count.ShouldBe(3);
    }
}
