using System.Runtime.CompilerServices;
using ChatFiles.E2E.Flows;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.OtherBrowsers;

/// <summary>What people do most, at Firefox: they share files, lose the connection and come back.</summary>
public sealed class InFirefox(Site site) : IClassFixture<Site>
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public Task A_shared_file_is_with_the_other_at_once_is_shown_and_downloaded_and_goes_when_it_is_deleted() =>
        PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var (picture, report) = (SampleFile.Png("harbour.png", 800, 600), SampleFile.Pdf("Quarterly report.pdf"));

            await ann.AttachAsync(picture, report);
            await ann.MessageBox.FillAsync("Both for you");
            await ann.SendAsync();
            await Expect(ben.Message("Both for you").GetByRole(AriaRole.Figure)).ToHaveCountAsync(2);
            (await ben.DownloadAsync(report.Name)).ShouldBe(report.Bytes);
            await ben.Attachment(picture.Name).GetByRole(AriaRole.Img).First.ClickAsync();
            await Expect(ben.Dialog.GetByRole(AriaRole.Img).First).ToBeVisibleAsync();
            await ben.Page.Keyboard.PressAsync("Escape");
            await Expect(ben.Dialog).ToBeHiddenAsync();

            await ann.DeleteFileAsync(report.Name);
            await Expect(ben.Attachment(report.Name)).ToHaveCountAsync(0);
            await Expect(ben.Messages).ToContainTextAsync("File deleted");
            await Expect(ben.Attachment(picture.Name)).ToBeVisibleAsync();
            ann.HasAConsoleWithoutErrors();
            ben.HasAConsoleWithoutErrors();
        });

    [Fact]
    public Task An_upload_and_a_text_that_a_dead_server_kept_waiting_arrive_once_when_it_is_back() =>
        PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: network);
            var file = SampleFile.Archive("backup.7z", 20 * Megabyte);
            network.HoldUploadsAfter(4 * Megabyte);
            await ann.AttachAsync(file);
            await ann.SendAsync();
            await Expect(ann.Progress(file.Name)).Not.ToHaveAttributeAsync("aria-valuenow", "0");

            await scene.Server.KillAsync();
            await Expect(ann.Reconnecting).ToBeVisibleAsync();
            await ann.MessageBox.FillAsync("Are you there?");
            await ann.MessageBox.PressAsync("Enter");
            await Expect(ann.Page.GetByText("No connection. It is sent as soon as there is one.")).ToHaveCountAsync(2);
            network.Release();
            await scene.Server.StartAsync();

            await ann.IsConnectedAsync();
            await ben.IsConnectedAsync();
            await Expect(ben.Attachment(file.Name)).ToBeVisibleAsync(new() { Timeout = 60_000 });
            await Expect(ben.Message("Are you there?")).ToHaveCountAsync(1);
            await Expect(ann.Progress(file.Name)).ToHaveCountAsync(0);
            await Expect(ann.Articles).ToHaveCountAsync(2);
            await Expect(ben.Articles).ToHaveCountAsync(2);
            var sent = (await ann.Program.HistoryAsync(chat.Id)).SelectMany(message => message.Attachments).ShouldHaveSingleItem();
            (await ann.Program.DownloadAsync(sent.Path)).ShouldBe(file.Bytes);
        });

    [Fact]
    public Task An_upload_under_way_goes_on_after_a_reload() => PlayAsync(SurvivingReloads.ReloadInMidUploadAsync);

    [Fact]
    public Task Who_signs_out_sees_no_messages_until_they_sign_in_and_then_what_they_missed() =>
        PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            await ann.SayAsync("Before");
            await ben.SeesAsync("Before");

            await ann.OpenAccountMenuAsync("Sign out");
            await Expect(ann.Textbox("Password")).ToBeVisibleAsync();
            await Expect(ann.Messages).ToHaveCountAsync(0);
            await ben.SayAsync("Meanwhile");
            await ann.SignInAtAsync(chat);

            await ann.SeesAsync("Before", "Meanwhile");
            await ann.SayAsync("After");
            await ben.SeesAsync("Before", "Meanwhile", "After");
        });

    private Task PlayAsync(Func<Scene, Task> play, [CallerMemberName] string name = "") => site.PlayAsync(scene => play(scene.InFirefox()), name);
}
