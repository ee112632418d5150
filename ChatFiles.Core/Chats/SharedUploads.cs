using System.Buffers;
using System.Collections.Concurrent;
using ChatFiles.Core.Data.PostgreSql;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Chats;

/// <summary>
/// Resumable uploads that go on at whichever process the next request comes to: what was judged at the beginning is a row,
/// the bytes are a blob that grows, and its length is the offset. Two that append at the same place are told apart by the
/// store, which takes one of them.
/// </summary>
internal sealed class SharedUploads(UploadRows rows, IGrowingBlobs blobs, TimeProvider time) : StagedUploads
{
    /// <summary>So that requests for the same upload at this process give way to each other.</summary>
    private readonly ConcurrentDictionary<Guid, SharedUpload> _known = new();

    /// <inheritdoc/>
    internal override ValueTask<(long OfPerson, long OfChat)> ReservedAsync(string userId, long chatId) => rows.ReservedAsync(userId, chatId);

    /// <inheritdoc/>
    internal override async Task<Result<StagedUpload>> BeginAsync(string fileName, string? metadata, QuotaReservations.Reservation reservation, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var row = new UploadRow(Guid.CreateVersion7(now), reservation.UserId, reservation.ChatId, fileName, reservation.Bytes, metadata, (now + Lifetime).UtcDateTime);
        // The row first: a blob that nobody knows would stay for ever.
        if (!await rows.AddAsync(row, MaxPerPerson, cancellationToken))
            return TooMany;
        try
        {
            await blobs.CreateAsync(UploadRows.KeyOf(row.Id), cancellationToken);
        }
        catch
        {
            await rows.RemoveAsync(row.Id);
            throw;
        }

        // The row is what reserves its bytes now, at all processes.
        reservation.Dispose();
        return Known(row);
    }

    /// <inheritdoc/>
    internal override async ValueTask<StagedUpload?> FindAsync(string userId, long chatId, Guid id, CancellationToken cancellationToken) =>
        await rows.FindAsync(userId, chatId, id, time.GetUtcNow().UtcDateTime, cancellationToken) is { } row ? Known(row) : null;

    /// <inheritdoc/>
    internal override Task RemoveAsync(Guid id)
    {
        _known.TryRemove(id, out _);
        return rows.RemoveAsync(id);
    }

    /// <inheritdoc/>
    internal override async Task<int> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (id, upload) in _known)
        {
            if (upload.Ticket.ExpiresAt <= now)
                _known.TryRemove(id, out _);
        }

        return await rows.RemoveExpiredAsync(now.UtcDateTime, cancellationToken);
    }

    private SharedUpload Known(UploadRow row) =>
        _known.GetOrAdd(
            row.Id,
            _ => new SharedUpload(new UploadTicket(row.Id, row.UserId, row.ChatId, row.FileName, row.Length, row.Metadata, new DateTimeOffset(row.ExpiresAt, TimeSpan.Zero)), blobs)
        );

    private sealed class SharedUpload(UploadTicket ticket, IGrowingBlobs blobs) : StagedUpload(ticket)
    {
        /// <summary>What is stored at once: a blob grows 50,000 times at most.</summary>
        private const int BlockSize = 4 * 1024 * 1024;

        private string Key => UploadRows.KeyOf(Ticket.Id);

        /// <inheritdoc/>
        public override bool HasRow => true;

        /// <inheritdoc/>
        public override async ValueTask<long> OffsetAsync(CancellationToken cancellationToken)
        {
            await using var content = await OpenAsync(cancellationToken);
            return content.Length;
        }

        /// <inheritdoc/>
        public override async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken) =>
            await blobs.OpenAsync(Key, cancellationToken) ?? throw new StoreUnavailableException("The bytes of a resumable upload are gone.");

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
            HeadJudge head;
            await using (var part = await OpenAsync(cancellationToken))
            {
                if (part.Length != offset)
                    return TakenOver;
                head = await HeadJudge.BeginAsync(part, Ticket, policy, type);
            }

            var block = ArrayPool<byte>.Shared.Rent(BlockSize);
            try
            {
                while (true)
                {
                    var (count, end) = await FillAsync(block, body, Ticket.Length - offset, head, turn, ending.Token);
                    // To the end, also for who gives way: what has arrived is kept.
                    if (count > 0 && !await blobs.AppendAsync(Key, offset, block.AsMemory(0, count), CancellationToken.None))
                        return TakenOver;
                    offset += count;
                    if (end is not null || count < BlockSize)
                        return end;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(block);
            }
        }

        /// <summary>As many bytes as there are, up to a block, and why there are no more of them where it is not the end.</summary>
        /// <param name="room">So many belong to the upload.</param>
        private async Task<(int Count, Refusal? End)> FillAsync(byte[] block, Stream body, long room, HeadJudge head, UploadTurn turn, CancellationToken ending)
        {
            var filled = 0;
            while (filled < BlockSize)
            {
                int count;
                try
                {
                    count = await body.ReadAsync(block.AsMemory(filled, BlockSize - filled), ending);
                }
                catch (UploadRefusedException brokenOff)
                {
                    return (filled, brokenOff.Refusal);
                }
                catch (OperationCanceledException) when (ending.IsCancellationRequested)
                {
                    return (filled, turn.MustGiveWay.IsCancellationRequested ? TakenOver : Interrupted);
                }

                if (count == 0)
                    return (filled, null);
                var fitting = (int)Math.Min(count, room - filled);
                if (head.Judge(block.AsSpan(filled, fitting)) is { } refusal)
                    return (filled, refusal);
                filled += fitting;
                if (fitting < count)
                    return (filled, TooLong(Ticket));
            }

            return (filled, null);
        }
    }
}
