using System.Diagnostics;
using System.Text;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Tests.Stage;
using ChatFiles.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatFiles.Tests.Core.Files.Reading;

/// <summary>What a process that reads a file may do. Shell scripts stand for code that a hostile file has brought to run in it.</summary>
public sealed class FileReaderTests : IDisposable
{
    private const int MaxOutput = 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
    private readonly FileReader _reader;

    public FileReaderTests() => _reader = Reader(TimeSpan.FromSeconds(60));

    [Fact]
    public async Task It_reads_its_input_and_what_it_writes_is_the_result()
    {
        var reading = await RunAsync("read -r line < \"$1\" && echo \"It says: $line\"");
        (reading.Outcome, TextOf(reading)).ShouldBe((ReadingOutcome.Done, "It says: input\n"));
    }

    [Fact]
    public async Task It_sees_no_settings_and_no_secrets()
    {
        // What the server has in its environment, its settings among it, and the child lacks.
        Environment.GetEnvironmentVariable("PATH").ShouldNotBeNullOrEmpty();
        var seen = TextOf(await RunAsync("export -p"));
        seen.ShouldContain("DOTNET_ROOT");
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.Contains("__", StringComparison.Ordinal)).Append("HOME"))
            seen.ShouldNotContain(name);
    }

    [Fact]
    public async Task It_reads_no_other_file_where_the_kernel_knows_how()
    {
        var other = Path.Combine(_folder, "other");
        await File.WriteAllTextAsync(other, "other\n");
        var reading = await RunAsync($"read -r line < {other} && echo $line; read -r line < /etc/hostname && echo host; read -r line < /proc/$PPID/status && echo parent; cd {_folder}; echo *; echo end");
        TextOf(reading).ShouldBe(Landlock.Version > 0 ? "*\nend\n" : "other\nhost\nparent\ninput other\nend\n");
    }

    [Fact]
    public async Task It_writes_no_file()
    {
        var written = Path.Combine(_folder, "written");
        await RunAsync($"echo x > {written}; echo x >> \"$1\"");
        (File.Exists(written) ? await File.ReadAllTextAsync(written) : "").ShouldBeEmpty();
        (await File.ReadAllTextAsync(Path.Combine(_folder, "input"))).ShouldBe("input\n");
    }

    [Fact]
    public async Task It_begins_no_other_process_and_ends_none()
    {
        TextOf(await RunAsync($"kill -9 {Environment.ProcessId}; kill -9 $PPID; echo alive")).ShouldBe("alive\n");
        (await RunAsync("(echo forked); echo after")).Outcome.ShouldBe(ReadingOutcome.Failed);
    }

    [Theory]
    [InlineData("while :; do :; done")]
    [InlineData("while :; do echo flood; done")]
    [InlineData("while :; do echo flood >&2; done")]
    public async Task What_does_not_end_is_ended(string script)
    {
        using var impatient = Reader(TimeSpan.FromSeconds(1));
        await using var content = Input();
        (await impatient.RunAsync(path => Script(path, script), content, MaxOutput, CancellationToken.None)).Outcome.ShouldBe(ReadingOutcome.OutOfBounds);
    }

    [Fact]
    public async Task What_the_server_left_behind_ends_by_itself()
    {
        var (path, arguments) = StartUp.FindProgram();
        using var left = Process.Start(path, [.. arguments, "bounded", "1", "/dev/null", "/bin/sh", "-c", "while :; do :; done"]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await left.WaitForExitAsync(patience.Token);
        left.ExitCode.ShouldBeOneOf(128 + 9, 128 + 14); // by its processor time, or on a busy machine by the clock
    }

    [Fact]
    public async Task What_takes_too_much_memory_gets_none()
    {
        (await RunAsync("a=xxxxxxxxxxxxxxxx; while :; do a=$a$a; done")).Outcome.ShouldBe(ReadingOutcome.Failed);
    }

    [Fact]
    public async Task What_crashes_has_failed_and_the_next_is_read()
    {
        (await RunAsync("exit 1")).Outcome.ShouldBe(ReadingOutcome.Failed);
        (await RunAsync("kill -SEGV $$; exit 139")).Outcome.ShouldBe(ReadingOutcome.Failed);
        (await RunAsync("echo fine")).Outcome.ShouldBe(ReadingOutcome.Done);
    }

    [Fact]
    public async Task Nobody_waits_for_one_who_is_told_to_stop()
    {
        using var stopping = new CancellationTokenSource();
        var reading = RunAsync("while :; do :; done", stopping.Token);
        await stopping.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task What_lies_elsewhere_is_fetched_and_nothing_of_it_stays()
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes("from elsewhere\n"));
        var reading = await _reader.RunAsync(path => Script(path, "read -r line < \"$1\" && echo $line"), content, MaxOutput, CancellationToken.None);
        TextOf(reading).ShouldBe("from elsewhere\n");
        Directory.EnumerateFiles(Path.Combine(_folder, "reading")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_no_failure_of_the_file()
    {
        await using var content = Input();
        await Should.ThrowAsync<ReadingUnavailableException>(() => _reader.RunAsync(path => new ProgramItself("/nowhere/pdftoppm", path), content, MaxOutput, CancellationToken.None));
    }

    [Fact]
    public async Task The_program_itself_starts_confined_and_makes_nothing_of_what_it_does_not_know()
    {
        await using var content = Input();
        (await _reader.ReadAsync(ReadingKind.Text, "application/octet-stream", content, MaxOutput, CancellationToken.None)).Outcome.ShouldBe(ReadingOutcome.Nothing);
    }

    public void Dispose()
    {
        _reader.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<ChatFiles.Core.Files.Reading.Reading> RunAsync(string script, CancellationToken cancellationToken = default)
    {
        await using var content = Input();
        return await _reader.RunAsync(path => Script(path, script), content, MaxOutput, cancellationToken);
    }

    private FileReader Reader(TimeSpan maxTime) =>
        new(Path.Combine(_folder, "reading"), StartUp.FindProgram(), TimeProvider.System, NullLogger<FileReader>.Instance) { MaxTime = maxTime };

    private FileStream Input()
    {
        var path = Path.Combine(_folder, "input");
        File.WriteAllText(path, "input\n");
        return File.OpenRead(path);
    }

    private static ProgramItself Script(string path, string script) => new("/bin/sh", "-c", script, "sh", path);

    private static string TextOf(ChatFiles.Core.Files.Reading.Reading reading) => Encoding.UTF8.GetString(reading.Output.Span);
}
