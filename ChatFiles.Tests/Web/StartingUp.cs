using System.Diagnostics;

namespace ChatFiles.Tests.Web;

/// <summary>The program as an operator starts it: a process with settings in its environment.</summary>
public sealed class StartingUp
{
    [Theory]
    [InlineData("Uploads__MaxFileBytes", "abc", "Uploads:MaxFileBytes")]
    [InlineData("Uploads__MaxRequestBytes", "0", "MaxRequestBytes")]
    [InlineData("Uploads__AllowedExtensions", "png nonsense", "Uploads:AllowedExtensions")]
    [InlineData("Quotas__BytesPerUser", "-1", "BytesPerUser")]
    [InlineData("RateLimits__SignInsPerMinute", "-5", "SignInsPerMinute")]
    [InlineData("Accounts__AllowRegistration", "maybe", "Accounts:AllowRegistration")]
    [InlineData("Storage__Provider", "Tape", "Storage:Provider")]
    [InlineData("Data__Directory", "/dev/null/data", "Data:Directory")]
    public async Task A_setting_that_can_not_work_stops_the_start_with_a_line_that_names_it(string setting, string value, string named)
    {
        var data = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        try
        {
            var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                WorkingDirectory = data,
                Environment =
                {
                    ["Data__Directory"] = data,
                    ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                    [setting] = value,
                },
            };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = (await process.StandardError.ReadToEndAsync()).Trim();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
            process.ExitCode.ShouldNotBe(0);
            error.Split('\n').ShouldHaveSingleItem().ShouldContain(named);
            (await output).ShouldNotContain("   at ");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
