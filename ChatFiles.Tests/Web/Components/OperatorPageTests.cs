using Bunit;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
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
