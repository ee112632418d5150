using System.Diagnostics;

namespace ChatFiles.Tests.Stage;

/// <summary>The program that scripts use, where this machine has it.</summary>
internal static class Curl
{
    private const string Program = "/usr/bin/curl";

    public static bool IsThere => File.Exists(Program);

    /// <summary>Runs it as that person in a folder, and returns what it printed.</summary>
    public static async Task<string> RunAsync(ApiUser user, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, ["-sS", "--noproxy", "*", "-H", $"Authorization: Bearer {user.Token}", .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var curl = Process.Start(start)!;
        var (printed, complained) = (curl.StandardOutput.ReadToEndAsync(), curl.StandardError.ReadToEndAsync());
        await curl.WaitForExitAsync();
        curl.ExitCode.ShouldBe(0, await complained);
        return await printed;
    }
}
