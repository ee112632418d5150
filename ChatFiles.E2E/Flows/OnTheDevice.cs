using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>ChatFiles as one of the device's own programs.</summary>
public sealed class OnTheDevice(SharedSite site) : IClassFixture<SharedSite>
{
    /// <summary>What a device's "Share" does, as far as a page can: it posts a form.</summary>
    private const string Share = """
        () => {
            const form = document.createElement('form');
            Object.assign(form, { action: '/share', method: 'post', enctype: 'multipart/form-data' });
            const text = document.createElement('input');
            Object.assign(text, { name: 'text', value: 'From my holidays' });
            const files = document.createElement('input');
            Object.assign(files, { type: 'file', name: 'files' });
            const transfer = new DataTransfer();
            transfer.items.add(new File(['sun and sea'], 'beach.txt', { type: 'text/plain' }));
            files.files = transfer.files;
            form.append(text, files);
            document.body.append(form);
            form.submit();
        }
        """;

    [Fact]
    public Task What_the_device_shares_waits_in_the_chat_that_is_picked_and_is_sent_from_there() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewGuestAsync("ann", screen: new() { ServiceWorkers = ServiceWorkerPolicy.Allow, ViewportSize = new() { Width = 360, Height = 740 } });
            var ben = await scene.NewGuestAsync("ben");
            await Task.WhenAll(ann.RegisterByProgramAsync(), ben.RegisterByProgramAsync());
            var chat = await Scene.NewChatAsync(ann, ben);
            await Task.WhenAll(ann.ComeToAsync(chat), ben.ComeToAsync(chat));
            await ann.Page.EvaluateAsync("() => navigator.serviceWorker.ready");
            await Expect(ann.Page.Locator("html")).ToHaveJSPropertyAsync("dataset.interactive", "true");

            await ann.Page.EvaluateAsync(Share);

            await Expect(ann.Page.GetByRole(AriaRole.List, new() { Name = "Shared" })).ToContainTextAsync("beach.txt");
            await Expect(ann.Page.GetByRole(AriaRole.List, new() { Name = "Shared" })).ToContainTextAsync("From my holidays");
            await ann.Button(chat.Name).ClickAsync();
            await ann.IsInAsync(chat);
            await Expect(ann.MessageBox).ToHaveValueAsync("From my holidays");
            await Expect(ann.Button("Remove beach.txt")).ToBeVisibleAsync();
            await ann.SendAsync();

            await ben.SeesAsync("From my holidays");
            await Expect(ben.Attachment("beach.txt")).ToBeVisibleAsync();
            // It is shared once.
            await ann.GoAsync("share");
            await Expect(ann.Page.GetByText("Nothing was shared")).ToBeVisibleAsync();
        });
}
