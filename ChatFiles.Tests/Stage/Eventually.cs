using System.Diagnostics;

namespace ChatFiles.Tests.Stage;

/// <summary>Waits for a condition, never for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="what">Ends the sentence "Waited in vain until …".</param>
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, double seconds = 15)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed.TotalSeconds > seconds)
                throw new TimeoutException($"Waited in vain ({seconds} s) until {what}.");
            await Task.Delay(Pause);
        }
    }

    public static Task HoldsAsync(Func<bool> condition, string what, double seconds = 15) =>
        HoldsAsync(() => Task.FromResult(condition()), what, seconds);
}
