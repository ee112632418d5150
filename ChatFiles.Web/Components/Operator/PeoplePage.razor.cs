using System.Globalization;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Accounts;
using ChatFiles.Web.Components.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using MudBlazor;

namespace ChatFiles.Web.Components.Operator;

/// <summary>All accounts, and what operators do with them. Whether it is an operator is asked at every step: pages stay open for long.</summary>
public sealed partial class PeoplePage(
    Operators operators,
    PeopleService people,
    PasswordLinks links,
    Enrolment enrolment,
    IDialogService dialogs,
    NavigationManager navigation,
    IOptions<SiteOptions> site
)
{
    private readonly Turns _turns = new();
    private ElementReference _scroller;
    private string _userId = "";
    private string _text = "";
    private bool _isRead;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    /// <summary>Rows are only ever put behind the others, in the order in which they were read.</summary>
    private PagedReading<ListedPerson, string> List => field ??= new(_turns, Comparer<ListedPerson>.Default, person => person.UserId);

    protected override Script? Script => _isRead ? new("operator/people", _scroller, Self) : null;

    public override async ValueTask DisposeAsync()
    {
        List.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Called by the script when somebody chose so in a person's menu.</summary>
    [JSInvokable]
    public async Task ChooseAsync(string userId, string what)
    {
        if (List.Rows.FirstOrDefault(row => row.UserId == userId) is not { } person)
            return;
        await (
            what switch
            {
                "reset" => AskAsync("Reset password", person, $"Makes a link by which {person.Name} sets a new password, within 24 hours. The password of now works until then.", () => ResetAsync(person)),
                "forget" => AskAsync("Forget password", person, $"{person.Name} is signed out everywhere, and the password opens nothing any more. Whoever signs in with {enrolment.Company} and this address then has the account.", () => ChangeAsync(person, new(ForgetsPassword: true))),
                "deactivate" => AskAsync("Deactivate", person, $"{person.Name} is signed out everywhere at once and can't sign in any more. What they sent stays.", () => ChangeAsync(person, new(Active: false))),
                "activate" => DoAsync(() => ChangeAsync(person, new(Active: true))),
                "sign-out" => DoAsync(() => SignOutAsync(person)),
                "appoint" => DoAsync(() => ChangeAsync(person, new(Operator: true))),
                "dismiss" => DoAsync(() => ChangeAsync(person, new(Operator: false))),
                "export" => dialogs.ShowAsync<ExportDialog>(
                    $"Export all of {person.Email}?",
                    new DialogParameters<ExportDialog> { { d => d.What, $"what {person.Name} has written and sent, in all chats" }, { d => d.Query, "person=" + Uri.EscapeDataString(person.UserId) } }
                ),
                "quota" => dialogs.ShowAsync<QuotaDialog>(
                    $"Storage of {person.Name}",
                    new DialogParameters<QuotaDialog> { { d => d.QuotaBytes, person.QuotaBytes }, { d => d.Run, bytes => ChangeAsync(person, new(SetsQuota: true, QuotaBytes: bytes)) } }
                ),
                _ => Task.CompletedTask,
            }
        );
    }

    protected override async Task OnInitializedAsync()
    {
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        await List.BeginAsync(
            async (before, ending) =>
            {
                var read = await AsOperatorAsync(by => people.ListAsync(by, _text, before, cancellationToken: ending));
                return read.Succeeded(out var page, out var refusal) ? new Page<ListedPerson, string>(page.People, page.NextBefore) : refusal;
            }
        );
        _isRead = true;
    }

    private Task FindAsync(string? text)
    {
        _text = text ?? "";
        return ReadAsync();
    }

    private async Task<Result<T>> AsOperatorAsync<T>(Func<Core.People.Operator, Task<Result<T>>> act) =>
        (await operators.FindAsync(_userId)).Succeeded(out var caller, out var refusal) ? await act(caller) : refusal;

    private async Task AddAsync() =>
        await dialogs.ShowAsync<AddPersonDialog>(
            "Add person",
            new DialogParameters<AddPersonDialog>
            {
                {
                    d => d.Run,
                    async (email, name) =>
                    {
                        var added = await AsOperatorAsync(by => enrolment.AddPersonAsync(by, email, name));
                        if (!added.Succeeded(out var link, out var refusal))
                            return refusal;
                        await ShowAgainAsync();
                        return AddressOf(link);
                    }
                },
            }
        );

    private async Task AddManyAsync() =>
        await dialogs.ShowAsync<PeopleListDialog>(
            "Add people from a file",
            new DialogParameters<PeopleListDialog> { { d => d.Added, ShowAgainAsync } },
            new DialogOptions { MaxWidth = MaxWidth.Medium, FullWidth = true, BackdropClick = false }
        );

    private string AddressOf(NewPasswordLink link) => site.Value.PasswordLink(link.Token, navigation.BaseUri);

    private Task AskAsync(string action, ListedPerson person, string text, Func<Task<Refusal?>> run) =>
        ConfirmDialog.AskAsync(dialogs, $"{action} of {person.Email}?".Replace("Deactivate of", "Deactivate", StringComparison.Ordinal), text, action, run);

    /// <summary>What needs no question; that it was refused is said in a dialog.</summary>
    private async Task DoAsync(Func<Task<Refusal?>> act)
    {
        if (await UseCase.TryAsync(act) is { } refusal)
            await dialogs.ShowMessageBoxAsync("That did not work", refusal.Detail);
    }

    private async Task<Refusal?> ResetAsync(ListedPerson person)
    {
        var made = await AsOperatorAsync(by => links.MakeAsync(by, person.UserId, PasswordLinks.ResetLifetime));
        if (!made.Succeeded(out var link, out var refusal))
            return refusal;
        await dialogs.ShowAsync<LinkDialog>(
            $"A link for {person.Email}",
            new DialogParameters<LinkDialog> { { d => d.Link, AddressOf(link) } }
        );
        return null;
    }

    private async Task<Refusal?> ChangeAsync(ListedPerson person, PersonChange change)
    {
        var changed = await AsOperatorAsync(by => people.ChangeAsync(by, person.UserId, change));
        await ShowAgainAsync();
        return changed.Refusal;
    }

    private async Task<Refusal?> SignOutAsync(ListedPerson person) =>
        (await AsOperatorAsync(by => people.SignOutAsync(by, person.UserId))).Refusal;

    private async Task ShowAgainAsync()
    {
        await ReadAsync();
        await InvokeAsync(StateHasChanged);
    }

    private static string Says(bool value) => value ? "true" : "false";

    private static string Day(DateTime? time) => time?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "never";
}
