using Bunit;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using ChatFiles.Web;
using ChatFiles.Web.Accounts;
using ChatFiles.Web.Components.Operator;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace ChatFiles.Tests.Web.Components;

public sealed class PeopleListDialogTests
{
    [Fact]
    public async Task What_would_happen_is_shown_before_it_happens_and_then_what_did()
    {
        await using var world = await ChatWorld.BeginAsync(
            change: services =>
            {
                services.AddIdentityCore<Person>(identity => identity.User.AllowedUserNameCharacters = "").AddUserStore<PersonStore>();
                services.AddScoped<Enrolment>();
                services.AddSingleton<PeopleLists>();
            }
        );
        var ann = await world.PersonAsync("ann");
        var (operators, lists) = (world.Services.GetRequiredService<Operators>(), world.Services.GetRequiredService<PeopleLists>());
        await operators.AppointAsync(ann.Id, "by the test");
        var site = Microsoft.Extensions.Options.Options.Create(new SiteOptions { PublicUrl = "https://files.example.com" });
        await using var screen = new Screen(world, ann, services => services.AddSingleton(lists).AddSingleton(site));
        var added = 0;
        var page = await screen.ShowAsync(
            new DialogParameters<PeopleListDialog> { { d => d.Added, () => { added++; return Task.CompletedTask; } } }
        );
        var dialog = page.FindComponent<PeopleListDialog>();

        await dialog.InvokeAsync(() => dialog.Instance.Refuse("That is no list."));
        page.Find("[role='alert']").TextContent.ShouldContain("That is no list.");
        var list = (await lists.ReadAsync((await operators.FindAsync(ann.Id)).Value, new MemoryStream("ann@example.org\nnew@example.org\nnobody"u8.ToArray()))).Value;
        await dialog.InvokeAsync(() => dialog.Instance.ShowAsync($"{list.Id}"));

        page.Find("[role='status']").TextContent.ShouldBe("1 person to add, 1 with an account already, 0 twice in the file, 1 invalid.");
        page.FindAll("[role='alert']").ShouldBeEmpty();
        page.FindAll("tbody tr").Select(row => row.QuerySelectorAll("td")[1].TextContent.Trim()).ShouldBe(["ExistsHas an account already.", "Will be added", "InvalidThis is not an e-mail address."], Case.Sensitive);
        page.Press("Add 1 person");

        page.WaitForAssertion(() => page.Find("[role='status']").TextContent.ShouldStartWith("1 person added."), Screen.Patience);
        page.Find("button[data-copy-link]").GetAttribute("data-copy-link")!.ShouldStartWith("https://files.example.com/set-password?token=");
        page.Find("a[download]").GetAttribute("href").ShouldBe($"/operator/people/lists/{list.Id}");
        added.ShouldBe(1);
    }
}
