using System.Collections.Concurrent;
using System.Text.Json;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>
/// Resumable uploads of one process. Whatever the file store is, they lie on this machine's disk, each as two files: <c>{id}.part</c> with the bytes so far, <c>{id}.json</c> saying whose they are. What is kept in
/// memory is only what these files say.
/// </summary>
internal sealed class LocalUploads(string folder, QuotaReservations reservations, TimeProvider time) : StagedUploads
{
    private readonly ConcurrentDictionary<Guid, LocalUpload> _uploads = new();
    private readonly Lock _beginning = new();

    /// <summary>
    /// Finds what earlier processes left, which counts against the quotas again, and discards what a crash left halfway.
    /// Before anything else is called.
    /// </summary>
    internal override void Load()
    {
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.EnumerateFiles(folder, "*.json"))
        {
            if (Read(path) is { } ticket && File.Exists(PartOf(ticket.Id)))
                _uploads[ticket.Id] = new LocalUpload(ticket, PartOf(ticket.Id), reservations.OpenAnyway(ticket.UserId, ticket.ChatId, ticket.Length));
            else
                File.Delete(path);
        }

        foreach (var path in Directory.EnumerateFiles(folder, "*.part"))
        {
            if (!Guid.TryParseExact(Path.GetFileNameWithoutExtension(path), "D", out var id) || !_uploads.ContainsKey(id))
                File.Delete(path);
        }
    }

    /// <inheritdoc/>
    internal override Task<Result<StagedUpload>> BeginAsync(string fileName, string? metadata, QuotaReservations.Reservation reservation, CancellationToken cancellationToken) =>
        Task.FromResult(Begin(fileName, metadata, reservation));

    private Result<StagedUpload> Begin(string fileName, string? metadata, QuotaReservations.Reservation reservation)
    {
        var now = time.GetUtcNow();
        var (userId, chatId, length) = (reservation.UserId, reservation.ChatId, reservation.Bytes);
        var ticket = new UploadTicket(Guid.CreateVersion7(now), userId, chatId, fileName, length, metadata, now + Lifetime);
        lock (_beginning)
        {
            if (_uploads.Values.Count(u => u.Ticket.UserId == userId) >= MaxPerPerson)
                return TooMany;
            try
            {
                File.Create(PartOf(ticket.Id)).Dispose();
                File.WriteAllText(TicketOf(ticket.Id), JsonSerializer.Serialize(ticket));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LocalFileStore.TryDelete(TicketOf(ticket.Id));
                LocalFileStore.TryDelete(PartOf(ticket.Id));
                throw LocalFileStore.Translate(failure);
            }

            return _uploads[ticket.Id] = new LocalUpload(ticket, PartOf(ticket.Id), reservation);
        }
    }

    /// <inheritdoc/>
    internal override ValueTask<StagedUpload?> FindAsync(string userId, long chatId, Guid id, CancellationToken cancellationToken) =>
        ValueTask.FromResult<StagedUpload?>(
            _uploads.TryGetValue(id, out var upload)
            && upload.Ticket.UserId == userId
            && upload.Ticket.ChatId == chatId
            && upload.Ticket.ExpiresAt > time.GetUtcNow()
                ? upload
                : null
        );

    /// <inheritdoc/>
    internal override Task RemoveAsync(Guid id)
    {
        Remove(id);
        return Task.CompletedTask;
    }

    private void Remove(Guid id)
    {
        try
        {
            // What has no ticket is discarded at the next start, so the ticket goes first.
            File.Delete(TicketOf(id));
            _uploads.TryRemove(id, out var upload);
            using var givenBack = upload?.Reservation;
            File.Delete(PartOf(id));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw LocalFileStore.Translate(failure);
        }
    }

    /// <inheritdoc/>
    internal override async Task<int> RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        var expired = _uploads.Values.Where(u => u.Ticket.ExpiresAt <= time.GetUtcNow()).ToList();
        foreach (var upload in expired)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entered = await upload.EnterAsync();
            if (!entered.Succeeded(out var turn, out _))
                continue;
            using var mine = turn;
            Remove(upload.Ticket.Id);
        }

        return expired.Count;
    }

    private static UploadTicket? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<UploadTicket>(File.ReadAllText(path));
        }
        catch (JsonException)
        {
            return null; // half-written
        }
    }

    private string PartOf(Guid id) => Path.Combine(folder, $"{id:D}.part");

    private string TicketOf(Guid id) => Path.Combine(folder, $"{id:D}.json");
}
