using System.Globalization;
using ChatFiles.Core.Files;
using ChatFiles.Core.Upkeep;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web;

/// <summary>From one machine to many; the server is stopped meanwhile.</summary>
internal static class MoveCommand
{
    public const string WithBlobs = "--blobs";

    public static async Task<string> RunAsync(IServiceProvider services, string[] arguments)
    {
        var blobs = arguments.Contains(WithBlobs, StringComparer.Ordinal) ? OpenAzure(services) : null;
        var moved = await services.GetRequiredService<MoveToPostgreSql>().RunAsync(blobs);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"move-to-postgres: {(moved.WasThere ? "was done before" : "done")}; {moved.People} people, {moved.Chats} chats, {moved.Messages} messages, {moved.Files} files{SayBlobs(moved)}"
        );
    }

    private static string SayBlobs(MoveFigures moved) =>
        moved.BlobsCopied is { } copied
            ? string.Create(CultureInfo.InvariantCulture, $"; {copied} blobs copied{(moved.BlobsMissing > 0 ? $", {moved.BlobsMissing} not found" : "")}")
            : "";

    private static AzureFileStore OpenAzure(IServiceProvider services)
    {
        try
        {
            return new AzureFileStore(services.GetRequiredService<IOptions<StorageOptions>>().Value.Azure);
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new CommandRefusedException($"Storage:Azure:ConnectionString or Storage:Azure:Container can't be used: {failure.Message}");
        }
    }
}
