using System.Data.Common;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ChatFiles.Core;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web;

/// <summary>What happens around the start: the address, what is printed, and what a setting that can't work leads to.</summary>
internal static class StartUp
{
    private const string DefaultAddress = "http://localhost:5080";

    private static readonly string[] AllAddresses = ["//*", "//+", "//0.0.0.0", "//[::]"];

    public static void UseDefaultAddress(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        var isChosen = settings[WebHostDefaults.ServerUrlsKey] ?? settings["http_ports"] ?? settings["https_ports"];
        if (string.IsNullOrEmpty(isChosen) && !settings.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(DefaultAddress);
    }

    /// <summary>
    /// Where systemd or Windows runs it as a service, it tells them when it is ready and ends when they say so. systemd's
    /// journal gets lines with their level, unless the settings ask for another format.
    /// </summary>
    public static void UseServiceManager(this WebApplicationBuilder builder)
    {
        builder.Services.AddSystemd();
        builder.Services.AddWindowsService();
        if (builder.Configuration["Logging:Console:FormatterName"] is { Length: > 0 } format)
            builder.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = format);
    }

    /// <summary>However it was started: by dotnet, as a program of its own, or by tests that host it.</summary>
    public static ProgramItself FindProgram()
    {
        var assembly = typeof(Program).Assembly;
        var path = Environment.ProcessPath ?? "";
        var isHosted = Assembly.GetEntryAssembly() != assembly;
        if (!isHosted && Path.GetFileNameWithoutExtension(path) != "dotnet")
            return new ProgramItself(path);
        var dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return new ProgramItself(Path.GetFullPath(dotnet), assembly.Location);
    }

    /// <summary>Where it listens, or would: for links that are made while nobody asks it by an address.</summary>
    public static string[] AddressesOf(IConfiguration settings)
    {
        string[] Of(string key, Func<string, string> address) => [.. (settings[key] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(address)];
        string[] all =
        [
            .. settings.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>(),
            .. Of(WebHostDefaults.ServerUrlsKey, url => url),
            .. Of("https_ports", port => $"https://localhost:{port}"),
            .. Of("http_ports", port => $"http://localhost:{port}"),
            DefaultAddress,
        ];
        // What stands for all addresses of a machine leads nowhere from another one; nor does this, but it shows what to set.
        return [.. all.Select(ShownAddress)];
    }

    /// <summary>One that a browser on this machine could ask.</summary>
    public static string ShownAddress(string url) =>
        AllAddresses.Aggregate(url, (shown, any) => shown.Replace(any, "//localhost", StringComparison.Ordinal));

    public static void AnnounceWhenReady(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var (addresses, data) = (string.Join(", ", app.Urls), app.Services.GetRequiredService<DataDirectory>().Root);
            // Who wants every line as JSON gets this one, too.
            if (app.Configuration["Logging:Console:FormatterName"] == ConsoleFormatterNames.Json)
                app.Logger.LogInformation("ChatFiles is ready on {Addresses}; its data is in {Data}", addresses, data);
            else
                Console.WriteLine(OneLine.Of($"ChatFiles is ready on {addresses}; its data is in {data}"));
        });

    /// <summary>
    /// Serves until it is told to end. What a failed start has begun is ended before it is thrown away, as at any other
    /// end: a job in the middle of a write would lose the database from under it.
    /// </summary>
    public static async Task RunToEndAsync(this WebApplication app)
    {
        await using var ending = app;
        try
        {
            await app.StartAsync();
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Told to end before it had begun: that is no failure.
            await app.StopAsync();
            return;
        }
        catch
        {
            await app.StopAsync();
            throw;
        }

        await app.WaitForShutdownAsync();
    }

    /// <summary>Whether the start failed because of a setting or of what it leads to; the reason is one line that names it.</summary>
    public static bool IsUnusableSetting(Exception failure, out string reason)
    {
        reason = failure switch
        {
            _ when Settings.ReasonsOf(failure) is { } reasons => string.Join("; ", reasons),
            BackupException unusable => unusable.Message,
            AggregateException { InnerException: { } inner } => IsUnusableSetting(inner, out var innerReason) ? innerReason : "",
            SocketException refused => $"it can't listen on the address that it was given (urls): {refused.Message}",
            ArgumentOutOfRangeException { ParamName: "port" } => "the address that it was given (urls) has a port that does not exist",
            DbException unreadable => $"its database does not open: {unreadable.Message}",
            DirectoryNotFoundException missing => $"a folder is missing: {missing.Message}",
            InvalidDataException unreadable => $"{unreadable.Message} {unreadable.GetBaseException().Message}",
            // The framework's own, of addresses and certificates; each names what it is about.
            IOException or UnauthorizedAccessException or CryptographicException or FormatException or ArgumentException or InvalidOperationException =>
                failure.Message,
            _ => "",
        };
        return reason.Length > 0;
    }
}
