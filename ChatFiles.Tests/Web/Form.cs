using System.Net.Http.Headers;
using System.Text;

namespace ChatFiles.Tests.Web;

/// <summary>A multipart form, byte by byte, so that it can also be a wrong one.</summary>
public sealed class Form(string boundary = "----frontier")
{
    private readonly MemoryStream _body = new();
    private bool _isOpen = true;

    public Form File(string fileName, byte[] bytes) =>
        Part($"Content-Disposition: form-data; name=\"file\"; filename=\"{fileName}\"\r\nContent-Type: application/octet-stream", bytes);

    public Form Caption(string text) => Part("Content-Disposition: form-data; name=\"text\"", Encoding.UTF8.GetBytes(text));

    public Form Thumbnail(byte[] bytes) => Part("Content-Disposition: form-data; name=\"thumbnail\"; filename=\"t\"", bytes);

    public Form Other(string name = "other") => Part($"Content-Disposition: form-data; name=\"{name}\"", [1]);

    public Form Part(string headers, byte[] bytes)
    {
        Write($"--{boundary}\r\n{headers}\r\n\r\n");
        _body.Write(bytes);
        Write("\r\n");
        return this;
    }

    /// <summary>Leaves the final boundary out.</summary>
    public Form CutOff()
    {
        _isOpen = false;
        return this;
    }

    public byte[] ToBytes() => [.. _body.ToArray(), .. _isOpen ? Encoding.ASCII.GetBytes($"--{boundary}--\r\n") : []];

    public HttpContent ToContent(string? contentType = null)
    {
        var content = new ByteArrayContent(ToBytes());
        content.Headers.TryAddWithoutValidation("Content-Type", contentType ?? $"multipart/form-data; boundary=\"{boundary}\"");
        return content;
    }

    /// <summary>The same without a declared length.</summary>
    public HttpContent ToChunkedContent()
    {
        var content = new UndeclaredContent(ToBytes());
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary=\"{boundary}\"");
        return content;
    }

    private void Write(string text) => _body.Write(Encoding.UTF8.GetBytes(text));

    private sealed class UndeclaredContent(byte[] bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => await stream.WriteAsync(bytes);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
