using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>What an operator does in a week.</summary>
public sealed partial class RunningASite
{
    [Fact]
    public async Task An_operator_walks_through_their_week_and_all_of_it_is_noted()
    {
        await using var provider = await OpenIdProvider.StartAsync();
        provider.People["cleo"] = new ProviderPerson("1", "cleo@company.test");
        await Site.PlayAloneAsync(
            PlayAsync,
            settings: provider
                .Settings.Append((Name: "Accounts:Oidc:Name", Value: "The Company"))
                .Select(setting => KeyValuePair.Create(setting.Name.Replace(":", "__", StringComparison.Ordinal), setting.Value)),
            isNew: true
        );
    }

    private static async Task PlayAsync(Scene scene)
    {
        var olga = await scene.NewPersonAsync("olga");
        await Expect(olga.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "You are an operator of this site" })).ToBeVisibleAsync();

        // From now on nobody comes by themselves.
        await scene.Server.StopAsync();
        scene.Server.Set("Accounts__AllowRegistration", "false");
        await scene.Server.StartAsync();
        var eve = await scene.NewGuestAsync("eve");
        await eve.GoAsync("register");
        await Expect(eve.Button("Create account")).ToHaveCountAsync(0);

        await olga.GoAsync("operator/people");
        await olga.Button("Add person").ClickAsync();
        await olga.Dialog.GetByRole(AriaRole.Textbox, new() { Name = "Email" }).FillAsync(eve.Email);
        await olga.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        await eve.Page.GotoAsync(await TakeLinkAsync(olga));
        await eve.Textbox("New password").FillAsync("too soon forgotten 1A!");
        await eve.Button("Set password").ClickAsync();
        await eve.CanWriteAsync();
        await olga.OpenMenuAsync(olga.Button($"More for {eve.Email}"), "Reset password");
        await olga.Dialog.GetByRole(AriaRole.Button, new() { Name = "Reset password" }).ClickAsync();
        await eve.Page.GotoAsync(await TakeLinkAsync(olga));
        await eve.Textbox("New password").FillAsync(Names.Password);
        await eve.Button("Set password").ClickAsync();
        await eve.CanWriteAsync();

        await LinkWorksAsync(scene.Server);
        var cleo = await scene.NewGuestAsync("cleo");
        await cleo.Page.GotoAsync("chats/1");
        await cleo.Link("Sign in with The Company").ClickAsync();
        await cleo.Textbox("Login").FillAsync("cleo");
        await cleo.Button("Go on").ClickAsync();
        await Expect(cleo.Heading("General")).ToBeVisibleAsync();

        await eve.ShareAsync(SampleFile.Text("salaries.txt", "not for everybody\n"));
        await Expect(cleo.Attachment("salaries.txt")).ToBeVisibleAsync();
        await olga.GoAsync("chats/1");
        await olga.DeleteFileAsync("salaries.txt");
        await Expect(cleo.Messages.GetByText("File deleted")).ToBeVisibleAsync();

        var room = await olga.Program.CreateChatAsync(Names.Unique("room"));
        await olga.Program.AddMemberAsync(room.Id, eve.Email);
        await eve.OpenAsync(room);
        await olga.OpenAsync(room);
        var name = Names.Unique("plans");
        await olga.Button("Chat settings").ClickAsync();
        await olga.Dialog.GetByRole(AriaRole.Textbox, new() { Name = "Name" }).FillAsync(name);
        await olga.Dialog.GetByRole(AriaRole.Textbox, new() { Name = "Days to keep files" }).FillAsync("30");
        await olga.Dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(eve.Heading(name)).ToBeVisibleAsync();
        await Expect(eve.ChatLink(name)).ToBeVisibleAsync();
        await Expect(eve.Page.GetByText("deleted after 30 days")).ToBeVisibleAsync();
        await olga.Button("Chat settings").ClickAsync();
        await olga.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete chat" }).ClickAsync();
        await olga.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(eve.Heading("Chat not found")).ToBeVisibleAsync();
        await Expect(eve.ChatLink(name)).ToHaveCountAsync(0);

        await olga.GoAsync("operator/people");
        await olga.Textbox("Search people").FillAsync(eve.Email);
        await olga.OpenMenuAsync(olga.Button($"More for {eve.Email}"), "Deactivate");
        await olga.Dialog.GetByRole(AriaRole.Button, new() { Name = "Deactivate" }).ClickAsync();
        await Expect(eve.Page).ToHaveURLAsync(SignInPage(), new() { Timeout = 5_000 });
        await Expect(olga.Page.GetByText("Deactivated")).ToBeVisibleAsync();

        await olga.GoAsync("operator/audit");
        foreach (var action in new[] { "person-changed", "chat-deleted", "file-deleted", "file-sent", "password-reset", "registered", "sign-in" })
            await Expect(olga.Page.GetByRole(AriaRole.Cell, new() { Name = action, Exact = true }).First).ToBeVisibleAsync();
    }

    private static async Task<string> TakeLinkAsync(Person person)
    {
        var link = await person.Dialog.GetByRole(AriaRole.Textbox, new() { Name = "Link" }).InputValueAsync();
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        return link;
    }

    /// <summary>The first time takes a busy machine longer than the server waits for its provider.</summary>
    private static async Task LinkWorksAsync(ServerProcess server)
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = server.Address };
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await http.GetAsync(new Uri("sign-in/company", UriKind.Relative));
                return answer.Headers.Location is { IsAbsoluteUri: true };
            },
            "the link led to the provider",
            seconds: 60
        );
    }

    [GeneratedRegex("/sign-in", RegexOptions.None, 1000)]
    private static partial Regex SignInPage();
}
