using System.Text;

namespace ChatFiles.Tests.Stage;

/// <summary>A multipart form to the byte, so that a test decides what is odd about it.</summary>
internal sealed class Form
{
    private readonly MemoryStream _body = new();
    private string _boundary = "boundary";

    /// <summary>The form with its last boundary.</summary>
    public HttpContent Content => ContentOf(Whole);

    public byte[] Whole => [.. _body.ToArray(), .. Encoding.UTF8.GetBytes($"--{_boundary}--\r\n")];

    /// <summary>The form without its last boundary.</summary>
    public HttpContent WithoutEnd => ContentOf(_body.ToArray());

    public Form Boundary(string boundary)
    {
        _boundary = boundary;
        return this;
    }

    public Form File(string name, string content = "hello") => File(name, Encoding.UTF8.GetBytes(content));

    /// <param name="name">As it stands between the quotes.</param>
    public Form File(string name, byte[] content) => Part($"Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"", content);

    public Form Thumbnail(byte[] content) => Part("Content-Disposition: form-data; name=\"thumbnail\"; filename=\"t\"", content);

    /// <summary>A resumable upload by its id.</summary>
    public Form Upload(string id) => Part("Content-Disposition: form-data; name=\"upload\"", Encoding.UTF8.GetBytes(id));

    /// <summary>A file that is there already, by its path.</summary>
    public Form From(string path) => Part("Content-Disposition: form-data; name=\"from\"", Encoding.UTF8.GetBytes(path));

    public Form Text(string text) => Part("Content-Disposition: form-data; name=\"text\"", Encoding.UTF8.GetBytes(text));

    /// <param name="headers">Lines, as they go over the wire.</param>
    public Form ReplyTo(string messageId) => Part("Content-Disposition: form-data; name=\"replyTo\"", Encoding.UTF8.GetBytes(messageId));

    public Form Part(string headers, byte[] content)
    {
        _body.Write(Encoding.UTF8.GetBytes($"--{_boundary}\r\n{headers}\r\n\r\n"));
        _body.Write(content);
        _body.Write("\r\n"u8);
        return this;
    }

    public ByteArrayContent ContentOf(byte[] body, string? contentType = null)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType ?? $"multipart/form-data; boundary=\"{_boundary}\"").ShouldBeTrue();
        return content;
    }
}
