namespace ChatFiles.Web.Components;

/// <summary>
/// One after another: nothing is changed by an event between the moment at which a page is read and its being put in, so
/// that the page can't bring back what an event has just changed.
/// </summary>
internal sealed class Turns
{
    private Task _last = Task.CompletedTask;

    public Task TakeAsync(Func<Task> act)
    {
        _last = AfterAsync(_last);
        return _last;

        async Task AfterAsync(Task turnBefore)
        {
            await turnBefore.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await act();
        }
    }
}
