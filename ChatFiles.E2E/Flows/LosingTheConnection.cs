using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>The network between one person and the server goes away and comes back.</summary>
public sealed class LosingTheConnection(SharedSite site) : IClassFixture<SharedSite>
{
    [Fact]
    public Task Messages_that_arrive_during_a_cut_are_there_afterwards_once_and_in_order() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, _) = await scene.TwoInAChatAsync(benThrough: network);
            await ann.SayAsync("before");
            await ben.SeesAsync("before");

            network.Cut();
            await ann.SayAsync("during, first");
            await ann.ShareAsync(SampleFile.Text("during.txt", "missed\n"));
            await Expect(ben.Reconnecting).ToBeVisibleAsync();
            await ann.SayAsync("during, last");
            network.Restore();
            await ben.IsConnectedAsync();
            await ann.SayAsync("after");

            await ben.SeesAsync("before", "during, first", "during.txt", "during, last", "after");
            await ann.SeesAsync("before", "during, first", "during.txt", "during, last", "after");
        });

    [Fact]
    public Task What_is_deleted_during_a_cut_is_gone_afterwards() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, _) = await scene.TwoInAChatAsync(benThrough: network);
            await ann.ShareAsync(SampleFile.Text("gone.txt", "gone\n"));
            await Expect(ben.Attachment("gone.txt")).ToBeVisibleAsync();

            network.Cut();
            await Expect(ben.Reconnecting).ToBeVisibleAsync();
            await ann.DeleteFileAsync("gone.txt");
            await Expect(ann.Attachment("gone.txt")).ToHaveCountAsync(0);
            network.Restore();
            await ben.IsConnectedAsync();

            await Expect(ben.Attachment("gone.txt")).ToHaveCountAsync(0);
            await Expect(ben.Messages).ToContainTextAsync("File deleted");
        });

    [Fact]
    public Task Several_short_cuts_neither_lose_nor_double_anything() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(benThrough: network);
            List<string> said = [];
            for (var round = 1; round <= 4; round++)
            {
                network.Cut();
                for (var n = 1; n <= 3; n++)
                {
                    said.Add($"round {round}, message {n};");
                    await ann.Program.SayAsync(chat.Id, said[^1]);
                }
                network.Restore();
            }
            await ben.IsConnectedAsync();

            await ben.SeesAsync([.. said]);
        });

    [Fact]
    public Task A_reload_shows_everything_once() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            await ann.SayAsync("one");
            await ann.ShareAsync(SampleFile.Text("two.txt", "two\n"));
            await ann.SayAsync("three");

            await ben.ReloadAsync();
            await ben.SeesAsync("one", "two.txt", "three");
            await ann.SayAsync("four");
            await ben.SeesAsync("one", "two.txt", "three", "four");
        });

    /// <summary>As a laptop that slept for longer than the server keeps what nobody looks at.</summary>
    [Fact]
    public Task After_a_long_absence_the_same_page_goes_on_where_it_was_with_what_was_being_written() =>
        Site.PlayAloneAsync(
            async scene =>
            {
                var network = scene.NewNetwork();
                var (ann, ben, _) = await scene.TwoInAChatAsync(benThrough: network);
                await ann.SayAsync("before");
                await ben.SeesAsync("before");
                await ben.MessageBox.FillAsync("half a thought");
                await ben.Page.EvaluateAsync("() => { globalThis.isTheSame = true; }");

                network.Cut();
                await ann.SayAsync("during");
                await Expect(ben.Reconnecting).ToBeVisibleAsync();
                network.Restore();
                await ben.IsConnectedAsync();

                await ben.SeesAsync("before", "during");
                await Expect(ben.MessageBox).ToHaveValueAsync("half a thought");
                await ben.MessageBox.PressAsync("Enter");
                await ann.SeesAsync("before", "during", "half a thought");
                await ann.SayAsync("after");
                await ben.SeesAsync("before", "during", "half a thought", "after");
                (await ben.Page.EvaluateAsync<bool>("() => globalThis.isTheSame === true")).ShouldBeTrue("it was not loaded again");
            },
            settings: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["DOTNET_STARTUP_HOOKS"] = System.Reflection.Assembly.GetExecutingAssembly().Location,
                ["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = "ChatFiles.E2E",
                [Faults.ForgottenCircuits.Setting] = "1",
            }
        );
}
