using System.Runtime.CompilerServices;

namespace ChatFiles.Core.Data;

/// <summary>The one way to write.</summary>
public abstract class DatabaseWriter : IDisposable
{
    /// <summary>Longer than this nobody waits for the database; it counts as unavailable then.</summary>
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <summary>
    /// Raised after each commit, in the order of the commits, before anybody else can commit: handlers must be quick, must
    /// not throw and must not write.
    /// </summary>
    public event Action<Commit>? Committed;

    /// <summary>
    /// Runs <paramref name="change"/> in a transaction and returns when it is durable. A change that throws leaves
    /// nothing behind and disturbs no other. Once begun it is not cancelled any more.
    /// </summary>
    /// <param name="who">Named in the log when it does not come to an end.</param>
    /// <exception cref="TimeoutException">The database did not take the write in time; nothing was written.</exception>
    public Task<T> WriteAsync<T>(
        Func<ChatDbContext, Task<T>> change,
        CancellationToken cancellationToken = default,
        [CallerMemberName] string who = ""
    ) => WriteAsync(new PendingWrite<T>(who, chatId: null, scope => change(scope.Db)), cancellationToken);

    /// <summary>The same for a change of a chat: nobody else changes it meanwhile, and others are not waited for where more than one can write.</summary>
    /// <inheritdoc cref="WriteAsync{T}(Func{ChatDbContext, Task{T}}, CancellationToken, string)"/>
    public Task<T> WriteAsync<T>(
        long chatId,
        Func<ChatDbContext, Task<T>> change,
        CancellationToken cancellationToken = default,
        [CallerMemberName] string who = ""
    ) => WriteAsync(new PendingWrite<T>(who, chatId, scope => change(scope.Db)), cancellationToken);

    /// <inheritdoc cref="WriteAsync{T}(Func{ChatDbContext, Task{T}}, CancellationToken, string)"/>
    public Task WriteAsync(
        Func<ChatDbContext, Task> change,
        CancellationToken cancellationToken = default,
        [CallerMemberName] string who = ""
    ) =>
        WriteAsync(
            async db =>
            {
                await change(db);
                return true;
            },
            cancellationToken,
            who
        );

    /// <summary>The same for changes that prepared statements make.</summary>
    /// <param name="chatId">Null where it changes none.</param>
    internal Task<T> WriteDirectlyAsync<T>(
        long? chatId,
        Func<WriteScope, T> change,
        CancellationToken cancellationToken = default,
        [CallerMemberName] string who = ""
    ) => WriteAsync(new PendingWrite<T>(who, chatId, scope => Task.FromResult(change(scope))), cancellationToken);

    /// <inheritdoc cref="WriteDirectlyAsync{T}(long?, Func{WriteScope, T}, CancellationToken, string)"/>
    internal Task<T> WriteDirectlyAsync<T>(
        Func<WriteScope, T> change,
        CancellationToken cancellationToken = default,
        [CallerMemberName] string who = ""
    ) => WriteDirectlyAsync(chatId: null, change, cancellationToken, who);

    /// <summary>For contexts that are not the writer's own (those of ASP.NET Core Identity): their turn, until disposed.</summary>
    internal abstract Task<IDisposable> EnterAsync(CancellationToken cancellationToken, [CallerMemberName] string who = "");

    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<T> WriteAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken);

    /// <summary>What becomes of a write that waits for its turn. Who has given up before it began has written nothing.</summary>
    /// <param name="afterPatience">So long somebody waits whose change has begun when their patience ends.</param>
    private protected static async Task<T> OutcomeOfAsync<T>(PendingWrite<T> write, TimeSpan afterPatience, CancellationToken cancellationToken)
    {
        try
        {
            return await write.Outcome.WaitAsync(Patience, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && write.TryWithdraw())
        {
            throw;
        }
        catch (TimeoutException late) when (write.TryWithdraw())
        {
            throw new TimeoutException("The database did not take the write in time.", late);
        }
        catch (Exception failure) when (failure is OperationCanceledException or TimeoutException)
        {
            await Task.WhenAny(write.Outcome, Task.Delay(afterPatience, CancellationToken.None));
            return write.Outcome.IsCompleted ? await write.Outcome : throw new OutcomeUnknownException(failure);
        }
    }

    private protected void Tell(Commit commit) => Committed?.Invoke(commit);

    protected abstract void Dispose(bool isDisposing);
}
