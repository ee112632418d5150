namespace ChatFiles.Core.Data;

/// <summary>A change that waits for its turn.</summary>
/// <param name="chatId">The chat that it changes; null: none, or none that is known before.</param>
internal abstract class PendingWrite(string who, long? chatId)
{
    private int _begun;

    public string Who { get; } = who;

    public long? ChatId { get; } = chatId;

    /// <summary>Of whoever asked for it: it may run on the turn of another.</summary>
    public string? CallerAddress { get; } = Caller.Address;

    /// <summary>Either whoever has the turn begins it or its caller withdraws it; never both.</summary>
    public bool TryBegin() => Interlocked.Exchange(ref _begun, 1) == 0;

    public bool TryWithdraw() => TryBegin();

    /// <summary>Runs the change; false when it threw and must be rolled back.</summary>
    public abstract Task<bool> RunAsync(WriteScope scope);

    /// <summary>What the change has thrown; null where it has not.</summary>
    public abstract Exception? Failure { get; }

    public abstract void Complete();

    public abstract void Fail(Exception failure);
}

/// <inheritdoc/>
internal sealed class PendingWrite<T>(string who, long? chatId, Func<WriteScope, Task<T>> change) : PendingWrite(who, chatId)
{
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _value = default!;
    private Exception? _failure;

    public Task<T> Outcome => _outcome.Task;

    public override Exception? Failure => _failure;

    public override async Task<bool> RunAsync(WriteScope scope)
    {
        _failure = null;
        try
        {
            _value = await change(scope);
            return true;
        }
        catch (Exception failure)
        {
            _failure = failure;
            return false;
        }
    }

    public override void Complete()
    {
        if (_failure is null)
            _outcome.TrySetResult(_value);
        else
            _outcome.TrySetException(_failure);
    }

    public override void Fail(Exception failure) => _outcome.TrySetException(_failure ?? failure);
}
