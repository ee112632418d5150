using ChatFiles.E2E.Stage;
using Microsoft.AspNetCore.Http;

namespace ChatFiles.E2E.Flows;

/// <summary>Something between the page and the server answers in its place, or does not let everything through.</summary>
public sealed class BehindAProxy(SharedSite site) : IClassFixture<SharedSite>
{
    private const int Megabyte = 1024 * 1024;
    private const string SignInPage = "/a-sign-in-page";

    public static TheoryData<int, string> Answers
    {
        get
        {
            TheoryData<int, string> answers = new() { { 302, "answered instead" }, { 404, "answered instead" }, { 520, "Temporarily unavailable" } };
            if (Thorough.Is)
            {
                answers.Add(200, "answered instead");
                answers.Add(401, "answered instead");
                answers.Add(500, "Temporarily unavailable");
            }

            return answers;
        }
    }

    public static TheoryData<int> AnswersToAnUnknownMethod => Thorough.Is ? [405, 501, 403] : [405];

    public static TheoryData<int, bool> FilesInPieces
    {
        get
        {
            TheoryData<int, bool> files = new() { { 3, false }, { 20, true } };
            if (Thorough.Is)
            {
                files.Add(20, false);
                files.Add(3, true);
            }

            return files;
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public Task What_somebody_else_answers_is_neither_taken_for_sent_nor_for_refused(int status, string words) =>
        site.PlayAsync(
            async scene =>
            {
                var proxy = await scene.NewProxyAsync();
                var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: proxy);
                proxy.Meddle = request => IsSending(request) || request.Path == SignInPage ? Answer(request, status) : null;

                await ann.SayAsync("A text");
                await Expect(ann.Page.GetByText(words).First).ToBeVisibleAsync();
                await ann.AttachAsync(SampleFile.Pdf("offer.pdf"));
                await ann.SendAsync();
                await Expect(ann.Button("Retry offer.pdf")).ToBeVisibleAsync();
                (await ben.Program.HistoryAsync(chat.Id)).ShouldBeEmpty();

                await ann.ReloadAsync();
                await Expect(ann.Page.GetByText(words).First).ToBeVisibleAsync();
                await Expect(ann.Page.GetByText("A text", new() { Exact = true })).ToBeVisibleAsync();
                await Expect(ann.Button("Retry offer.pdf")).ToBeVisibleAsync();
                proxy.Meddle = _ => null;

                await ben.SeesAsync("A text", "offer.pdf");
                await Expect(ann.Attachment("offer.pdf")).ToBeVisibleAsync();
                await Expect(ann.Button("Retry offer.pdf")).ToHaveCountAsync(0);
            },
            $"Somebody_else_answers_{status}"
        );

    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public Task A_large_file_is_not_there_because_somebody_else_says_so(string method) =>
        site.PlayAsync(
            async scene =>
            {
                var proxy = await scene.NewProxyAsync();
                var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: proxy);
                var file = SampleFile.Archive("backup.7z", 20 * Megabyte);
                proxy.Meddle = request => IsUpload(request) && request.Method == method ? new Meddling(200) : null;

                await ann.AttachAsync(file);
                await ann.SendAsync();
                await Expect(ann.Page.GetByText("answered instead").First).ToBeVisibleAsync();
                proxy.Meddle = _ => null;

                await IsThereAsync(ben, chat, file);
            },
            $"A_large_file_{method}"
        );

    [Theory]
    [MemberData(nameof(AnswersToAnUnknownMethod))]
    public Task Where_a_method_is_not_known_a_large_file_goes_without_it(int status) =>
        site.PlayAsync(
            async scene =>
            {
                var proxy = await scene.NewProxyAsync();
                var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: proxy);
                var file = SampleFile.Archive("backup.7z", 20 * Megabyte);
                proxy.Meddle = request => request.Method == HttpMethods.Patch ? new Meddling(status) : null;

                await ann.AttachAsync(file);
                await ann.SendAsync();

                await IsThereAsync(ben, chat, file);
                proxy.Meddlings.ShouldBe(1); // once refused, it is remembered
                proxy.Passed.ShouldContain(request => request.StartsWith("POST", StringComparison.Ordinal) && request.EndsWith(" PATCH", StringComparison.Ordinal));
            },
            $"A_method_is_not_known_{status}"
        );

    [Theory]
    [MemberData(nameof(FilesInPieces))]
    public Task Where_no_more_than_a_megabyte_passes_a_file_goes_in_pieces(int megabytes, bool hangsUp) =>
        site.PlayAsync(
            async scene =>
            {
                var proxy = await scene.NewProxyAsync();
                var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: proxy);
                var file = SampleFile.Archive("backup.7z", megabytes * Megabyte);
                proxy.Meddle = request => request.ContentLength > Megabyte ? new Meddling(413, HangsUp: hangsUp) : null;

                await ann.AttachAsync(file);
                await ann.MessageBox.FillAsync("All of it");
                await ann.SendAsync();

                await IsThereAsync(ben, chat, file);
                await ben.SeesAsync("All of it");
            },
            $"No_more_than_a_megabyte_{megabytes}_{hangsUp}"
        );

    [Fact]
    public Task Where_WebSockets_are_blocked_the_page_says_so_and_works() =>
        site.PlayAsync(async scene =>
        {
            var proxy = await scene.NewProxyAsync();
            proxy.Meddle = request => request.Headers.Upgrade.Count > 0 ? new Meddling(403) : null;
            var (ann, ben, _) = await scene.TwoInAChatAsync(annThrough: proxy);
            await Expect(ann.Page.GetByText("The connection for live updates is blocked")).ToBeVisibleAsync();
            await Expect(ann.Page.GetByText("Something went wrong")).ToBeHiddenAsync();

            await ben.SayAsync("Do you hear me?");
            await ann.SeesAsync("Do you hear me?");
            await ann.ShareAsync(SampleFile.Pdf("offer.pdf"));
            await ben.SeesAsync("Do you hear me?", "offer.pdf");
            await ann.DeleteFileAsync("offer.pdf");
            await Expect(ben.Messages).ToContainTextAsync("File deleted");

            proxy.Meddle = _ => null;
            await ann.ReloadAsync();
            await Expect(ann.Page.GetByText("The connection for live updates is blocked")).ToBeHiddenAsync();
            await ben.SayAsync("And now?");
            await Expect(ann.Message("And now?")).ToBeVisibleAsync();
        });

    /// <summary>A browser would save the page that asks to sign in under the file's name.</summary>
    [Fact]
    public Task What_somebody_else_answers_is_not_downloaded_or_shown() =>
        site.PlayAsync(async scene =>
        {
            var proxy = await scene.NewProxyAsync();
            var (ann, ben, _) = await scene.TwoInAChatAsync(annThrough: proxy);
            var file = SampleFile.Text("minutes.txt", "All agreed.\n");
            await ben.ShareAsync(file);
            await Expect(ann.Attachment(file.Name)).ToBeVisibleAsync();
            proxy.Meddle = request => request.Path.Value!.Contains("/file/", StringComparison.Ordinal) ? new Meddling(200) : null;

            await ann.DownloadLink(file.Name).ClickAsync();
            await Expect(ann.Attachment(file.Name)).ToContainTextAsync("Temporarily unavailable");
            await ann.OpenCardAsync(file.Name);
            await Expect(ann.Dialog).ToContainTextAsync("Temporarily unavailable");
            proxy.Meddle = _ => null;
            await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Try again", Exact = true }).ClickAsync();
            await Expect(ann.Dialog).ToContainTextAsync("All agreed.");
        });

    private static Meddling Answer(HttpRequest request, int status) =>
        request.Path == SignInPage ? new Meddling(200) : new Meddling(status, status == 302 ? SignInPage : null);

    private static bool IsSending(HttpRequest request) =>
        request.Method == HttpMethods.Post && (request.Path.Value!.EndsWith("/file", StringComparison.Ordinal) || request.Path.Value.EndsWith("/messages", StringComparison.Ordinal));

    private static bool IsUpload(HttpRequest request) => request.Path.Value!.Contains("/uploads", StringComparison.Ordinal);

    private static async Task IsThereAsync(Person other, ChatInfo chat, SampleFile file)
    {
        await Expect(other.Attachment(file.Name)).ToBeVisibleAsync(new() { Timeout = 60_000 });
        var sent = (await other.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem().Attachments.ShouldHaveSingleItem();
        (await other.Program.DownloadAsync(sent.Path)).ShouldBe(file.Bytes);
    }
}
