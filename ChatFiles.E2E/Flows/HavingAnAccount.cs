using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>Coming in, going out, and what one is called.</summary>
public sealed partial class HavingAnAccount(SharedSite site) : IClassFixture<SharedSite>
{
    [Fact]
    public Task Whoever_signs_out_is_out_and_can_come_back_to_the_same_chat() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var chat = await Scene.NewChatAsync(ann);
            await ann.OpenAsync(chat);

            await ann.OpenAccountMenuAsync("Sign out");
            await Expect(ann.Page).ToHaveURLAsync(SignInPage());
            await ann.Page.GotoAsync($"chats/{chat.Id}");
            await Expect(ann.Page).ToHaveURLAsync(SignInPage());
            await ann.SignInAsync();

            await Expect(ann.Heading(chat.Name)).ToBeVisibleAsync();
        });

    [Fact]
    public Task A_wrong_password_is_told_and_lets_nobody_in() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            await ann.OpenAccountMenuAsync("Sign out");
            await Expect(ann.Page).ToHaveURLAsync(SignInPage());

            await ann.SignInAsync("not-the-password");
            await Expect(ann.Alert).ToBeVisibleAsync();
            await Expect(ann.Page).ToHaveURLAsync(SignInPage());
            await ann.SignInAsync();

            await Expect(ann.MessageBox).ToBeVisibleAsync();
        });

    [Fact]
    public Task An_address_that_is_taken_is_told_as_an_alert() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var twin = await scene.NewGuestAsync("twin");

            await twin.GoAsync("register");
            await twin.Textbox("Email").FillAsync(ann.Email);
            await twin.Textbox("Password").FillAsync(Names.Password);
            await twin.Button("Create account").ClickAsync();

            await Expect(twin.Alert).ToBeVisibleAsync();
            await Expect(twin.MessageBox).ToHaveCountAsync(0);
        });

    [Fact]
    public Task A_new_display_name_is_what_others_see() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var name = Names.Unique("Ann Example");

            await ann.OpenAccountMenuAsync("Profile");
            await Expect(ann.Textbox("Display name")).ToHaveValueAsync(ann.Name);
            await ann.Textbox("Display name").FillAsync(name);
            await ann.Button("Save name").ClickAsync();
            await Expect(ann.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Your name is saved.");
            await ann.GoAsync("profile");
            await Expect(ann.Textbox("Display name")).ToHaveValueAsync(name);
            await ann.OpenAsync(chat);
            await ann.SayAsync("It is me");

            await Expect(ben.Message("It is me")).ToContainTextAsync(name);
        });

    [Fact]
    public Task A_picture_of_oneself_is_cut_in_the_browser_and_others_see_it_beside_what_one_writes_until_it_is_removed() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            await ann.SayAsync("Look at me");
            await ann.GoAsync("profile");
            var photo = SampleFile.Png("me.png", width: 900, height: 600);

            await ann.Page.GetByLabel("Choose a picture").SetInputFilesAsync(
                new FilePayload
                {
                    Name = photo.Name,
                    MimeType = "image/png",
                    Buffer = photo.Bytes,
                }
            );
            await ann.Button("Use this picture").ClickAsync();
            await Expect(ann.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Your picture is saved.");
            await ben.ReloadAsync();
            // A decoration for who can't see it: the name stands beside it.
            var picture = ben.Message("Look at me").Locator("img[src^='/person/']");
            await Expect(picture).ToHaveJSPropertyAsync("naturalWidth", 256);
            await Expect(picture).ToHaveJSPropertyAsync("naturalHeight", 256);

            await ann.Button("Remove picture").ClickAsync();
            await Expect(ann.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Your picture is removed.");
            await ben.ReloadAsync();
            await Expect(ben.Message("Look at me")).ToBeVisibleAsync();
            await Expect(picture).ToHaveCountAsync(0);
        });

    [Fact]
    public Task Without_an_account_every_page_leads_to_sign_in() =>
        site.PlayAsync(async scene =>
        {
            var guest = await scene.NewGuestAsync("guest");
            foreach (var path in new[] { "", "chats/1", "profile" })
            {
                await guest.Page.GotoAsync(path);
                await Expect(guest.Page).ToHaveURLAsync(SignInPage());
                await Expect(guest.Button("Sign in")).ToBeVisibleAsync();
            }
        });

    [Fact]
    public Task Signing_out_in_one_tab_ends_the_other_tab() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var other = await ann.Page.Context.NewPageAsync();
            await other.GotoAsync("chats/1");
            await Expect(other.GetByRole(AriaRole.Textbox, new() { Name = "Message", Exact = true })).ToBeVisibleAsync();
            await Expect(other.Locator("html[data-interactive='true']")).ToBeAttachedAsync(new() { Timeout = 30_000 });

            await ann.OpenAccountMenuAsync("Sign out");

            await Expect(other).ToHaveURLAsync(SignInPage(), new() { Timeout = 5_000 });
        });

    [Fact]
    public Task A_changed_password_leads_the_open_page_of_another_browser_to_sign_in_and_keeps_ones_own() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var chat = await Scene.NewChatAsync(ann);
            await using var elsewhere = await (await Browser.GetAsync()).NewContextAsync(new() { BaseURL = scene.Server.Address.ToString() });
            var page = await elsewhere.NewPageAsync();
            await page.GotoAsync($"chats/{chat.Id}");
            await page.GetByRole(AriaRole.Textbox, new() { Name = "Email", Exact = true }).FillAsync(ann.Email);
            await page.GetByRole(AriaRole.Textbox, new() { Name = "Password", Exact = true }).FillAsync(Names.Password);
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Message", Exact = true })).ToBeVisibleAsync();
            await Expect(page.Locator("html[data-interactive='true']")).ToBeAttachedAsync(new() { Timeout = 30_000 });
            var own = await ann.Page.Context.NewPageAsync();
            await own.GotoAsync($"chats/{chat.Id}");
            await Expect(own.Locator("html[data-interactive='true']")).ToBeAttachedAsync(new() { Timeout = 30_000 });

            await ann.GoAsync("profile");
            await ann.Textbox("Current password").FillAsync(Names.Password);
            await ann.Textbox("New password").FillAsync("An0ther-one!");
            await ann.Button("Change password").ClickAsync();
            await Expect(ann.Page.GetByRole(AriaRole.Status)).ToBeVisibleAsync();

            await Expect(page).ToHaveURLAsync(SignInPage(), new() { Timeout = 5_000 });
            await Expect(own.GetByRole(AriaRole.Heading, new() { Name = chat.Name, Exact = true })).ToBeVisibleAsync();
            await own.GetByRole(AriaRole.Textbox, new() { Name = "Message", Exact = true }).FillAsync("still here");
            await own.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true }).ClickAsync();
            await Expect(own.GetByRole(AriaRole.Article).Filter(new() { HasText = "still here" })).ToBeVisibleAsync();
        });

    [Fact]
    public Task Only_who_asks_to_be_kept_signed_in_is_so_after_the_browser_was_closed() =>
        site.PlayAsync(async scene =>
        {
            foreach (var isKept in new[] { false, true })
            {
                var ann = await scene.NewGuestAsync("ann");
                await ann.RegisterByProgramAsync();
                await ann.GoAsync("sign-in");
                await ann.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Keep me signed in" }).SetCheckedAsync(isKept);
                await ann.SignInAsync();
                await ann.CanWriteAsync();

                // What a browser keeps when it closes: the cookies that say until when.
                var lasting = (await ann.Page.Context.CookiesAsync()).Where(cookie => cookie.Expires > 0);
                await using var reopened = await (await Browser.GetAsync()).NewContextAsync(new() { BaseURL = scene.Server.Address.ToString() });
                await reopened.AddCookiesAsync(
                    lasting.Select(cookie => new Cookie { Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path, Expires = cookie.Expires })
                );
                var page = await reopened.NewPageAsync();
                await page.GotoAsync("chats/1");

                if (isKept)
                    await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Message", Exact = true })).ToBeVisibleAsync();
                else
                    await Expect(page).ToHaveURLAsync(SignInPage());
            }
        });

    [GeneratedRegex("/sign-in(?:\\?|$)", RegexOptions.None, 1000)]
    private static partial Regex SignInPage();
}
