namespace ChatFiles.Core.Model;

/// <summary>How people look for a file.</summary>
public enum FileKind
{
    Image,
    Audio,
    Video,
    Document,
    Archive,
}
