using Microsoft.Extensions.Configuration;

namespace ChatFiles.Web;

/// <summary>
/// What the program was called with: settings, perhaps a command with its arguments, or a question that is answered at
/// once. It is read before anything is opened.
/// </summary>
internal sealed class CommandLine
{
    /// <summary>ASP.NET Core's own settings that are in no section.</summary>
    private static readonly HashSet<string> HostKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        "allowedHosts", "applicationName", "captureStartupErrors", "contentRoot", "detailedErrors", "environment",
        "forwardedHeaders_enabled", "http_ports", "https_ports", "https_port", "hostingStartupAssemblies",
        "hostingStartupExcludeAssemblies", "preferHostingUrls", "preventHostingStartup", "shutdownTimeoutSeconds",
        "startupAssembly", "staticWebAssets", "suppressStatusMessages", "urls", "webroot",
    };

    private const int SynopsisWidth = 24;

    /// <summary>
    /// Settings are read once: what uses them keeps what it read. Looking out for changes would watch all of the content
    /// root, and every blob of a data folder below it would wake the program.
    /// </summary>
    private const string ReadSettingsOnce = "--hostBuilder:reloadConfigOnChange=false";

    private CommandLine(string[] settings, Command? command, string[] arguments) =>
        (Settings, Command, Arguments) = (settings, command, arguments);

    /// <summary>As ASP.NET Core reads them.</summary>
    public string[] Settings { get; }

    /// <summary>What is to be done instead of serving.</summary>
    public Command? Command { get; }

    public string[] Arguments { get; }

    private static string Usage =>
        $"""
        Usage: dotnet ChatFiles.Web.dll [COMMAND] [--Section:Key=value ...]

        Without a command it serves the chat. Settings stand in appsettings.json, in the environment (Section__Key) or
        here; ASP.NET Core's own, as --urls, are taken too.

        {string.Join('\n', [.. Command.All.Select(command => LineOf(command.Synopsis, command.Summary)), LineOf("--help", "prints this"), LineOf("--version", "prints the version")])}
        """;

    /// <summary>What is too long for its column has a line of its own.</summary>
    private static string LineOf(string synopsis, string summary) =>
        synopsis.Length < SynopsisWidth ? $"  {synopsis.PadRight(SynopsisWidth)}{summary}" : $"  {synopsis}\n{new string(' ', SynopsisWidth + 2)}{summary}";

    /// <returns>Null when all is said: it was a question, or what was asked for does not exist.</returns>
    public static CommandLine? Read(string[] args, out int exitCode)
    {
        exitCode = 0;
        if (args.Contains("--help", StringComparer.Ordinal))
        {
            Console.WriteLine(Usage);
            return null;
        }

        if (args.Contains("--version", StringComparer.Ordinal))
        {
            Console.WriteLine(ProgramVersion.Text);
            return null;
        }

        var (settings, words, wrong) = Sort(args);
        var command = words.Count > 0 ? Command.Find(words[0]) : null;
        wrong ??= words.Count > 0 && command is null ? $"There is no command {words[0]}." : null;
        wrong ??= command is not null && !command.Takes([.. words.Skip(1)]) ? $"It is: {command.Synopsis}" : null;
        if (wrong is null)
            return new CommandLine([.. settings], command, [.. words.Skip(1)]);
        exitCode = 2;
        Console.Error.WriteLine(OneLine.Of(wrong));
        Console.Error.WriteLine(Usage);
        return null;
    }

    /// <summary>The content root is the program's own folder, from wherever it is started, unless another is asked for.</summary>
    public WebApplicationOptions ToOptions()
    {
        var asked = new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables("DOTNET_").AddCommandLine(Settings).Build();
        var isAsked = !string.IsNullOrEmpty(asked[HostDefaults.ContentRootKey]);
        return new WebApplicationOptions { Args = [ReadSettingsOnce, .. Settings], ContentRootPath = isAsked ? null : AppContext.BaseDirectory };
    }

    private static (List<string> Settings, List<string> Words, string? Wrong) Sort(string[] args)
    {
        var (settings, words) = (new List<string>(), new List<string>());
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith('-') || Command.IsOption(args[i]))
            {
                words.Add(args[i]);
                continue;
            }

            if (!IsSetting(args[i]))
                return (settings, words, $"There is no option {args[i]}.");
            settings.Add(args[i]);
            if (args[i].Contains('='))
                continue;
            if (i + 1 == args.Length)
                return (settings, words, $"{args[i]} needs a value.");
            settings.Add(args[++i]);
        }

        return (settings, words, null);
    }

    private static bool IsSetting(string option)
    {
        if (!option.StartsWith("--", StringComparison.Ordinal))
            return false;
        var key = option[2..].Split('=')[0];
        // "--Section=", with nothing in it, says nothing; whoever hosts the program in a process of their own passes it along.
        var isEmptySection = key.Length > 0 && option.EndsWith('=') && option.Length == key.Length + 3;
        return HostKeys.Contains(key) || isEmptySection || key.Contains(':') && key.Split(':').All(part => part.Length > 0);
    }
}
