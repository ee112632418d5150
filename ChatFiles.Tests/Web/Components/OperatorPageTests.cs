using Bunit;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using ChatFiles.Web;
using ChatFiles.Web.Components.Operator;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Components;

public sealed class OperatorPageTests
{
    [Fact]
    public async Task Failing_jobs_stand_in_a_table_of_that_name_the_most_often_failed_first_and_sort_by_what_their_columns_show()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await OperatorAsync(world);
        await world.Writer.WriteAsync(db =>
        {
            db.Jobs.AddRange(Failing("blob-a", attempts: 9), Failing("blob-b", attempts: 1200), Failing("blob-c", attempts: 30));
            return db.SaveChangesAsync();
        });
        await using var screen = new Screen(world, ann);

        var page = screen.Render<OperatorPage>();

        page.WaitForAssertion(() => Subjects(page).ShouldBe(["blob-b", "blob-c", "blob-a"]), Screen.Patience);
        page.Find("table[aria-label='Failing jobs'] tbody tr").TextContent.ShouldContain("1,200 times");
        page.On("table[aria-label='Failing jobs'] th button", b => b.Closest("th")!.TextContent.Contains("Failed", StringComparison.Ordinal), b => b.Click());
        page.WaitForAssertion(() => Subjects(page).ShouldBe(["blob-a", "blob-c", "blob-b"]), Screen.Patience);
    }

    [Theory]
    [InlineData(true, "1 file to go", "all read")]
    [InlineData(false, "turned off", "turned off")]
    public async Task How_far_files_have_been_looked_into_is_among_the_figures(bool isOn, string before, string after)
    {
        await using var world = await ChatWorld.BeginAsync(new(StringComparer.Ordinal) { ["Search:Contents"] = $"{isOn}" });
        var ann = await OperatorAsync(world);
        await world.SendFileAsync(ann, Chat.GeneralId);
        await using var screen = new Screen(world, ann);

        ShouldSay(screen.Render<OperatorPage>(), before);
        if (isOn)
            await world.ReadContentsAsync();
        ShouldSay(screen.Render<OperatorPage>(), after);

        static void ShouldSay(IRenderedComponent<OperatorPage> page, string words) =>
            page.WaitForAssertion(() => page.FindAll(".figures .figure").Single(f => f.TextContent.Contains("Words in files", StringComparison.Ordinal)).TextContent.ShouldContain(words), Screen.Patience);
    }

    [Fact]
    public async Task The_version_is_among_the_figures()
    {
        await using var world = await ChatWorld.BeginAsync();
        await using var screen = new Screen(world, await OperatorAsync(world));

        var page = screen.Render<OperatorPage>();

        page.WaitForAssertion(() => page.FindAll(".figures .figure").Select(f => f.TextContent).ShouldContain($"Version{ProgramVersion.Text}"), Screen.Patience);
    }

    [Fact]
    public async Task Who_has_most_what_was_refused_today_and_the_room_on_the_disk_are_told()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await OperatorAsync(world);
        var bob = await world.PersonAsync("bob");
        var pair = (await world.ChatDirectory.OpenDirectChatAsync(ann.Id, bob.Email)).Value.Chat.Id;
        await world.SendFileAsync(bob, pair, "big.txt", new string('x', 3000));
        await world.SendFileAsync(ann, Chat.GeneralId, "small.txt", new string('x', 1000));
        var refusals = world.Services.GetRequiredService<RefusalsOfToday>();
        foreach (var slug in new[] { "file-too-large", "empty-file", "file-too-large" })
            refusals.Note(slug);
        await using var screen = new Screen(world, ann);

        var page = screen.Render<OperatorPage>();

        page.WaitForAssertion(() => RowsOf("Largest chats").ShouldBe(["ann, bob2.9 KiB", "General1000 bytes"]), Screen.Patience);
        RowsOf("Largest people").ShouldBe(["bob2.9 KiB", "ann1000 bytes"]);
        RowsOf("Refused today").ShouldBe(["file-too-large2", "empty-file1"]);
        var figures = page.FindAll(".figures .figure").Select(f => f.TextContent).ToList();
        figures.ShouldContain(figure => figure.StartsWith("Free on the disk", StringComparison.Ordinal) && figure.EndsWith("iB", StringComparison.Ordinal));
        figures.ShouldContain("Events are behind by0 ms");

        IEnumerable<string> RowsOf(string list) => page.FindAll($"dl[aria-label='{list}'] > div").Select(row => row.TextContent);
    }

    [Fact]
    public async Task How_many_reports_wait_is_among_the_figures()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await OperatorAsync(world), await world.PersonAsync("ben"));
        var message = (await world.Chats.SendTextAsync(ben.Id, Chat.GeneralId, "rude")).Value;
        await world.Services.GetRequiredService<ChatFiles.Core.Chats.Reports>().ReportAsync(ann.Id, Chat.GeneralId, message.Id, fileId: null, reason: null);
        await using var screen = new Screen(world, ann);

        var page = screen.Render<OperatorPage>();

        page.WaitForAssertion(() => page.FindAll(".figures .figure").Select(f => f.TextContent).ShouldContain("Reports waiting1"), Screen.Patience);
    }

    private static List<string> Subjects(IRenderedComponent<OperatorPage> page) =>
        [.. page.FindAll("table[aria-label='Failing jobs'] td[data-label='Of']").Select(cell => cell.TextContent)];

    private static Job Failing(string subject, int attempts) =>
        new()
        {
            Kind = JobKind.DeleteBlob,
            Subject = subject,
            CreatedAt = DateTime.UnixEpoch,
            DueAt = DateTime.UnixEpoch.AddYears(100),
            Attempts = attempts,
            LastError = "The store is down",
        };

    private static async Task<Person> OperatorAsync(ChatWorld world)
    {
        var ann = await world.PersonAsync("ann");
        await world.Services.GetRequiredService<Operators>().AppointAsync(ann.Id, "by the test");
        return ann;
    }
}
