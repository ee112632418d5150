using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.FileProviders;

namespace ChatFiles.Web.Assets;

/// <summary>
/// The modules of wwwroot/js as one file. Each by itself, a page's first load was 40 requests in five waves, and every
/// later one asked 36 times whether they had changed. Modules import by name and export where they declare, which is all
/// that is understood here; they know no circles (ESLint sees to that), so that each can be run after what it stands on.
/// </summary>
internal sealed partial class Scripts
{
    private const string Folder = "js";
    private const string Beginning = "start.js";
    private const string Loader = "scripts.js";

    private readonly IFileProvider _files;
    private readonly MadeAsset? _whole;
    private readonly List<string> _order = [];

    /// <summary>Where somebody is working on them, they stay by themselves: changes are to be seen without a new start.</summary>
    public Scripts(IWebHostEnvironment environment)
        : this(environment.WebRootFileProvider, asTheyAre: Environment.GetEnvironmentVariable("DOTNET_WATCH") == "1") { }

    /// <param name="files">The web root.</param>
    /// <param name="asTheyAre">Leave the modules by themselves.</param>
    internal Scripts(IFileProvider files, bool asTheyAre)
    {
        _files = files;
        if (!asTheyAre)
            _whole = new MadeAsset("scripts", "js", "text/javascript", Bundle());
    }

    /// <summary>What a live page begins with; null: the modules themselves, from js/start.js on.</summary>
    public string? Path => _whole?.Path;

    public void Map(WebApplication app) => _whole?.Map(app);

    /// <summary>All modules, what they stand on before them, and last the one that begins.</summary>
    internal string Bundle()
    {
        var modules = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Find("").Order(StringComparer.Ordinal).Where(path => path != Beginning).Append(Beginning))
            Add(path, modules);
        var bundle = new StringBuilder();
        foreach (var path in _order.SkipLast(1))
            bundle.Append(modules[path]);
        // Components ask for their scripts by their paths.
        foreach (var path in _order.SkipLast(1))
            bundle.Append(CultureInfo.InvariantCulture, $"{NameOf(Loader)}.loaded.set('./{Folder}/{path}', {NameOf(path)});\n");
        return bundle.Append(modules[Beginning]).ToString();
    }

    private IEnumerable<string> Find(string folder) =>
        _files
            .GetDirectoryContents($"{Folder}/{folder}")
            .SelectMany(entry =>
                entry.IsDirectory ? Find($"{folder}{entry.Name}/")
                : entry.Name.EndsWith(".js", StringComparison.Ordinal) ? [folder + entry.Name]
                : []
            );

    private void Add(string path, Dictionary<string, string> modules)
    {
        if (!modules.TryAdd(path, ""))
            return;
        using var reader = new StreamReader(_files.GetFileInfo($"{Folder}/{path}").CreateReadStream());
        var exports = new List<string>();
        var body = Import()
            .Replace(
                reader.ReadToEnd(),
                import =>
                {
                    var other = Resolve(path, import.Groups["path"].Value);
                    Add(other, modules);
                    var names = import.Groups["names"];
                    return names.Success ? $"const {{{Renamed().Replace(names.Value, ":")}}} = {NameOf(other)};" : "";
                }
            );
        body = Export()
            .Replace(
                body,
                export =>
                {
                    exports.Add(export.Groups["name"].Value);
                    return export.Groups["declaration"].Value;
                }
            );
        if (NotUnderstood().Match(body) is { Success: true } odd)
            throw new InvalidOperationException($"The script {path} has a line that can't be put into one file with others: {odd.Value}");
        modules[path] = $"// {path}\nconst {NameOf(path)} = (() => {{\n{body}\nreturn {{ {string.Join(", ", exports)} }};\n}})();\n";
        _order.Add(path);
    }

    private static string Resolve(string from, string path) => new Uri(new Uri("file:///" + from), path).AbsolutePath[1..];

    private static string NameOf(string path) => "module_" + NotWord().Replace(path[..^".js".Length], "_");

    [GeneratedRegex(@"^import (\{(?<names>[^}]*)\} from )?'(?<path>\.[^']+)';", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Import();

    [GeneratedRegex(
        @"^export (?<declaration>((async )?function\*?|class|const) (?<name>\w+))",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex Export();

    [GeneratedRegex(@"^((import|export|await)\b.*|.*\bimport\.meta\b.*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex NotUnderstood();

    [GeneratedRegex(@"\s+as\s+", RegexOptions.None, 10_000)]
    private static partial Regex Renamed();

    [GeneratedRegex(@"\W", RegexOptions.None, 10_000)]
    private static partial Regex NotWord();
}
