namespace ChatFiles.Core.Files;

/// <summary>
/// Why a file can't be sent, in words. The browser says the same before it sends anything: <c>{name}</c>, <c>{limit}</c> and
/// <c>{accepted}</c> stand for what is filled in there or here.
/// </summary>
public static class UploadWords
{
    public const string Type = "“{name}” is of a type that can't be sent here.";
    public const string Accepted = "Accepted: {accepted}.";
    public const string Empty = "“{name}” is empty; there is nothing to send.";
    public const string TooLarge = "“{name}” is larger than a file may be: {limit}.";
    public const string TooLargeTogether = "The files together are larger than one message may be: {limit}.";
    public const string TooMany = "“{name}” is one too many: a message takes {limit} files. Send these first.";
    public const string Folder = "“{name}” is a folder that can't be read; pick its files, or zip it.";
    public const string EmptyFolder = "“{name}” is a folder without files.";
    public const string FullFolder = "“{name}” is a folder with more than {limit} files; only the first were looked at. Zip it, or pick some of them.";
    public const string Unreadable = "“{name}” can't be read; it was changed, moved or deleted, or is not yours to read.";
    public const string ControlCharacters = "“{name}” has control characters in its name; rename the file and send it again.";
    public const string NoName = "“{name}” has no name that could be shown; rename the file and send it again.";
    public const string NameTooLong = "The name “{name}” is longer than {limit} bytes; shorten it and send the file again.";

    /// <summary>The words with a file's name and, where they have one, a limit in them.</summary>
    internal static string With(this string words, string name, string limit = "") =>
        words.Replace("{limit}", limit, StringComparison.Ordinal).Replace("{name}", name, StringComparison.Ordinal);
}
