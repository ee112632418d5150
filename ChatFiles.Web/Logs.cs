using System.Collections;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Logging.Console;

namespace ChatFiles.Web;

internal static class Logs
{
    private const string Host = "Microsoft.Extensions.Hosting.Internal.Host";
    private const int StartFailed = 11;

    /// <summary>
    /// The web server's: a request was answered before all of it was there, and the rest could not be read away any more, so
    /// its connection was closed. The sender broke off, or has been told why; nobody here has anything to do about it.
    /// </summary>
    private const string RestOfRequestNotRead = "RequestBodyDrainBodyReaderInvalidState";

    /// <summary>Whatever is logged, by us or the framework, to whichever provider and in whichever format, is cleaned here.</summary>
    public static void KeepLogsClean(this IServiceCollection services) =>
        services.AddSingleton<ILoggerFactory>(provider => new CleanLoggers(ActivatorUtilities.CreateInstance<LoggerFactory>(provider)));

    /// <summary>In every format of the console a line begins with, or has, its time, to the millisecond and UTC.</summary>
    public static void TellTimes(this IServiceCollection services)
    {
        // As long as nobody names the format, the console would go by older options.
        services.PostConfigure<ConsoleLoggerOptions>(options => options.FormatterName ??= ConsoleFormatterNames.Simple);
        services.PostConfigure<SimpleConsoleFormatterOptions>(options => TellTimes(options, " "));
        services.PostConfigure<JsonConsoleFormatterOptions>(options => TellTimes(options, ""));
        services.PostConfigure<ConsoleFormatterOptions>(options => TellTimes(options, " "));
    }

    private static void TellTimes(ConsoleFormatterOptions options, string between)
    {
        options.TimestampFormat ??= $"yyyy-MM-dd'T'HH:mm:ss.fff'Z'{between}";
        options.UseUtcTimestamp = true;
    }

    private sealed class CleanLoggers(LoggerFactory loggers) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new CleanLogger(loggers.CreateLogger(categoryName), categoryName == Host);

        public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

        public void Dispose() => loggers.Dispose();
    }

    private sealed class CleanLogger(ILogger logger, bool isHost) : ILogger
    {
        private bool _startFailed;

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // The host tells the trace of a failed start and throws it too; the program says it in one line. What that start
            // had begun and ends again has not failed.
            _startFailed |= isHost && eventId.Id == StartFailed;
            if (_startFailed)
                return;
            if (eventId.Name == RestOfRequestNotRead)
                logLevel = LogLevel.Debug;
            var told = exception is null ? null : CleanException.Of(exception);
            logger.Log(logLevel, eventId, state, told, (values, _) => OneLine.Of(formatter(values, exception)));
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull =>
            state is IEnumerable<KeyValuePair<string, object?>> values ? logger.BeginScope(new CleanScope(state, values)) : logger.BeginScope(state);
    }

    /// <summary>A scope, such as a request with its path, is printed where the settings ask for it.</summary>
    private sealed class CleanScope(object scope, IEnumerable<KeyValuePair<string, object?>> values) : IEnumerable<KeyValuePair<string, object?>>
    {
        public override string ToString() => OneLine.Of(scope.ToString() ?? "");

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => values.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>Stands for an exception whose message quotes what came from outside; its trace keeps its lines.</summary>
    private sealed class CleanException(string message, string text) : Exception(message)
    {
        public override string ToString() => text;

        public static Exception Of(Exception exception)
        {
            var messages = Chain(exception).Select(e => e.Message).Where(message => !OneLine.Fits(message)).ToList();
            if (messages.Count == 0)
                return exception;
            var text = messages.Aggregate(exception.ToString(), (text, message) => text.Replace(message, OneLine.Of(message), StringComparison.Ordinal));
            return new CleanException(OneLine.Of(exception.Message), OneLine.KeepingBreaks(text));
        }

        private static IEnumerable<Exception> Chain(Exception exception) =>
            (exception is AggregateException several ? several.InnerExceptions : exception.InnerException is { } inner ? [inner] : Enumerable.Empty<Exception>())
                .SelectMany(Chain)
                .Prepend(exception);
    }
}
