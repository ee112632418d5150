using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>What somebody has picked or sent is theirs until it has arrived, whatever happens to the page.</summary>
public sealed class SurvivingReloads(Site site) : IClassFixture<Site>
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public Task An_upload_under_way_goes_on_after_a_reload_and_arrives_once() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: network);
            var file = SampleFile.Archive("backup.7z", 12 * Megabyte);
            await SendHalfAsync(ann, network, file, "Before the reload");

            await ann.ReloadAsync();
            await Expect(ann.Progress(file.Name)).ToBeVisibleAsync();
            network.Release();

            await Expect(ben.Attachment(file.Name)).ToBeVisibleAsync(new() { Timeout = 30_000 });
            await Expect(ann.Progress(file.Name)).ToHaveCountAsync(0);
            await ann.SeesAsync("Before the reload");
            var sent = (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem().Attachments.ShouldHaveSingleItem();
            (await ann.Program.DownloadAsync(sent.Path)).ShouldBe(file.Bytes);
        });

    [Fact]
    public Task An_upload_whose_tab_was_closed_goes_on_in_the_next_one_whatever_it_shows() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: network);
            var file = SampleFile.Archive("backup.7z", 12 * Megabyte);
            await SendHalfAsync(ann, network, file, "Before the tab was closed");

            var next = await ann.Page.Context.NewPageAsync();
            await ann.Page.CloseAsync();
            network.Release();
            await next.GotoAsync("profile");

            await Expect(ben.Attachment(file.Name)).ToBeVisibleAsync(new() { Timeout = 30_000 });
            (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem();
        });

    [Fact]
    public Task Files_that_were_picked_and_the_text_beside_them_are_still_there_after_a_reload() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var file = SampleFile.Pdf("offer.pdf");
            await ann.AttachAsync(file, SampleFile.Pdf("draft.pdf"));
            await ann.Button("Remove draft.pdf").ClickAsync();
            await ann.MessageBox.FillAsync("Not sent yet");

            await ann.ReloadAsync();

            await Expect(ann.Waiting).ToContainTextAsync(file.Name);
            await Expect(ann.Waiting).Not.ToContainTextAsync("draft.pdf");
            await Expect(ann.MessageBox).ToHaveValueAsync("Not sent yet");
            await ann.SendAsync();
            await Expect(ben.MessageWith(file.Name)).ToContainTextAsync("Not sent yet");
            await ann.ReloadAsync();
            await ann.CanWriteAsync();
            await Expect(ann.Waiting.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(0);
        });

    [Fact]
    public Task A_file_that_is_refused_costs_its_siblings_nothing_and_keeps_its_reason() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            // The browser judges by the name alone; that these bytes are no picture only the server says.
            var (first, wrong, last) = (SampleFile.Pdf("one.pdf"), SampleFile.Text("photo.png", "no picture at all"), SampleFile.Pdf("three.pdf"));
            await ann.AttachAsync(first, wrong, last);
            await ann.MessageBox.FillAsync("All three");
            await ann.SendAsync();

            await Expect(ben.MessageWith(first.Name)).ToContainTextAsync("All three");
            await Expect(ben.MessageWith(last.Name)).ToContainTextAsync("All three");
            await Expect(ann.Alert.Filter(new() { HasText = "photo.png" })).ToContainTextAsync("not what its name says");
            (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem().Attachments.Length.ShouldBe(2);

            await ann.ReloadAsync();
            await Expect(ann.Alert.Filter(new() { HasText = "photo.png" })).ToContainTextAsync("not what its name says");
            await ann.Button("Cancel photo.png").ClickAsync();
            await Expect(ann.Alert).ToHaveCountAsync(0);
            await ann.ReloadAsync();
            await ann.CanWriteAsync();
            await Expect(ann.Button("Cancel photo.png")).ToHaveCountAsync(0);
        });

    private static async Task SendHalfAsync(Person sender, NetworkCut network, SampleFile file, string caption)
    {
        network.HoldUploadsAfter(4 * Megabyte);
        await sender.AttachAsync(file);
        await sender.MessageBox.FillAsync(caption);
        await sender.SendAsync();
        await Expect(sender.Progress(file.Name)).Not.ToHaveAttributeAsync("aria-valuenow", "0");
    }
}
