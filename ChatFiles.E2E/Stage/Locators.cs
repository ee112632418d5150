namespace ChatFiles.E2E.Stage;

internal static class Locators
{
    /// <summary>Presses a button that may go at any moment, with the keyboard, which needs no scrolling to it.</summary>
    public static async Task PressIfThereAsync(this ILocator button)
    {
        if (await button.CountAsync() == 0)
            return;
        try
        {
            await button.PressAsync("Enter", new() { Timeout = 1_000 });
        }
        catch (TimeoutException)
        {
            // Gone meanwhile.
        }
    }
}
