namespace ChatFiles.Web.Accounts;

/// <summary>
/// Passwords of one account are looked at one after another, each after the one before was counted: who guesses in
/// parallel gets no more guesses than who does it in a row.
/// </summary>
public sealed class GuessTurns
{
    /// <summary>A fixed number, because accounts are many; that two share a turn now and then costs one of them a moment.</summary>
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>The account's turn, until it is disposed.</summary>
    public async Task<IDisposable> EnterAsync(string userId)
    {
        var turn = _turns[(uint)userId.GetHashCode(StringComparison.Ordinal) % _turns.Length];
        await turn.WaitAsync();
        return new Turn(turn);
    }

    private sealed class Turn(SemaphoreSlim semaphore) : IDisposable
    {
        private SemaphoreSlim? _semaphore = semaphore;

        public void Dispose() => Interlocked.Exchange(ref _semaphore, null)?.Release();
    }
}
