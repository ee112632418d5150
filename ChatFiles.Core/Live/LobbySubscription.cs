using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Live;

/// <summary>
/// One receiver's ear for what happens in all chats, as far as it matters there. It hears hints of where to look, and
/// not always every one of them: when there are too many, <see cref="LobbyNews.Anything"/> takes their place.
/// </summary>
public sealed class LobbySubscription : IChanges<LobbyNews>
{
    private const int Capacity = 128;

    private readonly Channel<LobbyNews> _news = Channel.CreateBounded<LobbyNews>(
        new BoundedChannelOptions(Capacity)
        {
            SingleReader = true,
            FullMode = BoundedChannelFullMode.Wait,
            // Whoever hears something gathers more before anything is delivered: to wait for that is not worth a thread.
            AllowSynchronousContinuations = true,
        }
    );

    private readonly Func<LobbyNews, bool> _matters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IDisposable _watch;
    private int _missedSome;

    /// <param name="matters">Asked on the dispatcher's thread: it must be quick and not throw.</param>
    internal LobbySubscription(RoomBroadcaster broadcaster, Func<LobbyNews, bool> matters, TimeProvider time, ILogger logger)
    {
        (_matters, _time, _logger) = (matters, time, logger);
        _watch = broadcaster.Watch(Put);
    }

    /// <inheritdoc/>
    public async Task DeliverAsync(Func<IReadOnlyList<LobbyNews>, Task> deliver, Func<Task> gather, CancellationToken cancellationToken)
    {
        while (await _news.Reader.WaitToReadAsync(cancellationToken))
        {
            await gather();
            cancellationToken.ThrowIfCancellationRequested();
            var heard = TakeAll();
            for (var failures = 1; !await TryAsync(() => deliver(heard), cancellationToken); failures++)
                await Pauses.WaitAsync(failures, _time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _watch.Dispose();

    private List<LobbyNews> TakeAll()
    {
        var heard = new List<LobbyNews>();
        while (_news.Reader.TryRead(out var news))
            heard.Add(news);
        return Interlocked.Exchange(ref _missedSome, 0) == 0 ? heard : [LobbyNews.Anything];
    }

    private async Task<bool> TryAsync(Func<Task> deliver, CancellationToken cancellationToken)
    {
        try
        {
            await deliver();
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            _logger.LogWarning(failure, "What happens in the chats could not be delivered to a receiver");
            return false;
        }
    }

    private void Put(LobbyNews news)
    {
        if (!_matters(news) || _news.Writer.TryWrite(news))
            return;
        Volatile.Write(ref _missedSome, 1);
        // Once more after the mark, as in RoomInbox: else nothing might wake a reader who has just emptied it all.
        _news.Writer.TryWrite(news);
    }
}
