using System.Globalization;
using System.Text;
using ChatFiles.Tests.Stage;
using ChatFiles.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Tests.Web;

/// <summary>What people and programs send can't forge a line of the log, nor rule the terminal of whoever reads it.</summary>
public sealed class LogLinesTests : IDisposable
{
    private const string Hostile = "x\r\nforged: line\u001B[2J\u009B1m\u2028\u202Ereversed\u200B\0";

    private readonly string _root = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;

    [Fact]
    public async Task Whatever_a_request_brings_its_log_lines_hold_no_control_characters()
    {
        await using var run = await ProgramRun.ServingAsync(
            [],
            new(StringComparer.Ordinal)
            {
                ["Data__Directory"] = Path.Combine(_root, "data"),
                ["Logging__LogLevel__Default"] = "Trace",
                ["Logging__LogLevel__Microsoft.AspNetCore"] = "Trace",
                ["Logging__LogLevel__Microsoft.EntityFrameworkCore"] = "Trace",
                ["Logging__Console__FormatterOptions__IncludeScopes"] = "true",
                ["Logging__Console__FormatterOptions__ColorBehavior"] = "Disabled",
            }
        );
        var path = Uri.EscapeDataString(Hostile.Replace("\0", "", StringComparison.Ordinal));
        foreach (var head in new[] { $"GET /probe/{path}?q={path} HTTP/1.1", $"DELETE /chat/{path} HTTP/1.1\nUser-Agent: a\u001B[2Jb\nOrigin: http://a\u202Eb" })
            await RawRequest.SendAsync(run.Address, head, []);
        await Eventually.HoldsAsync(() => run.Output.Contains("/probe/", StringComparison.Ordinal), "the request was logged");

        await run.StopAsync();

        run.Output.Split('\n').Where(line => line.StartsWith("forged", StringComparison.Ordinal)).ShouldBeEmpty();
        run.Output.Where(c => c != '\n' && IsControl(c)).ShouldBeEmpty();
        run.Output.ShouldContain(@"\nforged: line\u001B[2J", customMessage: "what was sent is told as it was");
        run.Output.Split('\n')[0].ShouldMatch(@"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \w+: ", "a line begins with its time, in UTC");
    }

    /// <summary>Each of them tells what it was sent that is no sign-in, in a line of its own category.</summary>
    [Fact]
    public async Task Whatever_strangers_send_as_a_token_fills_no_log()
    {
        await using var server = await TestServer.StartAsync(("Logging:LogLevel:Default", "Information"));
        var loggers = server.Services.GetRequiredService<ILoggerFactory>();
        foreach (var scheme in await server.Services.GetRequiredService<IAuthenticationSchemeProvider>().GetAllSchemesAsync())
            loggers.CreateLogger(scheme.HandlerType.FullName!).IsEnabled(LogLevel.Information).ShouldBeFalse(scheme.HandlerType.FullName);
    }

    [Fact]
    public async Task Our_own_lines_hold_none_either()
    {
        var run = await ProgramRun.ToEndAsync(["check", Hostile.TrimEnd('\0')], folder: _root);
        run.ExitCode.ShouldBe(1);
        run.Errors.TrimEnd('\n').Where(IsControl).ShouldBeEmpty();

        run = await ProgramRun.ToEndAsync([$"--Storage:Provider={Hostile.TrimEnd('\0')}", $"--Data:Directory={_root}"]);
        run.ExitCode.ShouldBe(1);
        run.Errors.TrimEnd('\n').Where(IsControl).ShouldBeEmpty();
    }

    [Fact]
    public void An_exception_that_quotes_what_was_sent_keeps_its_trace_and_nothing_else_that_breaks_a_line()
    {
        var told = new Told();
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.AddProvider(told));
        collection.KeepLogsClean();
        using var services = collection.BuildServiceProvider();
        var logger = services.GetRequiredService<ILogger<LogLinesTests>>();
        try
        {
            try
            {
                throw new FormatException(Hostile);
            }
            catch (FormatException inner)
            {
                throw new AggregateException("outer " + Hostile, inner);
            }
        }
        catch (AggregateException failure)
        {
            logger.LogError(failure, "Of {Name}", Hostile);
        }

        var text = told.Text.ToString();
        text.ShouldContain(nameof(An_exception_that_quotes_what_was_sent_keeps_its_trace_and_nothing_else_that_breaks_a_line));
        text.Split('\n').Select(line => line.TrimStart()).Where(line => line.StartsWith("forged", StringComparison.Ordinal)).ShouldBeEmpty();
        text.Where(c => c is not ('\n' or '\r') && IsControl(c)).ShouldBeEmpty();
    }

    [Fact]
    public void That_the_rest_of_a_refused_request_could_not_be_read_away_is_no_news()
    {
        var told = new Told();
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.AddProvider(told));
        collection.KeepLogsClean();
        using var services = collection.BuildServiceProvider();
        var logger = services.GetRequiredService<ILogger<LogLinesTests>>();

        logger.LogWarning(new EventId(18, "RequestBodyDrainBodyReaderInvalidState"), "automatic draining of the request body failed");
        logger.LogWarning(new EventId(19, "Another"), "something else");

        told.Text.ToString().ShouldBe("something else\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static bool IsControl(char c) =>
        CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    /// <summary>Keeps what a provider is told, formatted as the console's does it.</summary>
    private sealed class Told : ILoggerProvider, ILogger
    {
        public StringBuilder Text { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Text.Append(formatter(state, exception)).Append('\n').Append(exception);

        public void Dispose() { }
    }
}
