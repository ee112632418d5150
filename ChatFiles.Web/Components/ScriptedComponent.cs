using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatFiles.Web.Components;

/// <summary>A component's script.</summary>
/// <param name="path">In <c>wwwroot/js</c>, without <c>.js</c>.</param>
/// <param name="arguments">What its <c>connect</c> is given.</param>
public sealed class Script(string path, params object?[] arguments)
{
    internal string Path => $"./js/{path}.js";

    internal object?[] Arguments => arguments;
}

/// <summary>A component with a script, which is connected as soon as what it needs is drawn, and disconnected in the end.</summary>
public abstract class ScriptedComponent : ComponentBase, IAsyncDisposable
{
    private ScriptModule? _module;
    private DotNetObjectReference<ScriptedComponent>? _self;

    [Inject]
    private PageScripts Scripts { get; set; } = null!;

    /// <summary>Null as long as what it needs is not drawn.</summary>
    protected abstract Script? Script { get; }

    /// <summary>By which the script calls what is <c>JSInvokable</c> here.</summary>
    protected object Self => _self ??= DotNetObjectReference.Create(this);

    /// <summary>The script has taken over, or is about to.</summary>
    protected bool HasScript => _module is not null;

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (_module is not null)
            await _module.DisposeAsync();
        _self?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The script is there.</summary>
    protected virtual Task OnConnectedAsync() => Task.CompletedTask;

    /// <summary>Calls one of the functions of the object that <c>connect</c> gave back.</summary>
    protected Task CallAsync(string function, params object?[] arguments) => _module?.CallAsync(function, arguments) ?? Task.CompletedTask;

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (HasScript || Script is not { } script)
            return;
        _module = Scripts.Of(script.Path);
        await _module.ConnectAsync(script.Arguments);
        await OnConnectedAsync();
    }
}
