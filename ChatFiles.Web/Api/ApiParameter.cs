using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Api;

/// <summary>A query or header that an endpoint reads, as the API document has it; what each reads it with is in <see cref="Requests"/>.</summary>
internal sealed record ApiParameter(string Name, string Description)
{
    public static readonly ApiParameter Limit = new("limit", "How many at the most.") { Type = "integer", Minimum = 1, Maximum = 200, Default = "50" };

    public static readonly ApiParameter Kind = new("kind", "Only files of this kind.") { OneOf = Words<FileKind>() };

    public static readonly ApiParameter Sort = new("sort", "Newest first, by name ascending, or the largest first.") { OneOf = Words<FileSort>(), Default = "newest" };

    public static readonly ApiParameter BeforeFile = new("before", "`nextBefore` of the page before: the id of a file of this list.") { Format = "uuid" };

    public bool IsHeader { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>May be there several times.</summary>
    public bool IsMany { get; init; }

    public string Type { get; init; } = "string";

    public string? Format { get; init; }

    public long? Minimum { get; init; }

    /// <summary>Of a number; of many, how many there may be.</summary>
    public long? Maximum { get; init; }

    public string? Default { get; init; }

    public IReadOnlyList<string>? OneOf { get; init; }

    public static ApiParameter Before(string row) =>
        new("before", $"`nextBefore` of the page before: the id of {row}.") { Type = "integer", Format = "int64", Minimum = 1 };

    public static ApiParameter Header(string name, string description) => new(name, description) { IsHeader = true };

    private static string[] Words<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
}
