using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Core.Files;

/// <summary>What becomes of a file that is sent by its name.</summary>
internal static class Inspection
{
    public static readonly UploadPolicy Default = Policy(_ => { });

    public static UploadPolicy Policy(Action<UploadOptions> change)
    {
        var options = new UploadOptions();
        change(options);
        return new UploadPolicy(Options.Create(options));
    }

    /// <summary>What it is taken for; null when it is refused for what it is.</summary>
    /// <param name="block">So many bytes arrive at a time.</param>
    public static async Task<FileType?> OfAsync(string name, byte[] bytes, int block = 64 * 1024, UploadPolicy? policy = null)
    {
        policy ??= Default;
        var rules = new InspectionRules(policy, name, policy.TypeOf(name).Value, long.MaxValue, policy.TooLarge(name));
        await using var stream = new InspectingStream(new MemoryStream(bytes), rules);
        try
        {
            await stream.CopyToAsync(Stream.Null, block);
            return stream.Type;
        }
        catch (UploadRefusedException refused) when (refused.Refusal.Reason == RefusalReason.FileTypeNotAllowed)
        {
            refused.Refusal.Detail.ShouldContain(name);
            return null;
        }
    }
}
