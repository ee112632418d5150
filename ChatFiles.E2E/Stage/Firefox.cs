using System.Collections;
using System.Collections.Concurrent;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// Firefox as the system has it, over WebDriver BiDi, in which Playwright speaks to it. Each person has one of their own:
/// of two people at one Firefox, the one whose page has not the focus waits half a minute for a click. To start one costs
/// four seconds of the machine's time, so whoever comes later sits down at one that has been left.
/// </summary>
internal static class Firefox
{
    // Not that of Chromium: what goes wrong between it and Firefox is felt by nobody else.
    private static readonly Lazy<Task<IPlaywright>> Driver = new(StartDriverAsync);
    private static readonly ConcurrentBag<IBrowser> Left = [];

    public static async Task<IBrowser> TakeAsync()
    {
        while (Left.TryTake(out var left))
        {
            if (left.IsConnected)
                return left;
        }

        return await LaunchAsync();
    }

    /// <summary>For the next one; nobody sits at it any more.</summary>
    public static void Leave(IBrowser firefox) => Left.Add(firefox);

    private static async Task<IBrowser> LaunchAsync()
    {
        var settings = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
        // As root it does not start in the home of somebody else, and it leaves things in its own.
        settings["HOME"] = Repository.Artifacts("firefox");
        return await (await Driver.Value).Firefox.LaunchAsync(
            new()
            {
                Channel = "moz-firefox",
                ExecutablePath = settings.GetValueOrDefault("FIREFOX") is { Length: > 0 } path ? path : "/usr/bin/firefox-esr",
                Env = settings,
                FirefoxUserPrefs = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    // There is a mouse: without windows it takes itself for a telephone.
                    ["ui.primaryPointerCapabilities"] = 6,
                    ["ui.allPointerCapabilities"] = 6,
                },
                Timeout = 60_000,
            }
        );
    }

    private static async Task<IPlaywright> StartDriverAsync()
    {
        SetDefaultExpectTimeout(15_000);
        var playwright = await Playwright.CreateAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => playwright.Dispose();
        return playwright;
    }
}
