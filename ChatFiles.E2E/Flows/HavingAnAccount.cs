using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>Coming in, going out, and what one is called.</summary>
public sealed partial class HavingAnAccount(Site site) : IClassFixture<Site>
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
            await ann.Page.GetByRole(AriaRole.Button, new() { NameRegex = SaveButton() }).First.ClickAsync();
            await ann.ReloadAsync();
            await Expect(ann.Textbox("Display name")).ToHaveValueAsync(name);
            await ann.OpenAsync(chat);
            await ann.SayAsync("It is me");

            await Expect(ben.Message("It is me")).ToContainTextAsync(name);
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

    [GeneratedRegex("/sign-in(?:\\?|$)", RegexOptions.None, 1000)]
    private static partial Regex SignInPage();

    [GeneratedRegex("^Save", RegexOptions.None, 1000)]
    private static partial Regex SaveButton();
}
