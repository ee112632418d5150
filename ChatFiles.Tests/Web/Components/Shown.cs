using ChatFiles.Core.Model;


namespace ChatFiles.Tests.Web.Components;

/// <summary>Messages and attachments for the components that only show them.</summary>
internal static class Shown
{
    public static readonly DateTime Noon = new(2026, 1, 5, 12, 0, 0, DateTimeKind.Utc);

    public static AttachmentView File(string name, string contentType, long size = 2048)
    {
        var id = Guid.NewGuid();
        return new AttachmentView(id, AttachmentView.PathOf(7, id), name, contentType, size, new string('a', 64), AttachmentState.Ready, null, null, null);
    }

    public static AttachmentView Picture(string name = "cat.png") => File(name, "image/png") with { Width = 640, Height = 480 };

    public static MessageView Message(long id, string text = "hello", string author = "ann", params AttachmentView[] files) =>
        new(id, 7, id, new AuthorView(author, author), text, Noon, null, false, files);
}
