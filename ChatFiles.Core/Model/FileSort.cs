namespace ChatFiles.Core.Model;

/// <summary>The order of a list of files.</summary>
public enum FileSort
{
    /// <summary>By the moment when all could see it, the last first.</summary>
    Newest,

    /// <summary>Ascending; case and accents make no difference. Equal ones newest first.</summary>
    Name,

    /// <summary>The largest first. Equal ones newest first.</summary>
    Size,
}
