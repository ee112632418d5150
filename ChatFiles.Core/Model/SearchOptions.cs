namespace ChatFiles.Core.Model;

/// <summary>Section <c>Search</c>.</summary>
public sealed class SearchOptions
{
    /// <summary>Whether words in files are found, not only those in their names.</summary>
    public bool Contents { get; set; } = true;
}
