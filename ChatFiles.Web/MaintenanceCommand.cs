using ChatFiles.Core.Data;
using ChatFiles.Core.Upkeep;

namespace ChatFiles.Web;

/// <summary>What the program does instead of serving: <c>backup FOLDER</c>, <c>check FOLDER</c>, <c>restore FOLDER</c>.</summary>
internal sealed class MaintenanceCommand
{
    private readonly string _name;
    private readonly string _folder;

    private MaintenanceCommand(string name, string folder) => (_name, _folder) = (name, Path.GetFullPath(folder));

    public static MaintenanceCommand? Find(string[] args) =>
        args is ["backup" or "check" or "restore", var folder, ..] ? new MaintenanceCommand(args[0], folder) : null;

    /// <summary>Returns the exit code.</summary>
    public async Task<int> RunAsync(IServiceProvider services)
    {
        try
        {
            var manifest = await RunCommandAsync(services);
            Console.WriteLine(
                $"{_name} of {_folder}: done; taken {manifest.TakenAt:u}, {manifest.Messages} messages, {manifest.Blobs} blobs"
            );
            return 0;
        }
        catch (Exception failure) when (failure is BackupException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{_name} of {_folder} failed: {failure.Message}");
            return 1;
        }
    }

    private Task<BackupManifest> RunCommandAsync(IServiceProvider services)
    {
        switch (_name)
        {
            case "backup":
                return services.GetRequiredService<Backup>().WriteAsync(_folder, CancellationToken.None);
            case "check":
                return Backup.CheckAsync(_folder, CancellationToken.None);
            default:
                var data = services.GetRequiredService<DataDirectory>();
                data.Lock();
                return Backup.RestoreAsync(_folder, data.Root, CancellationToken.None);
        }
    }
}
