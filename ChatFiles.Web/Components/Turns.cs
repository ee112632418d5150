namespace ChatFiles.Web.Components;

/// <summary>
/// One after another: nothing is changed by an event between the moment at which a page is read and its being put in, so
/// that the page can't bring back what an event has just changed.
/// </summary>
internal sealed class Turns
{
    private Task _last = Task.CompletedTask;
    private int _count;

    /// <summary>Somebody has a turn, or waits for one. May be asked from any thread.</summary>
    public bool AreTaken => Volatile.Read(ref _count) > 0;

    public Task TakeAsync(Func<Task> act)
    {
        Interlocked.Increment(ref _count);
        _last = AfterAsync(_last);
        return _last;

        async Task AfterAsync(Task turnBefore)
        {
            try
            {
                await turnBefore.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                await act();
            }
            finally
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
