using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.OtherBrowsers;

/// <summary>That Safari's engine does what ChatFiles asks of a browser; the other one is a program.</summary>
public sealed class InWebKit(SharedSite site) : IClassFixture<SharedSite>
{
    private const string NotesFaults = """
        globalThis.faults = [];
        addEventListener('error', (event) => faults.push(event.message));
        addEventListener('unhandledrejection', (event) => faults.push(String(event.reason)));
        addEventListener('securitypolicyviolation', (event) => faults.push(event.violatedDirective));
        """;

    private const string IsKept = "return dispatchEvent(new Event('beforeunload', { cancelable: true }))";

    [Fact]
    public Task Texts_and_files_pass_both_ways_a_picked_file_survives_a_reload_and_a_lost_connection_comes_back() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            using var anns = await ApiClient.RegisterAsync(scene.Server.Address, "ann");
            using var ben = await ApiClient.RegisterAsync(scene.Server.Address, "ben");
            var chat = await ben.CreateChatAsync(Names.Unique("room"));
            await ben.AddMemberAsync(chat.Id, anns.Email);
            var ann = await scene.NewGuestInWebKitAsync(network);
            var (picture, file) = (SampleFile.Png("harbour.png"), SampleFile.Archive("backup.7z", 3 * 1024 * 1024));

            await ann.GoAsync($"chats/{chat.Id}");
            await ann.SignInAsync(anns.Email);
            await ann.SayAsync("From WebKit");
            await ben.SayAsync(chat.Id, "From a program");
            await ben.ShareAsync(chat.Id, "To be seen", picture);
            await ann.ReadsAsync("Messages", "From WebKit", "From a program", "To be seen");
            (await ben.HistoryAsync(chat.Id)).ConvertAll(message => message.Text).ShouldBe(["From WebKit", "From a program", "To be seen"], ignoreOrder: true);

            await ann.AttachAsync(file);
            await ann.ReadsAsync("Files to send", file.Name);
            await Eventually.HoldsAsync(async () => (await ann.RunAsync(IsKept)).GetBoolean(), "it was kept, and nobody who left would be asked", 30);
            await ann.ReloadAsync();
            await ann.RunAsync(NotesFaults);
            await ann.ReadsAsync("Files to send", file.Name);
            await ann.PressAsync("Send");
            await Eventually.HoldsAsync(async () => (await ben.HistoryAsync(chat.Id)).Count == 4, "the file had arrived", 30);
            var sent = (await ben.HistoryAsync(chat.Id))[^1].Attachments.ShouldHaveSingleItem();
            (await ben.DownloadAsync(sent.Path)).ShouldBe(file.Bytes);

            network.Cut();
            await ann.ReadsAsync("Reconnecting…", "Reconnecting…");
            await ben.SayAsync(chat.Id, "While it was away");
            await ann.SayAsync("Kept until it is back");
            network.Restore();
            await ann.ReadsAsync("Messages", "From WebKit", file.Name, "While it was away", "Kept until it is back");
            await ann.MissesAsync("Reconnecting…");
            await Eventually.HoldsAsync(async () => (await ben.HistoryAsync(chat.Id)).Count == 6, "the last text had arrived", 30);
            (await ann.RunAsync("return faults")).ToString().ShouldBe("[]");
        });
}
