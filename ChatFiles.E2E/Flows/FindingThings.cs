using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>Files and messages are found again, and what is deleted is not.</summary>
public sealed class FindingThings(SharedSite site) : IClassFixture<SharedSite>
{
    [Fact]
    public Task A_file_is_found_by_name_and_kind_and_leads_to_its_message() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var chat = await Scene.NewChatAsync(ann);
            await ann.Program.ShareAsync(chat.Id, "The plan itself", SampleFile.Pdf("Plan v3.pdf"));
            await ann.Program.ShareAsync(chat.Id, "", SampleFile.Png("Plan v3.png"));
            await ann.Program.ShareAsync(chat.Id, "", SampleFile.Text("figures.csv", "a,b\n"));
            await ann.OpenAsync(chat);

            await ann.Link("Files").ClickAsync();
            await Expect(ann.ListedFiles).ToHaveCountAsync(3);
            await ann.Textbox("Search files").FillAsync("PLAN");
            await Expect(ann.ListedFiles).ToHaveCountAsync(2);
            await ann.Page.GetByRole(AriaRole.Combobox, new() { Name = "Kind", Exact = true }).SelectOptionAsync("Documents");
            await Expect(ann.ListedFiles).ToHaveCountAsync(1);
            await Expect(ann.DownloadLink("Plan v3.pdf")).ToBeVisibleAsync();

            await ann.Link("Show in chat").ClickAsync();
            await ann.IsInAsync(chat);
            await Expect(ann.Message("The plan itself")).ToBeVisibleAsync();
        });

    [Fact]
    public Task A_search_in_all_chats_finds_a_text_and_a_file_and_what_is_deleted_goes() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var other = await Scene.NewChatAsync(ann, ben);
            await ann.Program.ShareAsync(other.Id, "", SampleFile.Text("Zaunkönig.txt", "x\n"));
            await ann.SayAsync("Have you seen the zaunkönig?");
            await ben.SeesAsync("Have you seen the zaunkönig?");

            await ben.Heading(chat.Name).ClickAsync();
            await ben.Page.Keyboard.PressAsync("/");
            await ben.Page.Keyboard.TypeAsync("ZAUNKO");
            await ben.Page.Keyboard.PressAsync("Enter");
            await Expect(ben.Found).ToHaveCountAsync(2);
            await Expect(ben.Found.Filter(new() { HasText = other.Name })).ToContainTextAsync("Zaunkönig.txt");
            await Expect(ben.Found.Filter(new() { HasText = chat.Name })).ToContainTextAsync("Have you seen");
            await ben.Link($"Only {chat.Name}").ClickAsync();
            await Expect(ben.Found).ToHaveCountAsync(1);

            await ann.DeleteMessageAsync("Have you seen the zaunkönig?");
            await Expect(ben.Found).ToHaveCountAsync(0);
            await ben.Link("All chats").ClickAsync();
            await ben.Found.Filter(new() { HasText = other.Name }).GetByRole(AriaRole.Link, new() { Name = "Show in chat" }).ClickAsync();
            await ben.IsInAsync(other);
        });

    [Fact]
    public Task A_file_that_is_deleted_goes_at_once_from_the_list_of_files() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            await ben.GoAsync($"chats/{chat.Id}/files");
            await ann.ShareAsync(SampleFile.Text("short-lived.txt", "x\n"));
            await Expect(ben.ListedFiles).ToHaveCountAsync(1);

            await ann.DeleteFileAsync("short-lived.txt");

            await Expect(ben.ListedFiles).ToHaveCountAsync(0);
            await Expect(ben.Page.GetByText("No files yet")).ToBeVisibleAsync();
        });

    [Fact]
    public Task Several_files_are_downloaded_as_one_and_deleted_at_once_and_others_see_them_go() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            foreach (var name in new[] { "minutes.txt", "plan.txt", "budget.txt" })
                await ben.ShareAsync(SampleFile.Text(name, "x\n"));
            await Expect(ann.DownloadLink("budget.txt")).ToBeVisibleAsync();
            await ben.Link("Files").ClickAsync();
            await Expect(ben.ListedFiles).ToHaveCountAsync(3);

            await ben.Page.GetByRole(AriaRole.Combobox, new() { Name = "Sort by", Exact = true }).SelectOptionAsync("By name");
            await Expect(ben.ListedFiles.First).ToContainTextAsync("budget.txt");
            await ben.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Select budget.txt", Exact = true }).CheckAsync();
            await ben.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Select plan.txt", Exact = true }).CheckAsync();
            var download = await ben.Page.RunAndWaitForDownloadAsync(() => ben.Link("Download selected").ClickAsync());
            download.SuggestedFilename.ShouldBe($"{chat.Name}.zip");
            await using (var zip = await System.IO.Compression.ZipFile.OpenReadAsync(await download.PathAsync()))
                zip.Entries.Select(entry => entry.FullName).ShouldBe(["budget.txt", "plan.txt"]);

            await ben.Button("Delete selected").ClickAsync();
            await ben.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();

            await Expect(ben.ListedFiles).ToHaveCountAsync(1);
            await Expect(ann.Messages.GetByText("File deleted")).ToHaveCountAsync(2);
        });
}
