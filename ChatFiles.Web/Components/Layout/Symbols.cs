using System.Collections.Concurrent;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components.Layout;

/// <summary>
/// The drawings in <c>wwwroot/icons.svg</c>, by their ids there. A piece of markup and no component: an open chat shows
/// more than sixty of them, and each component costs memory in every circuit.
/// </summary>
internal static class Symbols
{
    private static readonly ConcurrentDictionary<(string File, string Name), (string Use, MarkupString Whole)> Drawn = new();

    /// <summary>As an element of its own, in the size of an icon.</summary>
    public static MarkupString Symbol(this ResourceAssetCollection assets, string name) => Draw(assets, name).Whole;

    /// <summary>As the kit's components take it: <c>Icon</c>, <c>StartIcon</c>.</summary>
    public static string Icon(this ResourceAssetCollection assets, string name) => Draw(assets, name).Use;

    private static (string Use, MarkupString Whole) Draw(ResourceAssetCollection assets, string name) =>
        Drawn.GetOrAdd(
            (assets["icons.svg"], name),
            static key =>
            {
                var use = $"<use href=\"/{key.File}#{key.Name}\"></use>";
                return (use, new MarkupString($"<svg class=\"icon\" aria-hidden=\"true\">{use}</svg>"));
            }
        );
}
