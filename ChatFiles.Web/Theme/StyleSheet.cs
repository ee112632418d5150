using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Net.Http.Headers;
using MudBlazor;

namespace ChatFiles.Web.Theme;

/// <summary>
/// <see cref="Look"/> as a style sheet, made once at the start. It takes the place of the kit's own MudThemeProvider, which
/// would write <c>style</c> elements into the page (the Content-Security-Policy forbids them) and paint a dark page white first.
/// </summary>
internal sealed partial class StyleSheet
{
    private readonly byte[] _plain;
    private readonly byte[] _brotli;

    private StyleSheet(string css)
    {
        _plain = Encoding.UTF8.GetBytes(css);
        _brotli = Compress(_plain);
        Path = $"theme.{Convert.ToHexStringLower(SHA256.HashData(_plain))[..10]}.css";
    }

    /// <summary>Its address from the site's root; another content has another one, so that it may be kept for ever.</summary>
    public string Path { get; }

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

    /// <summary>The answer to a request for it, compressed where the browser takes that.</summary>
    public IResult Answer(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.OrdinalIgnoreCase))
            return Results.Bytes(_plain, "text/css");
        context.Response.Headers.ContentEncoding = "br";
        return Results.Bytes(_brotli, "text/css");
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

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.SmallestSize))
            brotli.Write(content);
        return compressed.ToArray();
    }

    [GeneratedRegex(@"(?<name>--mud-[\w-]+)\s*:\s*(?<value>[^;}]+)[;}]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KitVariable();
}
