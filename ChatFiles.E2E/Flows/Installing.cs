using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>What build/package.sh makes, as an admin installs it.</summary>
public sealed partial class Installing : IDisposable
{
    private static readonly string Processor = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
    private static readonly BrowserNewContextOptions ByHttps = new() { IgnoreHTTPSErrors = true };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("chatfiles-e2e-installed-");

    /// <summary>In another folder, as another account, behind nginx over https.</summary>
    [Fact]
    public async Task The_packaged_program_lets_two_people_share_a_file()
    {
        var program = await UnpackAsync();

        await Site.PlayAloneAsync(
            async scene =>
            {
                await using var nginx = await Nginx.StartAsync(Path.Combine(program, "install", "nginx.conf"), scene.Server);
                var (ann, ben) = (await scene.NewGuestAsync("ann", nginx, ByHttps), await scene.NewGuestAsync("ben", nginx, ByHttps));
                await Task.WhenAll(ann.RegisterByProgramAsync(), ben.RegisterByProgramAsync());
                var chat = await Scene.NewChatAsync(ann, ben);
                await Task.WhenAll(ann.ComeToAsync(chat), ben.ComeToAsync(chat));
                // More than a proxy lets through that is not told to.
                var report = SampleFile.Archive("report.7z", 3 * 1024 * 1024);

                await ann.ShareAsync(report);

                await Expect(ben.Attachment(report.Name)).ToBeVisibleAsync();
                (await ben.DownloadAsync(report.Name)).ShouldBe(report.Bytes);
                await Expect(ben.Page.GetByText("The connection for live updates is blocked")).ToBeHiddenAsync();
                (await ben.Page.Context.CookiesAsync()).ShouldAllBe(cookie => cookie.Secure);
                var page = await ben.Page.Context.APIRequest.GetAsync("sign-in");
                page.Headers.ShouldContainKey("strict-transport-security");
            },
            settings: Settings(Path.Combine(program, "install", "settings.env")),
            command: AsSomebodyElse(Path.Combine(program, "ChatFiles.Web"))
        );
    }

    public void Dispose() => folder.Delete(recursive: true);

    private async Task<string> UnpackAsync()
    {
        var package = new DirectoryInfo(Repository.Package);
        var archives = package.Parent!.Exists ? package.Parent.GetFiles($"chatfiles-*-linux-{Processor}.tar.gz") : [];
        var archive = archives.MaxBy(file => file.LastWriteTimeUtc);
        archive.ShouldNotBeNull($"build/package.sh puts an archive beside {package.FullName}");
        using var unpacking = Process.Start("sh", ["-c", "chmod 755 \"$1\" && tar xzf \"$0\" -C \"$1\"", archive.FullName, folder.FullName]);
        await unpacking.WaitForExitAsync();
        unpacking.ExitCode.ShouldBe(0);
        return folder.GetDirectories().ShouldHaveSingleItem().FullName;
    }

    /// <summary>Those an admin starts with, but for what says where things are on one machine.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Settings(string path) =>
        Setting()
            .Matches(File.ReadAllText(path))
            .Select(match => KeyValuePair.Create(match.Groups["name"].Value, match.Groups["value"].Value))
            .Where(setting => setting.Key is not ("ASPNETCORE_URLS" or "Data__Directory" or "Site__PublicUrl"));

    /// <summary>Only root can become somebody else, who is given the data folder.</summary>
    private static string[] AsSomebodyElse(string program) =>
        Environment.IsPrivilegedProcess
            ? ["sh", "-c", "chown nobody \"$Data__Directory\" && cd / && exec setpriv --reuid=nobody --clear-groups --no-new-privs \"$0\"", program]
            : [program];

    [GeneratedRegex("^(?<name>[A-Za-z_]+)='(?<value>[^']*)'$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Setting();
}
