using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>The server goes away under people's hands, in good order or not; nobody else is on it meanwhile.</summary>
public sealed class RestartingTheServer(Site site) : IClassFixture<Site>
{
    [Theory]
    [InlineData("stopped")]
    [InlineData("killed")]
    public Task The_page_comes_back_by_itself_and_everything_is_there_once(string how) =>
        site.PlayAsync(scene => PlayAsync(scene, how), $"The_page_comes_back_after_the_server_was_{how}");

    private static async Task PlayAsync(Scene scene, string how)
    {
        var (ann, ben, chat) = await scene.TwoInAChatAsync();
        var file = SampleFile.Png("before.png");
        await ann.SayAsync("before");
        await ann.ShareAsync(file);
        await ben.SeesAsync("before", "before.png");

        await (how == "killed" ? scene.Server.KillAsync() : scene.Server.StopAsync());
        await Expect(ann.Reconnecting).ToBeVisibleAsync();
        await Expect(ben.Reconnecting).ToBeVisibleAsync();
        await scene.Server.StartAsync();
        await ann.IsConnectedAsync();
        await ben.IsConnectedAsync();
        await Expect(ben.Heading(chat.Name)).ToBeVisibleAsync();
        await ann.SayAsync("after");

        await ben.SeesAsync("before", "before.png", "after");
        await ann.SeesAsync("before", "before.png", "after");
        (await ben.DownloadAsync(file.Name)).ShouldBe(file.Bytes);
    }
}
