using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>How a page shows a file of a type.</summary>
public enum Shown
{
    /// <summary>Name, icon and size; it is for downloading.</summary>
    Card,
    Picture,
    Audio,
    Video,
    Pdf,
    Text,

    /// <summary>A text of rows of values.</summary>
    Table,

    /// <summary>By the names of what is in it.</summary>
    Zip,
}

/// <summary>One row of the table of types: what an extension means, how its files begin and how people see them.</summary>
/// <param name="ContentType">What the file is served as.</param>
/// <param name="Kind">How people look for it.</param>
/// <param name="Icon">An id in <c>wwwroot/icons.svg</c>.</param>
/// <param name="Shown">What browsers can show, they show.</param>
/// <param name="Signatures">One of these must fit the first bytes; none: the file is text.</param>
public sealed record FileType(string ContentType, FileKind Kind, string Icon, Shown Shown, params Signature[] Signatures)
{
    private static readonly Signature AnyByte = new("??");

    public bool IsText => Signatures.Length == 0;

    /// <summary>Pictures, sounds and films often have one another's ending, and everybody opens them all the same.</summary>
    public bool IsMedia => Kind is FileKind.Image or FileKind.Audio or FileKind.Video;

    /// <summary>
    /// Whether a browser that follows a link to it shows it, instead of saving it: what it draws, plays or prints as it
    /// stands and never runs. Of texts only plain ones.
    /// </summary>
    public bool IsServedInline => IsMedia || Shown == Shown.Pdf || ContentType == "text/plain";

    /// <summary>Whatever its bytes are.</summary>
    public static FileType OfAnyBytes(string contentType) => new(contentType, FileKind.Document, "file", Shown.Card, AnyByte);
}
