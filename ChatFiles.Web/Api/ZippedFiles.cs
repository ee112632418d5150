using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.Net.Http.Headers;

namespace ChatFiles.Web.Api;

/// <summary>Several files of a chat as one ZIP, which is put together while it is sent.</summary>
internal static class ZippedFiles
{
    private const int MaxFiles = 100;

    private static readonly Refusal NotSoMany = new(RefusalReason.InvalidQuery, $"“file” is the id of a file, 1 to {MaxFiles} times.");

    public static void MapZippedFiles(this WebApplication app) =>
        app.MapSignedIn("/chat/{chatId}/files.zip")
            .WithTags("Files")
            .MapGet("/", GetAsync)
            .Named("zipFiles", "1 to 100 ready files as one ZIP, in the order asked for")
            .Reads(new ApiParameter("file", "A file's id.") { Format = "uuid", IsMany = true, Minimum = 1, Maximum = MaxFiles, IsRequired = true })
            .Produces<Stream>(200, "application/zip")
            .Refuses(RefusalReason.FileNotFound, RefusalReason.FileMissing, RefusalReason.FileDeleted);

    private static async Task<IResult> GetAsync(
        string chatId,
        HttpRequest request,
        ClaimsPrincipal user,
        ChatDirectory directory,
        ChatService chats,
        CancellationToken cancellationToken
    )
    {
        var id = Requests.ParseId(chatId);
        var opened = await directory.GetChatAsync(user.UserId(), id, members: 0, cancellationToken);
        if (!opened.Succeeded(out var chat, out var refusal))
            return Problems.Of(refusal);
        var fileIds = request.Query["file"].Select(Requests.ParseFileId).ToList();
        if (fileIds.Count is 0 or > MaxFiles)
            return Problems.Of(NotSoMany);
        var files = new List<AttachmentView>();
        foreach (var fileId in fileIds)
        {
            // Each is asked for before the first byte goes out; from then on there is no way to refuse.
            if (!(await chats.OpenFileAsync(user.UserId(), id, fileId, cancellationToken: cancellationToken)).Succeeded(out var file, out refusal))
                return Problems.Of(refusal);
            await file.DisposeAsync();
            files.Add(file.Attachment);
        }

        return new Zip(chat, files, user.UserId(), chats);
    }

    /// <summary>Equal names, compared without case, are told apart by a number before the ending.</summary>
    internal static IEnumerable<string> NamesOf(IEnumerable<string> fileNames)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in fileNames)
        {
            var unique = name;
            for (var number = 2; !taken.Add(unique); number++)
                unique = $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}";
            yield return unique;
        }
    }

    private sealed class Zip(ChatView chat, List<AttachmentView> files, string userId, ChatService chats) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var (response, cancellationToken) = (httpContext.Response, httpContext.RequestAborted);
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName($"{chat.Name.Replace('/', '-').Replace('\\', '-')}.zip");
            response.ContentType = "application/zip";
            response.Headers.ContentDisposition = disposition.ToString();
            response.Headers.CacheControl = "private, no-store";
            await using var zip = await ZipArchive.CreateAsync(new Body(response.BodyWriter), ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
            foreach (var (file, name) in files.Zip(NamesOf(files.Select(file => file.FileName!))))
            {
                if (!(await chats.OpenFileAsync(userId, chat.Id, file.Id, cancellationToken: cancellationToken)).Succeeded(out var opened, out _))
                {
                    // It vanished since it was asked for: a download that breaks off is known to be none.
                    httpContext.Abort();
                    return;
                }

                httpContext.RequestServices.GetRequiredService<AuditLog>().NoteDownload(userId, file.Id, file.FileName!, chat.Id);
                httpContext.RequestServices.GetRequiredService<FileOpenings>().Note(userId, file.Id);
                await using var open = opened;
                await using var entry = await zip.CreateEntry(name, CompressionLevel.NoCompression).OpenAsync(cancellationToken);
                await opened.Content.CopyToAsync(entry, 128 * 1024, cancellationToken);
            }
        }
    }

    /// <summary>The answer's body for a writer that puts a few bytes behind each file without waiting: they go out with the next ones.</summary>
    internal sealed class Body(PipeWriter writer) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => writer.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => writer.Write(buffer.AsSpan(offset, count));

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            writer.Write(buffer.Span);
            await writer.FlushAsync(cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() { }

        public override async Task FlushAsync(CancellationToken cancellationToken) => await writer.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
