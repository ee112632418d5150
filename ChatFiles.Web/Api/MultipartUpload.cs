using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ChatFiles.Web.Api;

/// <summary>Hands out a form's parts one after another as they arrive; nothing is buffered whole.</summary>
internal static class MultipartUpload
{
    /// <summary>Half a character, which no name holds: the rules for names refuse it in words.</summary>
    private const string NoText = "\uD800";

    private static readonly string[] PlainEncodings = ["binary", "8bit", "7bit"];

    private const int MaxBoundaryLength = 70; // RFC 2046, section 5.1.1

    /// <summary>Not larger: the reader never gives its buffer back, and above 85,000 bytes each one waits for a full collection.</summary>
    private const int ReadBlockSize = 64 * 1024;

    /// <exception cref="UploadRefusedException">It is no form, or it is cut off or malformed.</exception>
    public static async IAsyncEnumerable<UploadPart> ReadPartsAsync(
        HttpRequest request,
        UploadPolicy policy,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var reader = new MultipartReader(BoundaryOf(request), new PacedStream(request.Body, time), ReadBlockSize);
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
                "_charset_" => UploadPartKind.Charset,
                _ => UploadPartKind.Other,
            };
            CheckTransferEncoding(section);
            yield return new UploadPart(kind, FileNameOf(disposition), new PartStream(section.Body, policy)) { Charset = CharsetOf(section) };
        }
    }

    /// <summary>The bare body, where it is no form.</summary>
    public static Stream BodyOf(HttpRequest request, UploadPolicy policy, TimeProvider time) =>
        new PartStream(new PacedStream(request.Body, time), policy);

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

    /// <summary>RFC 7578, 4.7: nobody needs it over HTTP; kept as it is, base64 would be stored in place of the file.</summary>
    private static void CheckTransferEncoding(MultipartSection section)
    {
        if (section.Headers?.TryGetValue("Content-Transfer-Encoding", out var encoding) != true)
            return;
        if (!PlainEncodings.Contains(encoding.ToString().Trim(), StringComparer.OrdinalIgnoreCase))
            throw InvalidForm("A part of the form has a Content-Transfer-Encoding other than binary, 8bit or 7bit; send its bytes as they are.");
    }

    private static string? CharsetOf(MultipartSection section) =>
        MediaTypeHeaderValue.TryParse(section.ContentType, out var type) && type.Charset.HasValue
            ? HeaderUtilities.RemoveQuotes(type.Charset).Value
            : null;

    /// <summary>
    /// The name as the sender's program wrote it: <c>filename*</c> (RFC 8187) wins; programs escape a quote as <c>\"</c>
    /// or, as browsers do, as <c>%22</c>.
    /// </summary>
    private static string? FileNameOf(ContentDispositionHeaderValue disposition) =>
        ExtendedNameOf(disposition)
        ?? HeaderUtilities
            .RemoveQuotes(disposition.FileName)
            .Value?.Replace("\\\"", "\"", StringComparison.Ordinal)
            .Replace("\\\\", "\\", StringComparison.Ordinal)
            .Replace("%22", "\"", StringComparison.Ordinal)
            // The reader of the form puts this in the place of bytes that are not UTF-8.
            .Replace("\uFFFD", NoText, StringComparison.Ordinal);

    /// <summary>Null when there is none that can be told apart from a plain name.</summary>
    private static string? ExtendedNameOf(ContentDispositionHeaderValue disposition)
    {
        var extended = disposition.Parameters.FirstOrDefault(p => p.Name.Equals("filename*", StringComparison.OrdinalIgnoreCase))?.Value;
        if (HeaderUtilities.RemoveQuotes(extended ?? "").Value?.Split('\'', 3) is not [var charset, _, var value])
            return null;
        return Charsets.Find(charset) is { } encoding && Charsets.Decode(encoding, PercentDecode(value)) is { } name ? name : NoText;
    }

    private static byte[] PercentDecode(string text)
    {
        var encoded = Encoding.UTF8.GetBytes(text);
        var decoded = new List<byte>(encoded.Length);
        for (var i = 0; i < encoded.Length; i++)
        {
            var isEscape = encoded[i] == '%' && i + 2 < encoded.Length;
            if (isEscape && byte.TryParse(encoded.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                decoded.Add(value);
                i += 2;
            }
            else
            {
                decoded.Add(encoded[i]);
            }
        }

        return [.. decoded];
    }

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
