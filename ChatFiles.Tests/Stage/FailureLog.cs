using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Tests.Stage;

/// <summary>What a server has logged as an error.</summary>
[ProviderAlias("Failures")]
internal sealed class FailureLog : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() { }

    private sealed class Logger(FailureLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                log.Lines.Enqueue($"{category}: {formatter(state, exception)}\n{exception}");
        }
    }
}
