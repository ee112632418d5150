using ChatFiles.Core.Data;
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
    Func<UploadsSent, Task> forget
) : IAsyncDisposable
{
    public string Caption => upload.Caption;

    /// <inheritdoc cref="FileUpload.ReplyTo"/>
    public long? ReplyTo => upload.ReplyTo;

    public IReadOnlyList<Attachment> Attachments => upload.Attachments;

    /// <summary>
    /// Asked within the transaction, where one message after the other is written: whether the resumable uploads are still to
    /// be sent. If so they are this message's, unless it is given up.
    /// </summary>
    public bool ClaimUploads(WriteScope scope) => sending.Claim(scope);

    /// <summary>From now on the blobs belong to a committed message.</summary>
    public void Keep()
    {
        upload.Keep();
        sending.Keep();
    }

    /// <summary>They may belong to one: nobody knows whether it was committed.</summary>
    public void LeaveBlobs() => upload.Leave();

    /// <summary>The message is there, by this request or by one before: the room is counted in it, and resumable uploads are over.</summary>
    public Task EndAsync()
    {
        reservation.Dispose();
        return forget(sending);
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
    private readonly HashSet<StagedUpload> _all = [];
    private readonly HashSet<StagedUpload> _claimed = [];

    public IEnumerable<Guid> Ids => _all.Select(upload => upload.Ticket.Id);

    /// <summary>The one whose bytes are being received; null before and after it.</summary>
    public Guid? Arriving { get; set; }

    /// <summary>Whether another request is sending one of them, a try before this one perhaps.</summary>
    public bool IsRepeat { get; private set; }

    public bool Has(StagedUpload upload) => _all.Contains(upload);

    /// <summary>All of them or none.</summary>
    public bool Claim(WriteScope scope)
    {
        foreach (var upload in _all.Except(_claimed).ToList())
        {
            if (!upload.TryClaim())
            {
                Unclaim();
                return false;
            }

            _claimed.Add(upload);
        }

        var rows = _all.Where(upload => upload.HasRow).Select(upload => $"{upload.Ticket.Id:D}").ToArray();
        if (rows.Length == 0 || scope.TakeUploads(rows))
            return true;
        Unclaim();
        return false;
    }

    /// <summary>Gives whether the upload's reservation is for this use of it.</summary>
    public bool Add(StagedUpload upload)
    {
        var isNew = _all.Add(upload);
        if (upload.TryBeginSending())
        {
            _first.Add(upload);
            return true;
        }

        IsRepeat |= isNew;
        return false;
    }

    /// <summary>What was sent stays claimed: whoever holds it still finds out that it is over.</summary>
    public void Keep() => _claimed.Clear();

    public void Dispose()
    {
        Unclaim();
        _first.ForEach(upload => upload.EndSending());
    }

    private void Unclaim()
    {
        foreach (var upload in _claimed)
            upload.Unclaim();
        _claimed.Clear();
    }
}
