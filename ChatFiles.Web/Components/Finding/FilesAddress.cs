using System.Globalization;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatFiles.Web.Components.Finding;

/// <summary>Since when.</summary>
public enum Period
{
    Any,
    Week,
    Month,
    Year,
}

/// <summary>
/// What the address of a list of files says: how it is narrowed, sorted and shown, and which file is open above it. So
/// that a reload, Back and a copied link show the same; what is as usual is left out, and what nobody can mean too.
/// </summary>
public sealed record FilesAddress
{
    public required string Path { get; init; }

    /// <summary>How the list is sorted when nothing is said.</summary>
    public required FileSort UsualSort { get; init; }

    public string Name { get; init; } = "";

    public FileKind? Kind { get; init; }

    public string AuthorId { get; init; } = "";

    public Period Since { get; init; }

    public required FileSort Sort { get; init; }

    public bool IsGrid { get; init; }

    /// <summary>The file in the viewer.</summary>
    public Guid? FileId { get; init; }

    /// <summary>The chat of that file, where the list has those of several.</summary>
    public long? FileChatId { get; init; }

    public bool IsNarrowed => !string.IsNullOrWhiteSpace(Name) || Kind is not null || AuthorId.Length > 0 || Since != Period.Any;

    /// <summary>What is looked for in names and files, so that it is marked; null: nothing that could be.</summary>
    public SearchWords? Words => SearchWords.Parse(Name).Succeeded(out var words, out _) ? words : null;

    public static FilesAddress Of(NavigationManager navigation, string path, FileSort usualSort = FileSort.Newest)
    {
        var query = QueryHelpers.ParseQuery(navigation.ToAbsoluteUri(navigation.Uri).Query);
        string Text(string name) => query.GetValueOrDefault(name).ToString() is var text && text.IsText() ? text : "";
        return new FilesAddress
        {
            Path = path,
            UsualSort = usualSort,
            Name = Text("q") is { Length: <= SearchWords.MaxLength } name ? name : "",
            Kind = One<FileKind>(Text("kind")),
            AuthorId = Text("author"),
            Since = One<Period>(Text("since")) ?? Period.Any,
            Sort = One<FileSort>(Text("sort")) ?? usualSort,
            IsGrid = Text("view") == "grid",
            FileId = Guid.TryParse(Text("file"), out var file) ? file : null,
            FileChatId = long.TryParse(Text("in"), NumberStyles.None, CultureInfo.InvariantCulture, out var chat) ? chat : null,
        };
    }

    /// <summary>Whether that is where the person is.</summary>
    public static bool IsAt(NavigationManager navigation, string path) => navigation.ToAbsoluteUri(navigation.Uri).AbsolutePath == path;

    public FilesAddress WithFile(ListedFile file, bool saysChat = false) =>
        this with
        {
            FileId = file.Id,
            FileChatId = saysChat ? file.ChatId : null,
        };

    public FilesAddress WithoutFile() => this with { FileId = null, FileChatId = null };

    public FileFilter Filter(DateTime now) =>
        new(
            Name,
            Kind,
            AuthorId.Length == 0 ? null : AuthorId,
            Since switch
            {
                Period.Week => now.AddDays(-7),
                Period.Month => now.AddDays(-30),
                Period.Year => new DateTime(now.Year, 1, 1, 0, 0, 0, DateTimeKind.Utc),
                _ => null,
            },
            Sort
        );

    public override string ToString()
    {
        var query = new Dictionary<string, string?>
        {
            ["q"] = Name.Length > 0 ? Name : null,
            ["kind"] = Word(Kind),
            ["author"] = AuthorId.Length > 0 ? AuthorId : null,
            ["since"] = Since == Period.Any ? null : Word<Period>(Since),
            ["sort"] = Sort == UsualSort ? null : Word<FileSort>(Sort),
            ["view"] = IsGrid ? "grid" : null,
            ["file"] = FileId?.ToString(),
            ["in"] = FileChatId?.ToString(CultureInfo.InvariantCulture),
        };
        return QueryHelpers.AddQueryString(Path, query.Where(pair => pair.Value is not null));
    }

    private static string? Word<T>(T? value)
        where T : struct, Enum => value?.ToString().ToLowerInvariant();

    private static T? One<T>(string text)
        where T : struct, Enum => Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => Word(value) == text);
}
