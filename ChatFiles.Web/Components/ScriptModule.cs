using Microsoft.JSInterop;

namespace ChatFiles.Web.Components;

/// <summary>
/// The script of a component, in wwwroot/js. Its <c>connect</c> gives back an object that the component talks to, and whose
/// <c>disconnect</c> undoes everything when the component goes. The browser's side of it is js/scripts.js.
/// </summary>
internal sealed class ScriptModule(IJSRuntime js, CircuitConnection connection, TimeProvider time, string path) : IAsyncDisposable
{
    /// <summary>A call that is lost with the circuit's connection, or whose answer is, never ends by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whoever never answers is asked ever less often: 500 pages with five scripts each, asked every 5 s, were 5 % of a core. A
    /// connection that comes back asks at once, so this is for what was lost and nobody noticed.
    /// </summary>
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMinutes(10);

    private readonly string _id = Guid.NewGuid().ToString("N");
    private IJSObjectReference? _connection;
    private bool _hasBegun;
    private bool _isDisposed;

    /// <summary>Returns when the script is there, however long the connection was away meanwhile.</summary>
    public async Task ConnectAsync(params object?[] arguments)
    {
        _hasBegun = true;
        try
        {
            // Asked again, the browser connects once all the same.
            var patience = Patience;
            while (!_isDisposed && !await TryConnectAsync(arguments, patience))
                patience = TimeSpan.FromTicks(Math.Min(patience.Ticks * 4, LongestPatience.Ticks));
            // The component may have gone while the browser was loading its script.
            if (_isDisposed)
                await DisconnectAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone, and its scripts with it.
        }
    }

    public async Task CallAsync(string function, params object?[] arguments)
    {
        try
        {
            if (_connection is not null)
                await _connection.InvokeVoidAsync(function, arguments);
        }
        catch (Exception failure) when (HasGone(failure))
        {
            // As above.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        if (_hasBegun)
            await DisconnectAsync();
    }

    private async Task<bool> TryConnectAsync(object?[] arguments, TimeSpan patience)
    {
        using var waiting = new CancellationTokenSource(patience, time);
        connection.Changed += OnConnection;
        try
        {
            _connection = await js.InvokeAsync<IJSObjectReference>("scripts.connect", waiting.Token, [_id, path, .. arguments]);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            connection.Changed -= OnConnection;
        }

        // Told on the circuit's own thread, as all of this is.
        void OnConnection(bool isUp)
        {
            if (isUp)
                waiting.Cancel();
        }
    }

    private async Task DisconnectAsync()
    {
        try
        {
            await js.InvokeVoidAsync("scripts.disconnect", Patience, _id);
            if (_connection is not null)
                await _connection.DisposeAsync();
            _connection = null;
        }
        catch (Exception failure) when (HasGone(failure))
        {
            // As above.
        }
    }

    /// <summary>The browser, for good; or the connection, so that nobody knows whether the call has arrived.</summary>
    private static bool HasGone(Exception failure) => failure is JSDisconnectedException or OperationCanceledException;
}
