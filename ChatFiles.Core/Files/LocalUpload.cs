using System.Buffers;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>On this machine's disk: the length of the file that holds its bytes is the offset, also after a crash.</summary>
/// <param name="reservation">Of the whole file, from the beginning until it is removed.</param>
internal sealed class LocalUpload(UploadTicket ticket, string path, QuotaReservations.Reservation reservation) : StagedUpload(ticket)
{
    private const int BlockSize = 128 * 1024;

    public QuotaReservations.Reservation Reservation { get; } = reservation;

    /// <inheritdoc/>
    public override ValueTask<long> OffsetAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ValueTask.FromResult(new FileInfo(path).Length);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw LocalFileStore.Translate(failure);
        }
    }

    /// <inheritdoc/>
    public override async Task<Refusal?> AppendAsync(
        Stream body,
        long offset,
        UploadTurn turn,
        UploadPolicy policy,
        FileType type,
        CancellationToken cancellationToken = default
    )
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(turn.MustGiveWay, cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            await using var part = OpenPart(FileAccess.ReadWrite);
            var head = await HeadJudge.BeginAsync(part, Ticket, policy, type);
            part.Seek(0, SeekOrigin.End);
            try
            {
                return await AppendAsync(body, part, head, buffer, ending.Token);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return turn.MustGiveWay.IsCancellationRequested ? TakenOver : Interrupted;
            }
            finally
            {
                part.Flush(flushToDisk: true);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw LocalFileStore.Translate(failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ValueTask.FromResult<Stream>(OpenPart(FileAccess.Read));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw LocalFileStore.Translate(failure);
        }
    }

    private async Task<Refusal?> AppendAsync(Stream body, FileStream part, HeadJudge head, byte[] buffer, CancellationToken ending)
    {
        var behind = new WriteBehind(part);
        while (true)
        {
            int count;
            try
            {
                count = await body.ReadAsync(buffer.AsMemory(0, BlockSize), ending);
            }
            catch (UploadRefusedException brokenOff)
            {
                return brokenOff.Refusal;
            }

            if (count == 0)
                return null;
            var fitting = (int)Math.Min(count, Ticket.Length - part.Position);
            if (head.Judge(buffer.AsSpan(0, fitting)) is { } refusal)
                return refusal;
            behind.Write(buffer.AsSpan(0, fitting));
            if (fitting < count)
                return TooLong(Ticket);
        }
    }

    private FileStream OpenPart(FileAccess access) =>
        new(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = access,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
            }
        );
}
