using Bunit;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Chats;
using ChatFiles.Web.Components.Files;
using ChatFiles.Web.Components.Messages;
using ChatFiles.Web.Components.Operator;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Components;

public sealed class ReportingTests
{
    [Fact]
    public async Task A_message_is_reported_from_its_menu_and_an_operator_is_done_with_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        await world.Services.GetRequiredService<Operators>().AppointAsync(ann.Id, "by the test");
        var message = (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "something rude")).Value;
        var reports = world.Services.GetRequiredService<Reports>();
        await using (var screen = new Screen(world, ben, services => services.AddSingleton(reports)))
        {
            var dialogs = screen.Dialogs;
            var list = screen.Open(Chat.GeneralId).FindComponent<MessageList>();
            await list.InvokeAsync(() => list.Instance.AskToReportAsync(message.Id, null));
            dialogs.WaitForElement("#report", Screen.Patience);
            dialogs.Find("#report").TextContent.ShouldContain("what ann wrote as it is now");
            dialogs.On("#report", form => form.Submit());
            dialogs.WaitForAssertion(() => dialogs.Find("[role='status']").TextContent.ShouldBe("Reported. An operator will look at it."), Screen.Patience);
        }

        await using var desk = new Screen(world, ann, services => services.AddSingleton(reports));
        var page = desk.Render<ReportsPage>();
        page.WaitForAssertion(() => page.Find("article blockquote").TextContent.ShouldBe("something rude"), Screen.Patience);
        page.Find("article").TextContent.ShouldContain("Reported by ben (ben@example.org)");
        page.Find("article a").GetAttribute("href").ShouldBe($"/chats/{Chat.GeneralId}?message={message.Id}");

        page.Press("Done");

        page.WaitForAssertion(() => page.Find(".scroller [role='status']").TextContent.ShouldBe("Nothing waits for you."), Screen.Patience);
    }

    [Theory]
    [InlineData(false, null, 90)]
    [InlineData(true, null, 365)]
    [InlineData(true, 30, 30)]
    [InlineData(true, 400, 365)]
    public async Task A_report_is_kept_for_90_days_when_it_is_done_and_waits_for_a_year_or_as_long_as_files_are_kept(bool isWaiting, int? maxDays, int days)
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Retention:MaxDays"] = $"{maxDays}" };
        await using var world = await ChatWorld.BeginAsync(maxDays is null ? null : settings, services => services.AddSingleton<TimeProvider>(time));
        var ann = await world.PersonAsync("ann");
        var reports = world.Services.GetRequiredService<Reports>();
        await reports.ReportAsync(ann.Id, Chat.GeneralId, (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "text")).Value.Id, fileId: null, reason: null);
        if (!isWaiting)
            await reports.FinishAsync(Operator.AtTheMachine, 1);

        time.Advance(TimeSpan.FromDays(days - 1));
        (await CountAsync()).ShouldBe(1);
        time.Advance(TimeSpan.FromDays(2));
        (await CountAsync()).ShouldBe(0);

        async Task<int> CountAsync()
        {
            await world.Hosted<ChatFiles.Core.Upkeep.Retention>().RunAsync(CancellationToken.None);
            return (await reports.ListAsync(Operator.AtTheMachine, !isWaiting)).Value.Reports.Count;
        }
    }

    [Fact]
    public async Task Files_that_go_within_a_week_say_so_in_the_chat_and_in_its_list()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var world = await ChatWorld.BeginAsync(new(StringComparer.Ordinal) { ["Retention:MaxDays"] = "10" }, services => services.AddSingleton<TimeProvider>(time));
        var ann = await world.PersonAsync("ann");
        await world.SendFileAsync(ann, Chat.GeneralId);
        await using var screen = new Screen(world, ann);
        screen.Open(Chat.GeneralId).WaitForElement("figure .size", Screen.Patience).TextContent.ShouldNotContain("Deleted in");

        time.Advance(TimeSpan.FromDays(7.5));

        screen.Open(Chat.GeneralId).WaitForElement("figure .size", Screen.Patience).TextContent.ShouldEndWith(" · Deleted in 3 days");
        var list = screen.Render<ChatFiles.Web.Components.Finding.FilesPage>(p => p.Add(f => f.ChatId, $"{Chat.GeneralId}"));
        list.WaitForAssertion(() => list.Find("tbody .what").TextContent.ShouldContain("Deleted in 3 days"), Screen.Patience);
    }

    [Theory]
    [InlineData(null, 100, null)]
    [InlineData(30, 22.9, null)]
    [InlineData(30, 23, "Deleted in 7 days")]
    [InlineData(30, 28, "Deleted in 2 days")]
    [InlineData(30, 29, "Deleted within a day")]
    [InlineData(30, 31, "Deleted within a day")]
    public void When_a_file_goes_is_said_within_a_week_of_it(int? keepDays, double age, string? said) =>
        FileLooks.GoesSoon(DateTime.UnixEpoch, keepDays, DateTime.UnixEpoch.AddDays(age)).ShouldBe(said);
}
