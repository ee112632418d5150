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
    internal const string NoText = "\uD800";

    private static readonly Refusal CutOff = InvalidForm("The form is cut off or malformed; it did not arrive whole.");

    private static readonly string[] PlainEncodings = ["binary", "8bit", "7bit"];

    private const int MaxBoundaryLength = 70; // RFC 2046, section 5.1.1

    /// <summary>Not larger: the reader never gives its buffer back, and above 85,000 bytes each one waits for a full collection.</summary>
    private const int ReadBlockSize = 64 * 1024;

    /// <summary>Ends with a broken part where it is no form, or is cut off or malformed.</summary>
    public static async IAsyncEnumerable<UploadPart> ReadPartsAsync(
        HttpRequest request,
        UploadPolicy policy,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (!BoundaryOf(request).Succeeded(out var boundary, out var refusal))
        {
            yield return UploadPart.Broken(refusal);
            yield break;
        }

        var body = new PacedStream(request.Body, time);
        var reader = new MultipartReader(boundary, body, ReadBlockSize);
        while (await NextAsync(reader, body, policy, cancellationToken) is { } part)
        {
            yield return part;
            if (part.Refusal is not null)
                yield break;
        }
    }

    /// <summary>The bare body, where it is no form.</summary>
    public static Stream BodyOf(HttpRequest request, UploadPolicy policy, TimeProvider time) =>
        new PartStream(new PacedStream(request.Body, time), policy);

    private static Result<string> BoundaryOf(HttpRequest request)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var contentType)
            || !contentType.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        )
            return InvalidForm("Files are sent as multipart/form-data.");
        return HeaderUtilities.RemoveQuotes(contentType.Boundary).Value is { Length: > 0 and <= MaxBoundaryLength } boundary
            ? boundary
            : InvalidForm($"The form's boundary is missing or longer than {MaxBoundaryLength} characters.");
    }

    /// <summary>Null at the form's end.</summary>
    private static async Task<UploadPart?> NextAsync(MultipartReader reader, PacedStream body, UploadPolicy policy, CancellationToken cancellationToken)
    {
        try
        {
            if (await reader.ReadNextSectionAsync(cancellationToken) is not { } section)
                return null;
            // The reader takes a header that is cut off for a whole one.
            return body.HasEnded ? UploadPart.Broken(CutOff) : PartOf(section, policy);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            return UploadPart.Broken(Explain(failure, policy));
        }
        catch (UploadRefusedException tooSlow)
        {
            return UploadPart.Broken(tooSlow.Refusal);
        }
    }

    private static UploadPart PartOf(MultipartSection section, UploadPolicy policy)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
            return UploadPart.Broken(InvalidForm("A part of the form has no readable Content-Disposition."));
        if (IsEncoded(section))
            return UploadPart.Broken(
                InvalidForm("A part of the form has a Content-Transfer-Encoding other than binary, 8bit or 7bit; send its bytes as they are.")
            );
        var kind = HeaderUtilities.RemoveQuotes(disposition.Name).Value switch
        {
            "file" => UploadPartKind.File,
            "thumbnail" => UploadPartKind.Thumbnail,
            "upload" => UploadPartKind.Upload,
            "from" => UploadPartKind.From,
            "text" => UploadPartKind.Caption,
            "replyTo" => UploadPartKind.ReplyTo,
            "_charset_" => UploadPartKind.Charset,
            _ => UploadPartKind.Other,
        };
        return new UploadPart(kind, FileNameOf(disposition), new PartStream(section.Body, policy)) { Charset = CharsetOf(section) };
    }

    /// <summary>RFC 7578, 4.7: nobody needs it over HTTP; kept as it is, base64 would be stored in place of the file.</summary>
    private static bool IsEncoded(MultipartSection section) =>
        section.Headers?.TryGetValue("Content-Transfer-Encoding", out var encoding) == true
        && !PlainEncodings.Contains(encoding.ToString().Trim(), StringComparer.OrdinalIgnoreCase);

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

    private static Refusal Explain(Exception failure, UploadPolicy policy) =>
        failure is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
            ? policy.RequestTooLarge()
            : CutOff;

    private static Refusal InvalidForm(string detail) => new(RefusalReason.InvalidForm, detail);

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
                throw new UploadRefusedException(Explain(failure, policy));
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
