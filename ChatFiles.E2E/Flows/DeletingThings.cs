using System.Net;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>What is deleted goes for everybody, at once.</summary>
public sealed class DeletingThings(SharedSite site) : IClassFixture<SharedSite>
{
    [Fact]
    public Task A_deleted_file_goes_at_once_for_everybody_and_its_siblings_stay() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            await ann.ShareAsync(SampleFile.Text("secret.txt", "secret\n"), SampleFile.Text("public.txt", "public\n"));
            await Expect(ben.Attachment("secret.txt")).ToBeVisibleAsync();
            var path = (await ann.Program.HistoryAsync(chat.Id)).Single().Attachments.Single(a => a.FileName == "secret.txt").Path;

            await ann.DeleteFileAsync("secret.txt");

            foreach (var person in new[] { ann, ben })
            {
                await Expect(person.Attachment("secret.txt")).ToHaveCountAsync(0);
                await Expect(person.Articles).ToContainTextAsync("File deleted");
                await Expect(person.Attachment("public.txt")).ToBeVisibleAsync();
            }
            (await ben.Program.StatusAsync(path)).ShouldBe(HttpStatusCode.Gone);
            await ben.ReloadAsync();
            await Expect(ben.Articles).ToContainTextAsync("File deleted");
        });

    [Fact]
    public Task Deleting_a_file_asks_first() =>
        site.PlayAsync(async scene =>
        {
            var (ann, _, _) = await scene.TwoInAChatAsync();
            await ann.ShareAsync(SampleFile.Text("draft.txt", "draft\n"));

            await ann.Attachment("draft.txt").HoverAsync();
            await ann.OpenMenuAsync(ann.Button("More for draft.txt"), "Delete");
            await Expect(ann.Dialog).ToContainTextAsync("draft.txt");
            await ann.Page.Keyboard.PressAsync("Escape");

            await Expect(ann.Dialog).ToBeHiddenAsync();
            await Expect(ann.Attachment("draft.txt")).ToBeVisibleAsync();
        });

    [Fact]
    public Task A_deleted_message_goes_at_once_for_everybody_with_its_files() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            await ann.AttachAsync(SampleFile.Text("wrong.txt", "wrong\n"));
            await ann.SayAsync("Sent too early");
            await Expect(ben.Attachment("wrong.txt")).ToBeVisibleAsync();
            await ann.SayAsync("This one stays");
            await ben.SeesAsync("Sent too early", "This one stays");

            await ann.DeleteMessageAsync("Sent too early");

            foreach (var person in new[] { ann, ben })
            {
                await Expect(person.Messages).ToContainTextAsync("Message deleted");
                await Expect(person.Messages).Not.ToContainTextAsync("Sent too early");
                await Expect(person.Attachment("wrong.txt")).ToHaveCountAsync(0);
                await Expect(person.Message("This one stays")).ToBeVisibleAsync();
            }
        });

    [Fact]
    public Task Only_the_author_and_the_owner_are_offered_to_delete() =>
        site.PlayAsync(async scene =>
        {
            var (owner, member, _) = await scene.TwoInAChatAsync();
            await owner.ShareAsync(SampleFile.Text("owners.txt", "o\n"));
            await member.ShareAsync(SampleFile.Text("members.txt", "m\n"));

            await Expect(owner.Attachment("members.txt")).ToBeVisibleAsync();
            await owner.DeleteFileAsync("members.txt");
            await Expect(member.Attachment("members.txt")).ToHaveCountAsync(0);
            await IsNotOfferedAsync(member, member.Button("More for owners.txt"), "Delete");
            await IsNotOfferedAsync(
                member,
                member.MessageWith("owners.txt").GetByRole(AriaRole.Button, new() { Name = "More for message" }),
                "Delete message"
            );
        });

    private static async Task IsNotOfferedAsync(Person person, ILocator menu, string entry)
    {
        await menu.ClickAsync();
        await Expect(person.MenuEntry("Copy link")).ToBeVisibleAsync();
        await Expect(person.MenuEntry(entry)).ToHaveCountAsync(0);
        await person.Page.Keyboard.PressAsync("Escape");
    }
}
