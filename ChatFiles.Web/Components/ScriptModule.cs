using Microsoft.JSInterop;

namespace ChatFiles.Web.Components;

/// <summary>
/// The script beside a component. Its <c>connect</c> gives back an object that the component talks to, and whose
/// <c>disconnect</c> undoes everything when the component goes.
/// </summary>
internal sealed class ScriptModule(IJSRuntime js, string path) : IAsyncDisposable
{
    private IJSObjectReference? _connection;
    private bool _isDisposed;

    public async Task ConnectAsync(params object?[] arguments)
    {
        try
        {
            await using var module = await js.InvokeAsync<IJSObjectReference>("import", path);
            _connection = await module.InvokeAsync<IJSObjectReference>("connect", arguments);
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
        catch (JSDisconnectedException)
        {
            // As above.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await DisconnectAsync();
    }

    private async Task DisconnectAsync()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        try
        {
            await connection.InvokeVoidAsync("disconnect");
            await connection.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // As above.
        }
    }
}
