using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Chats;

/// <summary>
/// One request's files, whole in the store, with their room in the quotas. Disposing it gives everything back, and removes
/// the blobs again unless they were kept.
/// </summary>
internal sealed class ReceivedFiles(
    FileUpload upload,
    IDisposable underWay,
    QuotaReservations.Reservation reservation,
    UploadsSent sending,
    Action<UploadsSent> forget
) : IAsyncDisposable
{
    public string Caption => upload.Caption;

    /// <inheritdoc cref="FileUpload.ReplyTo"/>
    public long? ReplyTo => upload.ReplyTo;

    public IReadOnlyList<Attachment> Attachments => upload.Attachments;

    /// <summary>From now on the blobs belong to a committed message.</summary>
    public void Keep() => upload.Keep();

    /// <summary>The message is there, by this request or by one before: the room is counted in it, and resumable uploads are over.</summary>
    public void End()
    {
        reservation.Dispose();
        forget(sending);
    }

    public async ValueTask DisposeAsync()
    {
        await upload.DisposeAsync();
        sending.Dispose();
        reservation.Dispose();
        underWay.Dispose();
    }
}

/// <summary>The resumable uploads in one form; disposing it lets other forms send those that were not forgotten.</summary>
internal sealed class UploadsSent : IDisposable
{
    private readonly List<StagedUpload> _first = [];
    private readonly HashSet<Guid> _all = [];

    public IEnumerable<Guid> Ids => _all;

    /// <summary>The one whose bytes are being received; null before and after it.</summary>
    public Guid? Arriving { get; set; }

    /// <summary>Whether another request is sending one of them, a try before this one perhaps.</summary>
    public bool IsRepeat { get; private set; }

    /// <summary>Gives whether the upload's reservation is for this use of it.</summary>
    public bool Add(StagedUpload upload)
    {
        var isNew = _all.Add(upload.Ticket.Id);
        if (upload.TryBeginSending())
        {
            _first.Add(upload);
            return true;
        }

        IsRepeat |= isNew;
        return false;
    }

    public void Dispose() => _first.ForEach(upload => upload.EndSending());
}
