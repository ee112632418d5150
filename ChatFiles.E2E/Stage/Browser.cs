namespace ChatFiles.E2E.Stage;

/// <summary>The one Chromium that all tests share; each person gets a context of their own in it.</summary>
internal static class Browser
{
    private static readonly Lazy<Task<IBrowser>> Shared = new(LaunchAsync);

    public static Task<IBrowser> GetAsync() => Shared.Value;

    private static async Task<IBrowser> LaunchAsync()
    {
        SetDefaultExpectTimeout(15_000);
        var playwright = await Playwright.CreateAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => playwright.Dispose();
        List<string> args =
        [
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // A microphone that beeps, and a browser that lets the page use it without a question.
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
        ];
        if (Environment.IsPrivilegedProcess)
            args.Add("--no-sandbox"); // Chromium's sandbox does not run as root
        return await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium", Args = args }
        );
    }
}
