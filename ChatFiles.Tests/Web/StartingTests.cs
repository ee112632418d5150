using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web;

/// <summary>Where the program finds its things, who may read what it writes, and what it does with its command line.</summary>
public sealed class StartingTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Started_from_any_folder_it_finds_its_files_and_keeps_its_data_beside_itself(bool byRelativePath)
    {
        var program = CopyProgram();
        await using var run = await ProgramRun.ServingAsync(
            [],
            new(StringComparer.Ordinal) { ["Data__Directory"] = "my/data" },
            folder: Directory.CreateDirectory(Path.Combine(_root, "elsewhere")).FullName,
            program: byRelativePath ? "../program/ChatFiles.Web.dll" : Path.Combine(program, "ChatFiles.Web.dll")
        );

        File.Exists(Path.Combine(program, "my", "data", "chatfiles.db")).ShouldBeTrue();
        Directory.EnumerateFileSystemEntries(Path.Combine(_root, "elsewhere")).ShouldBeEmpty();
        using var http = new HttpClient { BaseAddress = run.Address };
        (await http.GetStringAsync("sign-in")).ShouldContain("Sign in");
        (await http.GetStringAsync("app.css")).ShouldNotBeEmpty();
        run.Output.Trim().Split('\n').ShouldHaveSingleItem("its settings are beside it too, so it logs as little as they say");
    }

    [Fact]
    public async Task It_watches_no_folder_so_that_what_happens_in_its_data_does_not_wake_it()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await using var run = await ProgramRun.ServingAsync([$"--Data:Directory={_root}"]);

        Directory.EnumerateFileSystemEntries($"/proc/{run.Id}/fd").Select(file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.Name)
            .ShouldNotContain("anon_inode:inotify");
    }

    /// <summary>The installed service is of the type notify: what says nothing is never started.</summary>
    [Fact]
    public async Task Started_by_systemd_it_says_when_it_is_ready()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var manager = Path.Combine(_root, "systemd");
        await File.WriteAllTextAsync(manager, "#!/bin/sh\ndotnet \"$@\"\n");
        File.SetUnixFileMode(manager, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var address = Path.Combine(_root, "notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(address));
        var start = new ProcessStartInfo(manager, [Repository.WebAssembly, "--urls=http://127.0.0.1:0", $"--Data:Directory={_root}/data"]);
        start.Environment["NOTIFY_SOCKET"] = address;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        using var run = Process.Start(start)!;
        try
        {
            var said = new byte[100];
            var length = await socket.ReceiveAsync(said, patience.Token);
            Encoding.UTF8.GetString(said, 0, length).ShouldBe("READY=1");
        }
        finally
        {
            run.Kill(entireProcessTree: true);
            await run.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Another_content_root_can_be_asked_for()
    {
        // Of the one that was built here: what is installed has its wwwroot in its content root.
        await using var run = await ProgramRun.ServingAsync([$"--contentRoot={_root}"], program: Repository.WebAssembly);
        File.Exists(Path.Combine(_root, "data", "chatfiles.db")).ShouldBeTrue();
    }

    [Fact]
    public async Task Data_below_the_folder_it_was_started_from_are_not_forgotten_by_an_upgrade()
    {
        var program = CopyProgram();
        var before = Directory.CreateDirectory(Path.Combine(_root, "data")).FullName;
        File.WriteAllText(Path.Combine(before, "chatfiles.db"), "");

        var run = await ProgramRun.ToEndAsync([], folder: _root, program: Path.Combine(program, "ChatFiles.Web.dll"));

        run.ExitCode.ShouldBe(1);
        run.Errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain($"there are data in {before}");
    }

    [Fact]
    public async Task Only_its_owner_reads_what_it_writes_and_what_was_open_is_closed_at_the_start()
    {
        var data = Path.Combine(_root, "data");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Data__Directory"] = data };
        await using (var first = await ProgramRun.ServingAsync([], settings, loose: true))
        {
            await UseAsync(first);
            Modes.OpenToOthers(data).ShouldBeEmpty();
            await first.StopAsync();
        }

        Open(data);
        File.WriteAllText(Path.Combine(_root, "theirs"), "");
        File.CreateSymbolicLink(Path.Combine(data, "keys", "link"), Path.Combine(_root, "theirs"));
        var theirs = Mode(Path.Combine(_root, "theirs"));
        await using var second = await ProgramRun.ServingAsync([], settings, loose: true);
        File.Delete(Path.Combine(data, "keys", "link"));
        Modes.OpenToOthers(data).ShouldBeEmpty();
        Mode(Path.Combine(_root, "theirs")).ShouldBe(theirs, "a link is not followed");

        var copy = Directory.CreateDirectory(Path.Combine(_root, "copy")).FullName;
        Open(copy);
        (await ProgramRun.ToEndAsync(["backup", copy], settings)).ExitCode.ShouldBe(0);
        Modes.OpenToOthers(copy).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_that_holds_other_things_is_not_closed_but_what_is_ours_in_it()
    {
        File.WriteAllText(Path.Combine(_root, "theirs"), "");
        Open(_root);
        var before = Mode(_root);

        await using var run = await ProgramRun.ServingAsync([], new(StringComparer.Ordinal) { ["Data__Directory"] = _root }, loose: true);

        Mode(_root).ShouldBe(before);
        Modes.OpenToOthers(Path.Combine(_root, "files")).ShouldBeEmpty();
        Modes.OpenToOthers(Path.Combine(_root, "keys")).ShouldBeEmpty();
        run.Output.ShouldContain($"Others on this machine may get into {_root}: it also holds theirs");
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("backup")]
    [InlineData("backup", "one", "two")]
    [InlineData("--frobnicate")]
    [InlineData("--frobnicate=1")]
    [InlineData("-v")]
    [InlineData("check", "folder", "--force")]
    [InlineData("--urls")]
    [InlineData("--Data:=x")]
    [InlineData("")]
    public async Task What_it_does_not_know_leads_to_the_usage(params string[] arguments)
    {
        var run = await ProgramRun.ToEndAsync(arguments);
        (run.ExitCode, run.Output).ShouldBe((2, ""));
        run.Errors.ShouldContain("Usage: ");
    }

    [Fact]
    public async Task The_usage_can_be_asked_for()
    {
        var run = await ProgramRun.ToEndAsync(["backup", "--help"]);
        (run.ExitCode, run.Errors).ShouldBe((0, ""));
        foreach (var named in new[] { "backup FOLDER", "check FOLDER", "restore FOLDER", "--Section:Key=value", "--help", "--version" })
            run.Output.ShouldContain(named);
        run.Output.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).ShouldAllBe(line => line.Length <= 120);
        run.Output.ShouldContain("  add-person EMAIL [--operator]\n", customMessage: "what it does is on a line of its own");
    }

    [Fact]
    public async Task A_command_takes_settings_before_and_after_it()
    {
        var run = await ProgramRun.ToEndAsync(["--Data:Directory", _root, "backup", Path.Combine(_root, "copy"), "--urls=http://127.0.0.1:0"]);
        (run.ExitCode, run.Output).ShouldBe((1, ""));
        run.Errors.Trim().ShouldBe($"backup {Path.Combine(_root, "copy")} failed: There is no database to back up.");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>As it is built: a program's own folder that a test may write to.</summary>
    private string CopyProgram()
    {
        var from = Path.GetDirectoryName(Repository.WebAssembly)!;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(f => !f.StartsWith(Path.Combine(from, "data"), StringComparison.Ordinal)))
        {
            var target = Path.Combine(_root, "program", Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return Path.Combine(_root, "program");
    }

    /// <summary>Somebody registers, sends a file and begins an upload: database, log, keys, blobs and staged parts are there.</summary>
    private static async Task UseAsync(ProgramRun run)
    {
        using var http = new HttpClient { BaseAddress = run.Address };
        var account = new { email = "ann@example.org", password = "Passw0rd!" };
        (await http.PostAsJsonAsync("account/register", account)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var login = await http.PostAsJsonAsync("account/login", account);
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await login.JsonAsync()).Text("accessToken"));
        using var form = new MultipartFormDataContent { { new StringContent("hello"), "file", "note.txt" } };
        (await http.PostAsync("chat/1/file", form)).StatusCode.ShouldBe(HttpStatusCode.Created);
        using var begin = new HttpRequestMessage(HttpMethod.Post, "chat/1/uploads");
        begin.Headers.Add("Tus-Resumable", "1.0.0");
        begin.Headers.Add("Upload-Length", "5");
        begin.Headers.Add("Upload-Metadata", "filename bm90ZS50eHQ=");
        (await http.SendAsync(begin)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    private static int Mode(string path) => OperatingSystem.IsWindows() ? 0 : (int)File.GetUnixFileMode(path);

    private static void Open(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(new DirectoryInfo(folder)))
            entry.UnixFileMode = entry is DirectoryInfo ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100;
    }
}
