using System.Text;
using System.Text.RegularExpressions;
using ChatFiles.Web.Assets;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;

namespace ChatFiles.Web.Theme;

/// <summary>
/// <see cref="Look"/> as a style sheet, made once at the start. It takes the place of the kit's own MudThemeProvider, which
/// would write <c>style</c> elements into the page (the Content-Security-Policy forbids them) and paint a dark page white first.
/// </summary>
internal sealed partial class StyleSheet
{
    private readonly MadeAsset _css;

    private StyleSheet(string css) => _css = new MadeAsset("theme", "css", "text/css", css);

    /// <inheritdoc cref="MadeAsset.Path"/>
    public string Path => _css.Path;

    public void Map(WebApplication app) => _css.Map(app);

    public static async Task<StyleSheet> CreateAsync(IServiceProvider services)
    {
        var light = await KitVariablesAsync(services, isDark: false);
        var dark = await KitVariablesAsync(services, isDark: true);
        var differences = dark.Where(variable => light[variable.Key] != variable.Value).ToDictionary();
        var css = new StringBuilder();
        Write(css, ":root", [.. Look.Measures.Select(m => new KeyValuePair<string, string>("--" + m.Name, m.Value)), .. light]);
        Write(css, ":root", Look.Colours.Select(c => new KeyValuePair<string, string>("--" + c.Name, $"light-dark({c.Light}, {c.Dark})")));
        css.Append("@media (prefers-color-scheme: dark) {\n");
        Write(css, ":root:not([data-theme=light])", differences);
        css.Append("}\n");
        Write(css, ":root[data-theme=dark]", differences);
        return new StyleSheet(css.ToString());
    }

    private static async Task<Dictionary<string, string>> KitVariablesAsync(IServiceProvider services, bool isDark)
    {
        await using var scope = services.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, scope.ServiceProvider.GetRequiredService<ILoggerFactory>());
        var parameters = ParameterView.FromDictionary(
            new Dictionary<string, object?> { ["IsDarkMode"] = isDark, ["Theme"] = Look.KitTheme() }
        );
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<MudThemeProvider>(parameters)).ToHtmlString()
        );
        return KitVariable()
            .Matches(html)
            .DistinctBy(match => match.Groups["name"].Value)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value.Trim());
    }

    private static void Write(StringBuilder css, string selector, IEnumerable<KeyValuePair<string, string>> variables)
    {
        css.Append(selector).Append(" {\n");
        foreach (var (name, value) in variables)
            css.Append("  ").Append(name).Append(": ").Append(value).Append(";\n");
        css.Append("}\n");
    }

    [GeneratedRegex(@"(?<name>--mud-[\w-]+)\s*:\s*(?<value>[^;}]+)[;}]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KitVariable();
}
