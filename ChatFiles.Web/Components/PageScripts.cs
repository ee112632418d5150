using Microsoft.JSInterop;

namespace ChatFiles.Web.Components;

/// <summary>The scripts of a page's components.</summary>
public sealed class PageScripts(IJSRuntime js, CircuitConnection connection, TimeProvider time)
{
    /// <param name="path">As <see cref="Script.Path"/> has it.</param>
    internal ScriptModule Of(string path) => new(js, connection, time, path);
}
