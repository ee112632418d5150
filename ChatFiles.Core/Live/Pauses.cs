namespace ChatFiles.Core.Live;

/// <summary>Growing pauses between attempts: 0.1 s, 0.2 s, 0.4 s … 10 s: what was away and is back is not left waiting for long.</summary>
internal static class Pauses
{
    public static TimeSpan After(int failures) => TimeSpan.FromSeconds(Math.Min(10, 0.1 * Math.Pow(2, Math.Min(failures - 1, 20))));

    public static Task WaitAsync(int failures, TimeProvider time, CancellationToken cancellationToken) =>
        Task.Delay(After(failures), time, cancellationToken);
}
