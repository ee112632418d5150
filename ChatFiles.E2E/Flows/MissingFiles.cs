using System.Net;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>A blob vanishes although nobody deleted the file here.</summary>
public sealed class MissingFiles(Site site) : IClassFixture<Site>
{
    [Fact]
    public Task A_file_whose_bytes_vanished_is_shown_as_missing_to_everybody_at_once() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            await VanishAsync(scene, ann, ben, chat, SampleFile.Pdf("contract.pdf"));
        });

    [Fact]
    public Task Its_author_puts_a_missing_file_back_and_nobody_puts_another_in_its_place() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var file = SampleFile.Pdf("contract.pdf");
            await VanishAsync(scene, ann, ben, chat, file);
            await Expect(ben.Button("Put back")).ToHaveCountAsync(0);

            await PutBackAsync(ann, SampleFile.Pdf("contract.pdf")); // another one of that name
            await Expect(ann.Alert.First).ToBeVisibleAsync();
            await Expect(ben.Messages).ToContainTextAsync("File missing");
            await PutBackAsync(ann, file);

            await Expect(ben.DownloadLink(file.Name)).ToBeVisibleAsync();
            (await ben.DownloadAsync(file.Name)).ShouldBe(file.Bytes);
            await Expect(ann.Messages).Not.ToContainTextAsync("File missing");
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_photo_is_put_back_as_it_was_sent_with_or_without_its_location(bool keepsLocation) =>
        site.PlayAsync(
            async scene =>
            {
                var (ann, ben, chat) = await scene.TwoInAChatAsync();
                var photo = SampleFile.Png("tower.png", exif: PhotoData.Exif(withLocation: true));
                await ann.AttachAsync(photo);
                await Expect(ann.Waiting.GetByText("Location removed")).ToBeVisibleAsync();
                if (keepsLocation)
                    await ann.Waiting.GetByRole(AriaRole.Checkbox, new() { Name = $"Send original {photo.Name}", Exact = true }).CheckAsync();
                await ann.SendAsync();
                await VanishAsync(scene, ann, ben, chat, photo.Name);

                await PutBackAsync(ann, photo);

                await Expect(ben.DownloadLink(photo.Name)).ToBeVisibleAsync();
                var stored = SampleFile.Png(photo.Name, exif: PhotoData.Exif(withLocation: keepsLocation));
                (await ben.DownloadAsync(photo.Name)).ShouldBe(stored.Bytes);
            },
            $"A_photo_is_put_back_{keepsLocation}"
        );

    private static async Task VanishAsync(Scene scene, Person author, Person other, ChatInfo chat, SampleFile file)
    {
        await author.ShareAsync(file);
        await VanishAsync(scene, author, other, chat, file.Name);
    }

    private static async Task VanishAsync(Scene scene, Person author, Person other, ChatInfo chat, string file)
    {
        await Expect(other.Attachment(file)).ToBeVisibleAsync();
        var path = (await author.Program.HistoryAsync(chat.Id)).Single().Attachments.Single().Path;

        foreach (var blob in Directory.EnumerateFiles(Path.Combine(scene.Server.Data, "files"), "*", SearchOption.AllDirectories).ToList())
            File.Delete(blob);
        (await other.Program.StatusAsync(path)).ShouldBe(HttpStatusCode.NotFound);

        foreach (var person in new[] { author, other })
        {
            await Expect(person.Messages).ToContainTextAsync("File missing");
            await Expect(person.DownloadLink(file)).ToHaveCountAsync(0);
        }
    }

    private static async Task PutBackAsync(Person author, SampleFile file)
    {
        var chooser = await author.Page.RunAndWaitForFileChooserAsync(() => author.Button("Put back").ClickAsync());
        await chooser.SetFilesAsync(await author.WriteAsync(file));
    }
}
