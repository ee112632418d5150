using ChatFiles.Core.Data;
using ChatFiles.Core.Upkeep;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web;

/// <summary>What happens around the start: the address, what is printed, and what a setting that can't work leads to.</summary>
internal static class StartUp
{
    private const string DefaultAddress = "http://localhost:5080";

    public static void UseDefaultAddress(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        var isChosen = settings[WebHostDefaults.ServerUrlsKey] ?? settings["http_ports"] ?? settings["https_ports"];
        if (string.IsNullOrEmpty(isChosen) && !settings.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(DefaultAddress);
    }

    public static void AnnounceWhenReady(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(() =>
            Console.WriteLine(
                $"ChatFiles is ready on {string.Join(", ", app.Urls)}; its data is in {app.Services.GetRequiredService<DataDirectory>().Root}"
            )
        );

    /// <summary>Whether the start failed because of a setting; the reason is one line that names it.</summary>
    public static bool IsUnusableSetting(Exception failure, out string reason)
    {
        reason = failure switch
        {
            BackupException unusable => unusable.Message,
            OptionsValidationException invalid => string.Join("; ", invalid.Failures),
            // The binder's: "Failed to convert configuration value 'abc' at 'Uploads:MaxFileBytes' to type …"
            FormatException unreadable => unreadable.Message, // Kestrel's: "Invalid url: 'abc'"
            InvalidOperationException { InnerException: FormatException or OverflowException or ArgumentException } unreadable =>
                unreadable.Message,
            IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } inUse => inUse.Message,
            AggregateException { InnerException: { } inner } when IsUnusableSetting(inner, out var innerReason) => innerReason,
            _ => "",
        };
        reason = reason.ReplaceLineEndings(" ");
        return reason.Length > 0;
    }
}
