using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>The network between one person and the server goes away and comes back.</summary>
public sealed class LosingTheConnection(Site site) : IClassFixture<Site>
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
}
