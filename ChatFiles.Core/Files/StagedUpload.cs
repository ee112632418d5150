using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>What was judged when a resumable upload began; it lies beside the bytes.</summary>
/// <param name="FileName">Cleaned.</param>
/// <param name="Length">Bytes of the whole file.</param>
/// <param name="Metadata">What its creator wrote into the header Upload-Metadata, word for word.</param>
internal sealed record UploadTicket(
    Guid Id,
    string UserId,
    long ChatId,
    string FileName,
    long Length,
    string? Metadata,
    DateTimeOffset ExpiresAt
);

/// <summary>A resumable upload. How many bytes are stored is the offset at which it goes on, so that there is nothing else to keep in step with it.</summary>
internal abstract class StagedUpload(UploadTicket ticket)
{
    public static readonly Refusal TakenOver = new(
        RefusalReason.OffsetConflict,
        "A newer request has taken this upload over. Ask for the offset with HEAD and go on from there."
    );

    private protected static readonly Refusal Interrupted = new(
        RefusalReason.StorageUnavailable,
        "The server ends; what has arrived is kept. Ask for the offset with HEAD and go on from there."
    );

    /// <summary>Whoever is told to give way only has to flush what they have.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private UploadTurn? _newest;
    private bool _isBeingSent;
    private bool _isClaimed;

    public UploadTicket Ticket { get; } = ticket;

    /// <summary>How many bytes are there.</summary>
    public abstract ValueTask<long> OffsetAsync(CancellationToken cancellationToken);

    /// <summary>
    /// One request at a time is at an upload, and the newest wins: after a network cut the server may still hold the
    /// connection that the client has given up, and what it asks on a new one must be true when it is answered.
    /// </summary>
    /// <returns>A refusal where a still newer one has come meanwhile.</returns>
    /// <exception cref="TimeoutException">The one before did not give way.</exception>
    public async Task<Result<UploadTurn>> EnterAsync()
    {
        var mine = new UploadTurn();
        var before = Interlocked.Exchange(ref _newest, mine);
        if (before is null)
            return mine;
        before.GiveWay();
        try
        {
            await before.Over.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _ = before.Over.ContinueWith(_ => mine.Dispose(), TaskScheduler.Default);
            throw;
        }

        if (!mine.MustGiveWay.IsCancellationRequested)
            return mine;
        mine.Dispose();
        return TakenOver;
    }

    /// <summary>
    /// Appends what arrives, until it ends or breaks off; what had arrived by then is kept, and durable. A refusal for
    /// what the bytes are is final: the upload can't be gone on with.
    /// </summary>
    /// <param name="body">Throws no <see cref="IOException"/>: that would be taken for the disk's.</param>
    /// <param name="offset">Where the bytes belong; the caller has seen that the upload ends there.</param>
    /// <param name="turn">Of this request.</param>
    /// <param name="policy">Judges the first bytes before they are written; so what is on the disk has been judged.</param>
    /// <param name="type">What the name says it is.</param>
    /// <param name="cancellationToken">Ends it as if the client had broken off.</param>
    public abstract Task<Refusal?> AppendAsync(
        Stream body,
        long offset,
        UploadTurn turn,
        UploadPolicy policy,
        FileType type,
        CancellationToken cancellationToken = default
    );

    /// <summary>It has a row in the database: whoever deletes that has the upload.</summary>
    public virtual bool HasRow => false;

    /// <summary>The bytes from the first on.</summary>
    public abstract ValueTask<Stream> OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Lets one form at a time send it as bytes that are reserved already. What the form writes until it is committed is
    /// a second copy; any more of them need room of their own.
    /// </summary>
    public bool TryBeginSending() => !Interlocked.Exchange(ref _isBeingSent, true);

    /// <summary>The form that could begin has ended, one way or the other.</summary>
    public void EndSending() => Interlocked.Exchange(ref _isBeingSent, false);

    /// <summary>Makes it one message's: of those that hold it at the same time, the first that is written.</summary>
    public bool TryClaim() => !Interlocked.Exchange(ref _isClaimed, true);

    /// <summary>That message did not come to be.</summary>
    public void Unclaim() => Interlocked.Exchange(ref _isClaimed, false);

    public static Refusal TooLong(UploadTicket ticket) =>
        new(RefusalReason.FileTooLarge, $"“{ticket.FileName}” was announced with {ticket.Length:N0} bytes; there are more.");

    /// <summary>Puts the first bytes together from wherever the requests cut them, and looks for NUL in every block of a text.</summary>
    private protected sealed class HeadJudge(UploadTicket ticket, UploadPolicy policy, FileType type)
    {
        private readonly byte[] _head = new byte[Math.Min(FileTypes.HeadLength, ticket.Length)];
        private int _length;

        /// <param name="part">What is there already.</param>
        public static async Task<HeadJudge> BeginAsync(Stream part, UploadTicket ticket, UploadPolicy policy, FileType type)
        {
            var judge = new HeadJudge(ticket, policy, type);
            judge._length = await part.ReadAtLeastAsync(judge._head, judge._head.Length, throwOnEndOfStream: false);
            return judge;
        }

        /// <summary>What only the end shows, and all of UTF-16, is judged when it is sent.</summary>
        public Refusal? Judge(ReadOnlySpan<byte> block)
        {
            var isOpen = _length < _head.Length;
            var taken = Math.Min(_head.Length - _length, block.Length);
            block[..taken].CopyTo(_head.AsSpan(_length));
            _length += taken;
            var head = _head.AsSpan(0, _length);
            if (type.IsText && !TextCheck.IsUtf16(head) && block.Contains((byte)0))
                return policy.NotWhatItSays(ticket.FileName);
            return isOpen && policy.Judge(type, head, isWhole: _length == _head.Length).Fit == Fit.No ? policy.NotWhatItSays(ticket.FileName) : null;
        }
    }
}

/// <summary>A request's time with an upload; disposing it lets the next one in.</summary>
internal sealed class UploadTurn : IDisposable
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Has no timer and nobody's handle, so there is nothing to dispose of; and it may be cancelled after the end.
    private readonly CancellationTokenSource _giveWay = new();

    public CancellationToken MustGiveWay => _giveWay.Token;

    public Task Over => _over.Task;

    public void GiveWay() => _giveWay.Cancel();

    public void Dispose() => _over.TrySetResult();
}
