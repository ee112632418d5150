using System.Globalization;
using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>An upload under way: shown, cancelled, broken off and tried again.</summary>
public sealed partial class Uploading(Site site) : IClassFixture<Site>
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public Task Progress_is_shown_and_a_cancelled_upload_leaves_nothing() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: network);
            network.HoldUploadsAfter(4 * Megabyte);

            await ann.AttachAsync(SampleFile.Archive("backup.7z", 40 * Megabyte));
            await ann.SendAsync();
            await IsUnderWayAsync(ann, "backup.7z");
            await ann.Button("Cancel backup.7z").ClickAsync();

            await Expect(ann.Progress("backup.7z")).ToHaveCountAsync(0);
            network.Release();
            await ben.SayAsync("Later");
            await Expect(ann.Message("Later")).ToBeVisibleAsync();
            await ben.SeesAsync("Later");
            (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem();
        });

    [Fact]
    public Task An_upload_that_the_network_broke_off_is_tried_again_and_sent_once() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: network);
            var file = SampleFile.Archive("recording.7z", 40 * Megabyte);
            network.HoldUploadsAfter(4 * Megabyte);
            await ann.AttachAsync(file);
            await ann.MessageBox.FillAsync("The whole meeting");
            await ann.SendAsync();
            await IsUnderWayAsync(ann, file.Name);

            network.Cut();
            network.Release();
            await Expect(ann.Button($"Retry {file.Name}").Or(ann.Reconnecting).First).ToBeVisibleAsync();
            network.Restore();
            await ann.IsConnectedAsync();
            await RetryIfOfferedAsync(ann, ben, file.Name);

            await Expect(ben.Attachment(file.Name)).ToBeVisibleAsync(new() { Timeout = 30_000 });
            await Expect(ann.Attachment(file.Name)).ToBeVisibleAsync();
            await Expect(ann.Progress(file.Name)).ToHaveCountAsync(0);
            await ben.SeesAsync("The whole meeting");
            await ann.SeesAsync("The whole meeting");
            (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem().Attachments.ShouldHaveSingleItem().Size.ShouldBe(file.Bytes.Length);
        });

    [Fact]
    public Task What_had_arrived_when_the_network_broke_off_is_not_sent_again() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: network);
            var file = SampleFile.Archive("film.7z", 40 * Megabyte);
            network.HoldUploadsAfter(30 * Megabyte);
            await ann.AttachAsync(file);
            await ann.SendAsync();
            var uploads = new DirectoryInfo(Path.Combine(scene.Server.Data, "uploads"));
            // At the server, not only out of the browser: what is still on its way when the line breaks is sent again.
            await Eventually.HoldsAsync(() => uploads.EnumerateFiles("*", SearchOption.AllDirectories).Any(part => part.Length > 29 * Megabyte), "three quarters of the file had arrived");

            network.Cut();
            network.Release();
            await Expect(ann.Reconnecting).ToBeVisibleAsync();
            network.Restore();
            await ann.IsConnectedAsync();
            await RetryIfOfferedAsync(ann, ben, file.Name);

            await Expect(ann.Attachment(file.Name)).ToBeVisibleAsync();
            network.Uploaded.ShouldBeLessThan(file.Bytes.Length + 5 * Megabyte);
            var sent = (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem().Attachments.ShouldHaveSingleItem();
            (await ann.Program.DownloadAsync(sent.Path)).ShouldBe(file.Bytes);
        });

    /// <summary>The whole request arrived, only its answer did not: trying again must not send it a second time.</summary>
    [Fact]
    public Task An_upload_whose_answer_was_lost_is_not_doubled_by_a_retry() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var losesTheAnswer = true;
            await ann.Page.RouteAsync(
                $"**/chat/{chat.Id}/file",
                async route =>
                {
                    if (!losesTheAnswer)
                    {
                        await route.ContinueAsync();
                        return;
                    }
                    losesTheAnswer = false;
                    await route.FetchAsync();
                    await route.AbortAsync("connectionreset");
                }
            );

            await ann.AttachAsync(SampleFile.Text("minutes.txt", "Once.\n"));
            await ann.SendAsync();
            await Expect(ben.Attachment("minutes.txt")).ToBeVisibleAsync();
            await RetryIfOfferedAsync(ann, ben, "minutes.txt");

            await Expect(ann.Attachment("minutes.txt")).ToHaveCountAsync(1);
            await Expect(ann.Button("Retry minutes.txt")).ToHaveCountAsync(0);
            await Expect(ben.Articles).ToHaveCountAsync(1);
            (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem();
        });

    [Theory]
    [InlineData(1280, false)]
    [InlineData(360, true)]
    public Task Nothing_moves_when_a_message_arrives(int width, bool isTouched) =>
        site.PlayAsync(
            async scene =>
            {
                var ann = await scene.NewGuestAsync("ann", screen: new() { ViewportSize = new() { Width = width, Height = 740 }, HasTouch = isTouched });
                await ann.RegisterByProgramAsync();
                await ann.SignInAtAsync(await Scene.NewChatAsync(ann));
                var gate = new TaskCompletionSource();
                await ann.Page.RouteAsync(
                    url => url.EndsWith("/messages", StringComparison.Ordinal) || url.EndsWith("/file", StringComparison.Ordinal),
                    async route =>
                    {
                        await gate.Task;
                        await route.ContinueAsync();
                    }
                );

                // The first one has a picture of its writer, the others continue it.
                foreach (var (text, files) in new (string, SampleFile[])[]
                {
                    ("A word", []),
                    ("Two lines,\nand the second is very much longer than a telephone is wide", []),
                    ("A picture", [SampleFile.Png("harbour.png", 1200, 800)]),
                    ("Upright, and small", [SampleFile.Png("a picture with quite a long name, as people have them.png", 90, 300)]),
                    ("Pictures", [SampleFile.Png("a.png", 640, 480), SampleFile.Text("list.txt", "x\n"), SampleFile.Png("b.png", 300, 500), SampleFile.Png("c.png", 1000, 400)]),
                    ("Two pictures", [SampleFile.Png("a.png", 640, 480), SampleFile.Png("b.png", 300, 500)]),
                    ("Played", [SampleFile.Video("clip.webm"), SampleFile.Sound("voice.wav")]),
                    ("With files", [SampleFile.Archive("backup.7z", Megabyte), SampleFile.Text("a file with quite a long name, as people have them.txt", "x\n")]),
                    ("Seen before they are opened", [SampleFile.Text("figures.csv", "name;price\nbolt;3\n"), SampleFile.Zip("all.zip", "a.txt", "b.txt"), SampleFile.Text("build.log", string.Concat(Enumerable.Repeat("a line\n", 2000)))]),
                })
                {
                    if (files.Length > 0)
                        await ann.AttachAsync(files);
                    await ann.SayAsync(text);
                    var said = ann.Page.GetByText(text, new() { Exact = true });
                    await Expect(said).ToBeVisibleAsync();
                    await Expect(ann.Message(text)).ToHaveCountAsync(0);
                    foreach (var file in files)
                        await Expect(ann.Progress(file.Name)).ToBeAttachedAsync();
                    var onItsWay = await WhenSeenAsync(said, files);

                    gate.SetResult();
                    await Expect(ann.Message(text)).ToBeVisibleAsync();
                    foreach (var file in files)
                        await Expect(ann.Progress(file.Name)).ToHaveCountAsync(0);

                    IsWhereItWas(onItsWay, await said.EvaluateAsync<string>(Drawn));
                    IsWhereItWas(onItsWay, await WhenSeenAsync(said, files));
                    gate = new();
                }
            },
            $"Nothing_moves_when_a_message_arrives_{width}"
        );

    /// <summary>Where all of it is, once pictures, videos and players are there and pictures are loaded.</summary>
    private static async Task<string> WhenSeenAsync(ILocator said, SampleFile[] files)
    {
        var drawn = "";
        var media = files.Count(file => Path.GetExtension(file.Name) is ".png" or ".webm" or ".wav");
        await Eventually.HoldsAsync(
            async () =>
            {
                drawn = await said.EvaluateAsync<string>(Drawn);
                return drawn.Split('\n').Count(line => line.TrimStart().StartsWith("media", StringComparison.Ordinal)) == media && await said.EvaluateAsync<bool>(AreLoaded);
            },
            "everything was seen"
        );
        return drawn;
    }

    /// <summary>To the pixel: where a picture's height is none in whole pixels, halves of them come and go.</summary>
    private static void IsWhereItWas(string before, string now)
    {
        Number().Replace(now, "n").ShouldBe(Number().Replace(before, "n"));
        foreach (var (was, @is) in Number().Matches(before).Zip(Number().Matches(now)))
            Math.Abs(Pixels(was) - Pixels(@is)).ShouldBeLessThan(1, $"{before}\n\n{now}");

        static double Pixels(Match number) => double.Parse(number.Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"-?\d+(\.\d+)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();

    private const string AreLoaded = """
        (text) => [...text.closest('[data-client-id]').querySelectorAll('img')].every((image) => image.closest('[hidden]') || image.naturalWidth > 0)
          && [...text.closest('[data-client-id]').querySelectorAll('file-preview')].every((preview) => preview.childElementCount > 0)
        """;

    /// <summary>What a bubble shows, what is in what, and where: all but its state, its buttons and links. And where one writes.</summary>
    private const string Drawn = """
        (text) => {
          const shown = ['avatar', 'author', 'text', 'files', 'pictures', 'others', 'attachment', 'caption', 'kind', 'what', 'name', 'size', 'preview'];
          const lines = [];
          const walk = (element, depth) => {
            const is = element.matches('.picture, video, audio, [data-as]') ? 'media' : shown.find((name) => element.classList.contains(name));
            const { x, y, width, height } = element.getBoundingClientRect();
            const own = ['avatar', 'author', 'text', 'name', 'size'].includes(is) ? element.textContent : '';
            if (is && width > 0) lines.push(`${' '.repeat(depth)}${is} ${own} ${[x, y, width, height].map((length) => length.toFixed(1))}`);
            for (const child of element.children) walk(child, depth + (is ? 1 : 0));
          };
          walk(text.closest('[data-client-id]'), 0);
          lines.push(`writing ${document.querySelector('main textarea').getBoundingClientRect().y}`);
          return lines.join('\n');
        }
        """;

    private static async Task IsUnderWayAsync(Person person, string file)
    {
        await Expect(person.Progress(file)).ToBeVisibleAsync();
        await Eventually.HoldsAsync(
            async () => double.TryParse(await person.Progress(file).GetAttributeAsync("aria-valuenow"), CultureInfo.InvariantCulture, out var percent) && percent is > 0 and < 100,
            "the progress was somewhere in the middle"
        );
    }

    /// <summary>The page may resume by itself; when it asks instead, the person retries.</summary>
    private static async Task RetryIfOfferedAsync(Person sender, Person other, string file)
    {
        var retry = sender.Button($"Retry {file}");
        await Expect(retry.Or(sender.Attachment(file)).First).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await retry.PressIfThereAsync();
        await Expect(other.Attachment(file)).ToBeVisibleAsync(new() { Timeout = 30_000 });
    }
}
