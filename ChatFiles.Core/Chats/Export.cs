using System.Globalization;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>What an export has come to.</summary>
/// <param name="Missing">Files whose bytes are gone although nobody deleted them.</param>
public sealed record ExportFigures(int Messages, int Files, int Missing);

/// <summary>
/// An export on its way (docs/export.md): one ZIP, put together while it is written, in little memory however large it is.
/// The messages go by pages, each page behind its files, so that what a line says of a file holds.
/// </summary>
public sealed class Export : IDisposable
{
    private const int PageSize = 200;
    private const int BlockSize = 128 * 1024;

    /// <summary>What no system takes as a part of a file's name, beside control characters.</summary>
    private const string NotInNames = "\\/:*?\"<>|";

    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL"];

    /// <summary>As the API writes it, but so that people can read it.</summary>
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly ExportSubject _subject;
    private readonly IDbContextFactory<ChatDbContext> _databases;
    private readonly TrustedBlobs _blobs;
    private readonly DateTime _at;
    private readonly Action _ended;
    private readonly List<MissingFile> _missing = [];
    private int _messages;
    private int _files;

    internal Export(ExportSubject subject, IDbContextFactory<ChatDbContext> databases, TrustedBlobs blobs, DateTime at, Action ended) =>
        (_subject, _databases, _blobs, _at, _ended) = (subject, databases, blobs, at, ended);

    /// <summary>What the ZIP may be called.</summary>
    public string FileName => $"{NameInZip(_subject.Name)} {_at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.zip";

    public void Dispose() => _ended();

    /// <summary>Writes all of it. What throws leaves a ZIP that is none: the figures, and its directory, come last.</summary>
    /// <param name="broken">Called before a failure closes the ZIP, which would make it look whole.</param>
    public async Task<ExportFigures> WriteAsync(Stream target, Action broken, CancellationToken cancellationToken = default)
    {
        await using var zip = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        try
        {
            if (_subject.ChatId is { } chatId)
                await WriteChatAsync(zip, chatId, cancellationToken);
            else
                await WritePersonAsync(zip, _subject.UserId!, cancellationToken);
            await WriteMessagesAsync(zip, cancellationToken);
            await WriteLinesAsync(zip, "export.json", [new { Format = 1, ExportedAt = _at, Of = _subject, Messages = _messages, Files = _files, Missing = _missing }], cancellationToken);
            return new ExportFigures(_messages, _files, _missing.Count);
        }
        catch
        {
            broken();
            throw;
        }
    }

    /// <summary>A name that all systems take, and that leads nowhere.</summary>
    internal static string NameInZip(string name)
    {
        var safe = string.Concat(name.Select(c => NotInNames.Contains(c) || char.IsControl(c) ? '_' : c)).TrimEnd('.', ' ').TrimStart(' ');
        var stem = safe.Split('.')[0].TrimEnd();
        var isDevice = Devices.Contains(stem, StringComparer.OrdinalIgnoreCase) || stem.Length == 4 && char.IsDigit(stem[3]) && stem[..3].ToUpperInvariant() is "COM" or "LPT";
        return safe.Length == 0 || isDevice || safe[0] == '.' ? "_" + safe : safe;
    }

    private async Task WriteChatAsync(ZipArchive zip, long chatId, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var chat = await db.Chats.Where(c => c.Id == chatId).Select(c => new { c.Id, _subject.Name, Direct = c.DirectKey != null, c.Open, c.KeepDays, c.CreatedAt }).ToListAsync(cancellationToken);
        await WriteLinesAsync(zip, "chat.json", chat, cancellationToken);
        var members = await db
            .Members.Where(m => m.ChatId == chatId)
            .OrderBy(m => m.UserId)
            .Select(m => new { m.UserId, Name = m.User.DisplayName, m.User.Email, m.Role, m.JoinedAt })
            .ToListAsync(cancellationToken);
        await WriteLinesAsync(zip, "members.jsonl", members, cancellationToken);
    }

    private async Task WritePersonAsync(ZipArchive zip, string userId, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var person = await db
            .Users.Where(p => p.Id == userId)
            .Join(db.PersonStates, p => p.Id, s => s.UserId, (p, s) => new { UserId = p.Id, p.Email, Name = p.DisplayName, p.Active, s.CreatedAt, s.LastSeenAt, s.StorageBytes })
            .ToListAsync(cancellationToken);
        await WriteLinesAsync(zip, "person.json", person, cancellationToken);
        var rows = await db.Members.Where(m => m.UserId == userId).OrderBy(m => m.ChatId).Select(m => new { m.Chat.Id, m.Chat.Name, m.Chat.DirectKey, m.Role, m.JoinedAt }).ToListAsync(cancellationToken);
        var direct = await db.DirectNamesAsync(userId, rows.Select(r => r.DirectKey).OfType<string>(), cancellationToken);
        var chats = rows.ConvertAll(r => new { r.Id, Name = r.DirectKey is null ? r.Name : direct[r.DirectKey], Direct = r.DirectKey is not null, r.Role, r.JoinedAt });
        await WriteLinesAsync(zip, "chats.jsonl", chats, cancellationToken);
        var reactions = await db
            .Reactions.Where(r => r.UserId == userId)
            .OrderBy(r => r.Id)
            .Join(db.Messages, r => r.MessageId, m => m.Id, (r, m) => new { m.ChatId, r.MessageId, r.Emoji })
            .ToListAsync(cancellationToken);
        await WriteLinesAsync(zip, "reactions.jsonl", reactions, cancellationToken);
    }

    private async Task WriteMessagesAsync(ZipArchive zip, CancellationToken cancellationToken)
    {
        long after = 0, last;
        await using (var db = await _databases.CreateDbContextAsync(cancellationToken))
            last = await Messages(db).MaxAsync(m => (long?)m.Id, cancellationToken) ?? 0;
        for (var page = 1; after < last; page++)
        {
            List<MessageView> messages;
            Dictionary<Guid, Attachment> attachments;
            await using (var db = await _databases.CreateDbContextAsync(cancellationToken))
            {
                await using var moment = await db.HoldMomentAsync(cancellationToken);
                messages = await Messages(db).Where(m => m.Id > after && m.Id <= last).OrderBy(m => m.Id).Take(PageSize).ToViewsAsync(db, cancellationToken);
                var ids = messages.ConvertAll(m => m.Id);
                attachments = await db.Attachments.AsNoTracking().Where(a => ids.Contains(a.MessageId) && a.State != AttachmentState.Deleted).ToDictionaryAsync(a => a.Id, cancellationToken);
            }

            if (messages.Count == 0)
                return;
            after = messages[^1].Id;
            var lines = new List<object>();
            foreach (var message in messages.Where(m => !m.Deleted))
                lines.Add(await WriteFilesAsync(zip, message, attachments, cancellationToken));
            _messages += lines.Count;
            await WriteLinesAsync(zip, string.Create(CultureInfo.InvariantCulture, $"messages/{page:D6}.jsonl"), lines, cancellationToken);
        }
    }

    private IQueryable<Message> Messages(ChatDbContext db) =>
        _subject.ChatId is { } chatId ? db.Messages.Where(m => m.ChatId == chatId) : db.Messages.Where(m => m.AuthorId == _subject.UserId);

    /// <summary>The message's files, and then its line.</summary>
    private async Task<object> WriteFilesAsync(ZipArchive zip, MessageView message, Dictionary<Guid, Attachment> attachments, CancellationToken cancellationToken)
    {
        var (kept, written, taken) = (new List<AttachmentView>(), new List<object>(), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var view in message.Attachments)
        {
            if (!attachments.TryGetValue(view.Id, out var file))
                continue;
            var folder = string.Create(CultureInfo.InvariantCulture, $"files/{message.ChatId}/{message.Id}/");
            string? path = folder + UniqueName(NameInZip(file.FileName), taken);
            if (!await WriteFileAsync(zip, path, file, cancellationToken))
            {
                // Its chat has let go of it meanwhile, or its bytes have vanished.
                if (await IsDeletedAsync(file.Id, cancellationToken))
                    continue;
                path = null;
                _missing.Add(new MissingFile(file.Id, file.FileName, message.Id, message.ChatId));
            }

            kept.Add(view);
            written.Add(new { file.Id, Path = path });
        }

        // What is quoted of others is not this person's, and who else reacted is not either.
        var reactions = _subject.UserId is null ? message.Reactions : [.. message.Reactions.Select(r => r with { Users = [] })];
        var quoted = _subject.UserId is null ? message.ReplyTo : message.ReplyTo is { } reply ? reply with { Text = "", FileName = null } : null;
        return new { Message = message with { Attachments = kept, ReplyTo = quoted, Reactions = reactions }, Files = written };
    }

    private async Task<bool> WriteFileAsync(ZipArchive zip, string path, Attachment file, CancellationToken cancellationToken)
    {
        if (await _blobs.OpenAsync(file, cancellationToken) is not { } blob)
            return false;
        await using var open = blob;
        await using var entry = await zip.CreateEntry(path, CompressionLevel.NoCompression).OpenAsync(cancellationToken);
        await blob.Content.CopyToAsync(entry, BlockSize, cancellationToken);
        _files++;
        return true;
    }

    private async Task<bool> IsDeletedAsync(Guid fileId, CancellationToken cancellationToken)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        return !await db.Attachments.AnyAsync(a => a.Id == fileId && a.State != AttachmentState.Deleted, cancellationToken);
    }

    private static string UniqueName(string name, HashSet<string> taken)
    {
        var unique = name;
        for (var number = 2; !taken.Add(unique); number++)
            unique = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}");
        return unique;
    }

    private static async Task WriteLinesAsync<T>(ZipArchive zip, string name, IEnumerable<T> lines, CancellationToken cancellationToken)
    {
        await using var entry = await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellationToken);
        foreach (var line in lines)
        {
            await entry.WriteAsync(JsonSerializer.SerializeToUtf8Bytes<object?>(line, Json), cancellationToken);
            await entry.WriteAsync("\n"u8.ToArray(), cancellationToken);
        }
    }

    private sealed record MissingFile(Guid FileId, string FileName, long MessageId, long ChatId);
}
