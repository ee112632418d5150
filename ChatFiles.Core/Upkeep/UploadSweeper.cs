using ChatFiles.Core.Files;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Upkeep;

/// <summary>Removes resumable uploads that nobody has finished and sent in time.</summary>
internal sealed class UploadSweeper(StagedUploads uploads, TimeProvider time, ILogger<UploadSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                if (await uploads.RemoveExpiredAsync(stoppingToken) is > 0 and var count)
                    logger.LogInformation("Removed {Count} uploads that were never sent", count);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(failure, "Removing expired uploads failed; it is tried again");
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }
}
