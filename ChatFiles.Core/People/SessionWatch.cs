namespace ChatFiles.Core.People;

/// <summary>What must end with a session, such as a stream or a circuit, holds one of these while it lasts.</summary>
public sealed class SessionWatch : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Action<SessionWatch> _forget;

    internal SessionWatch(string sessionId, Action<SessionWatch> forget)
    {
        SessionId = sessionId;
        _forget = forget;
        Ended = _ended.Token;
    }

    public string SessionId { get; }

    /// <summary>Cancelled when the session has ended.</summary>
    public CancellationToken Ended { get; }

    public void Dispose()
    {
        _forget(this);
        _ended.Dispose();
    }

    internal void End()
    {
        try
        {
            _ = _ended.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself at the same moment.
        }
    }
}
