namespace ChatFiles.Tests.Stage;

/// <summary>
/// Really at once: EF on SQLite works synchronously, so that tasks which are only begun one after another would each
/// run to their end before the next begins.
/// </summary>
internal static class AtOnce
{
    /// <summary>Each on a thread of its own, all let go at the same moment.</summary>
    public static async Task<T[]> RunAsync<T>(int count, Func<int, Task<T>> act)
    {
        using var start = new Barrier(count);
        return await Task.WhenAll(
            Enumerable
                .Range(0, count)
                .Select(i =>
                    Task.Factory.StartNew(
                            () =>
                            {
                                start.SignalAndWait();
                                return act(i);
                            },
                            CancellationToken.None,
                            TaskCreationOptions.LongRunning,
                            TaskScheduler.Default
                        )
                        .Unwrap()
                )
        );
    }

    public static Task RunAsync(int count, Func<int, Task> act) =>
        RunAsync(
            count,
            async i =>
            {
                await act(i);
                return true;
            }
        );
}
