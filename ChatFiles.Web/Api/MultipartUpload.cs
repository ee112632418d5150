using System.Runtime.CompilerServices;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ChatFiles.Web.Api;

/// <summary>Hands out a form's parts one after another as they arrive; nothing is buffered whole.</summary>
internal static class MultipartUpload
{
    private const int MaxBoundaryLength = 70; // RFC 2046, section 5.1.1

    /// <summary>Not larger: the reader never gives its buffer back, and above 85,000 bytes each one waits for a full collection.</summary>
    private const int ReadBlockSize = 64 * 1024;

    /// <exception cref="UploadRefusedException">It is no form, or it is cut off or malformed.</exception>
    public static async IAsyncEnumerable<UploadPart> ReadPartsAsync(
        HttpRequest request,
        UploadPolicy policy,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var reader = new MultipartReader(BoundaryOf(request), request.Body, ReadBlockSize);
        while (await NextAsync(reader, policy, cancellationToken) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                throw InvalidForm("A part of the form has no readable Content-Disposition.");
            var kind = HeaderUtilities.RemoveQuotes(disposition.Name).Value switch
            {
                "file" => UploadPartKind.File,
                "thumbnail" => UploadPartKind.Thumbnail,
                "upload" => UploadPartKind.Upload,
                "text" => UploadPartKind.Caption,
                _ => UploadPartKind.Other,
            };
            yield return new UploadPart(kind, FileNameOf(disposition), new PartStream(section.Body, policy));
        }
    }

    /// <summary>The bare body, where it is no form.</summary>
    public static Stream BodyOf(HttpRequest request, UploadPolicy policy) => new PartStream(request.Body, policy);

    private static string BoundaryOf(HttpRequest request)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var contentType)
            || !contentType.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        )
            throw InvalidForm("Files are sent as multipart/form-data.");
        var boundary = HeaderUtilities.RemoveQuotes(contentType.Boundary).Value;
        return boundary is { Length: > 0 and <= MaxBoundaryLength }
            ? boundary
            : throw InvalidForm($"The form's boundary is missing or longer than {MaxBoundaryLength} characters.");
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, UploadPolicy policy, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            throw Translate(failure, policy);
        }
    }

    /// <summary>
    /// The name as the sender's program wrote it: RFC 8187's <c>filename*</c> wins; programs escape a quote as
    /// <c>\"</c> or, as browsers do, as <c>%22</c>.
    /// </summary>
    private static string? FileNameOf(ContentDispositionHeaderValue disposition) =>
        disposition.FileNameStar.HasValue
            ? disposition.FileNameStar.Value
            : HeaderUtilities
                .RemoveQuotes(disposition.FileName)
                .Value?.Replace("\\\"", "\"", StringComparison.Ordinal)
                .Replace("\\\\", "\\", StringComparison.Ordinal)
                .Replace("%22", "\"", StringComparison.Ordinal);

    private static UploadRefusedException Translate(Exception failure, UploadPolicy policy) =>
        failure is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
            ? new UploadRefusedException(policy.RequestTooLarge())
            : InvalidForm("The form is cut off or malformed; it did not arrive whole.");

    private static UploadRefusedException InvalidForm(string detail) => new(new Refusal(RefusalReason.InvalidForm, detail));

    /// <summary>A part's bytes. What is wrong with the form is told apart from what is wrong with the store.</summary>
    private sealed class PartStream(Stream source, UploadPolicy policy) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await source.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException)
            {
                throw Translate(failure, policy);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
