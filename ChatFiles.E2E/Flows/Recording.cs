using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>A microphone that the browser only pretends to have; what it records is real.</summary>
public sealed partial class Recording(SharedSite site) : IClassFixture<SharedSite>
{
    [Fact]
    public Task A_voice_message_is_heard_before_it_is_sent_and_by_the_other_afterwards_and_nothing_loses_it() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();

            await ann.Button("Record a voice message").ClickAsync();
            await Expect(ann.Button("Stop recording")).ToBeFocusedAsync();
            await Expect(ann.Page.GetByRole(AriaRole.Timer)).ToHaveTextAsync(SomeSeconds());
            var mayClose = await ann.Page.EvaluateAsync<bool>("dispatchEvent(new Event('beforeunload', { cancelable: true }))");
            mayClose.ShouldBeFalse("the browser asks whoever closes the tab");

            // Gone to another chat and back, what was said waits here.
            await ann.ChatLink("General").ClickAsync();
            await Expect(ann.Heading("General")).ToBeVisibleAsync();
            await ann.CanWriteAsync();
            await Expect(ann.Waiting.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(0);
            await ann.ChatLink(chat.Name).ClickAsync();
            await ann.IsInAsync(chat);
            await HearAsync(ann.Waiting);
            await ann.ReloadAsync();
            await HearAsync(ann.Waiting);

            await ann.SendAsync();
            await HearAsync(ben.Messages);
            var sent = (await ben.Program.HistoryAsync(chat.Id)).Single().Attachments.Single();
            VoiceMessage().IsMatch(sent.FileName!).ShouldBeTrue(sent.FileName);
        });

    /// <summary>It says how long it is, and plays.</summary>
    private static async Task HearAsync(ILocator place)
    {
        var player = place.Locator("audio");
        await Expect(player).ToBeVisibleAsync();
        await Eventually.HoldsAsync(() => player.EvaluateAsync<bool>("player => player.duration > 0.5 && player.duration < 600"), "its length is known");
        await player.EvaluateAsync("player => player.play()");
        await Eventually.HoldsAsync(() => player.EvaluateAsync<bool>("player => player.currentTime > 0"), "it plays");
    }

    [GeneratedRegex("^(?!0:00)[0-9]+:[0-9]{2} of 10:00$", RegexOptions.None, 1000)]
    private static partial Regex SomeSeconds();

    [GeneratedRegex(@"^Voice message \d{4}-\d\d-\d\d \d\d\.\d\d\.(m4a|ogg|webm)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VoiceMessage();
}
