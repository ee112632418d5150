namespace ChatFiles.Core.Live;

/// <summary>What happens to something that somebody follows, from the moment at which following it began. Dispose it to leave.</summary>
/// <typeparam name="TChange">One thing that happened.</typeparam>
public interface IChanges<TChange> : IDisposable
{
    /// <summary>
    /// Hands all changes to <paramref name="deliver"/>, in their order: as many as there are by then, at once. A delivery
    /// that throws is tried again with growing pauses, so that it must bear being repeated. Ends when there is nothing to
    /// follow any more.
    /// </summary>
    /// <param name="gather">Called when something has come: what comes until its end is one delivery with it.</param>
    Task DeliverAsync(Func<IReadOnlyList<TChange>, Task> deliver, Func<Task> gather, CancellationToken cancellationToken);
}
