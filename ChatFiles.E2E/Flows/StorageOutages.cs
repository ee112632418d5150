using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>The file store is away for a while, as a network drive can be. Nothing is lost, and nobody is told so.</summary>
public sealed class StorageOutages
{
    [Fact]
    public Task Files_are_temporarily_unavailable_texts_go_on_and_what_was_sent_meanwhile_arrives_afterwards() =>
        Site.PlayAloneAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var (picture, document, text, late) = (SampleFile.Png("chart.png"), SampleFile.Pdf("plan.pdf"), SampleFile.Text("notes.txt", "first things first\n"), SampleFile.Pdf("late.pdf"));
            await ann.ShareAsync(picture, document, text);
            await Expect(ben.Attachment(document.Name)).ToBeVisibleAsync();

            var blobs = Path.Combine(scene.Server.Data, "files", "blobs");
            Directory.Move(blobs, blobs + ".away");
            // What a browser has already it goes on showing, outage or not.
            await ben.ForgetCacheAsync();
            await ben.ReloadAsync();
            await ben.DownloadLink(document.Name).ClickAsync();
            await ann.AttachAsync(late);
            await ann.SendAsync();
            await ann.SayAsync("Texts go on");

            foreach (var file in new[] { picture, document, text })
                await Expect(ben.Attachment(file.Name)).ToContainTextAsync("Temporarily unavailable");
            await Expect(ben.Message("Texts go on")).ToBeVisibleAsync();
            await Expect(ann.Button($"Retry {late.Name}")).ToBeVisibleAsync();
            await Expect(ben.Messages).Not.ToContainTextAsync("File missing");

            Directory.Move(blobs + ".away", blobs);
            foreach (var file in new[] { picture, text })
                await ben.Attachment(file.Name).GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

            await Expect(ben.Attachment(picture.Name).GetByRole(AriaRole.Img).First).ToHaveJSPropertyAsync("complete", true);
            await Expect(ben.Attachment(picture.Name)).Not.ToContainTextAsync("Temporarily unavailable");
            await Expect(ben.Attachment(text.Name)).ToContainTextAsync("first things first");
            await Expect(ben.Attachment(text.Name)).Not.ToContainTextAsync("Temporarily unavailable");
            await Expect(ben.Attachment(late.Name)).ToBeVisibleAsync(new() { Timeout = 30_000 });
            (await ben.DownloadAsync(document.Name)).ShouldBe(document.Bytes);
        });
}
