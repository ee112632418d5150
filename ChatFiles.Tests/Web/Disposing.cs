namespace ChatFiles.Tests.Web;

/// <summary>An application of a test's own: <c>await using var _ = new Disposing(await ChatFilesApp.StartAsync(…), out var app);</c></summary>
internal readonly struct Disposing : IAsyncDisposable
{
    private readonly ChatFilesApp _app;

    public Disposing(ChatFilesApp started, out ChatFilesApp app) => app = _app = started;

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
