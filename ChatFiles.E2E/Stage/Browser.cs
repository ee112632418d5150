namespace ChatFiles.E2E.Stage;

/// <summary>
/// The Chromium that all tests share; each person gets a context of their own in it. Where its headless shell is there,
/// it serves all but who needs what only a whole browser has: the same engine without windows takes a seventh less of
/// the machine's time (35 tests, 132 s to 114 s).
/// </summary>
internal static class Browser
{
    private static readonly Lazy<Task<IBrowser>> Shared = new(() => LaunchAsync(Setting("CHROMIUM_HEADLESS") ?? WholeBrowser));
    private static readonly Lazy<Task<IBrowser>> Whole = new(() => Setting("CHROMIUM_HEADLESS") is null ? Shared.Value : LaunchAsync(WholeBrowser));

    private static string WholeBrowser => Setting("CHROMIUM") ?? "/usr/bin/chromium";

    public static Task<IBrowser> GetAsync(bool whole = false) => (whole ? Whole : Shared).Value;

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } path ? path : null;

    private static async Task<IBrowser> LaunchAsync(string program)
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
            new() { ExecutablePath = program, Args = args }
        );
    }
}
