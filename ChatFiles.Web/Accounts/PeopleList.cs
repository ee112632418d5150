using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using CsvHelper;

namespace ChatFiles.Web.Accounts;

/// <summary>What becomes of a line of a list of people.</summary>
public enum LineState
{
    /// <summary>Will be added.</summary>
    New,

    /// <summary>Has an account already.</summary>
    Exists,
    Invalid,

    /// <summary>Stands in the list before.</summary>
    Twice,
    Added,

    /// <summary>Could not be added.</summary>
    Failed,
}

/// <summary>A line of a list of people.</summary>
/// <param name="Line">Its number in the file, from 1.</param>
/// <param name="Name">Empty: as the address begins.</param>
/// <param name="Reason">Why it is not added; null where it is.</param>
public sealed record PersonLine(int Line, string Email, string Name, LineState State, string? Reason = null, string? Link = null, DateTime? ExpiresAt = null);

/// <summary>People to be added at once, and then what became of each.</summary>
public sealed class PeopleList
{
    public const int MaxBytes = 1024 * 1024;
    public const int MaxLines = 5000;

    /// <summary>What heads a column of addresses, in the ways of other programs, without case, blanks and dashes.</summary>
    private static readonly HashSet<string> AddressHeads = new(StringComparer.Ordinal) { "email", "mail", "emailaddress", "mailaddress", "address", "emailadresse", "mailadresse", "upn", "userprincipalname" };

    private static readonly HashSet<string> NameHeads = new(StringComparer.Ordinal) { "name", "displayname", "fullname", "anzeigename", "vollername" };

    private readonly PersonLine[] _lines;
    private int _hasBegun;

    private PeopleList(IEnumerable<PersonLine> lines, DateTimeOffset readAt) => (_lines, ReadAt) = ([.. lines], readAt);

    public Guid Id { get; } = Guid.NewGuid();

    public DateTimeOffset ReadAt { get; }

    public IReadOnlyList<PersonLine> Lines => _lines;

    /// <summary>How many lines have been worked on, of those that are to be added.</summary>
    public int Done { get; private set; }

    /// <summary>How many lines are in that state.</summary>
    public int Count(LineState state) => _lines.Count(line => line.State == state);

    /// <summary>Reads a file: which lines there are, as far as that can be said without looking who has an account.</summary>
    internal static Result<PeopleList> Read(byte[] file, DateTimeOffset now)
    {
        if (!IsText(file))
            return Invalid("The file is not UTF-8. Spreadsheets offer that as “CSV UTF-8”.");
        var lines = new List<PersonLine>();
        try
        {
            using var reader = CsvReader.Create(file, new CsvReaderOptions { HasHeader = false, TrackLineNumbers = true, TrimWhitespace = true, AllowLineBreaksInQuotes = false });
            (int Address, int Name)? columns = null;
            while (reader.Read())
            {
                var fields = Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetString(i).Trim()).ToList();
                if (fields.TrueForAll(field => field.Length == 0))
                    continue;
                if (columns is null)
                {
                    columns = ColumnsOf(fields, out var isHead);
                    if (isHead)
                        continue;
                }

                if (lines.Count == MaxLines)
                    return Invalid($"A list has at most {MaxLines:N0} people; divide this one.");
                var (email, name) = (fields.ElementAtOrDefault(columns.Value.Address) ?? "", fields.ElementAtOrDefault(columns.Value.Name) ?? "");
                lines.Add(Judged(new PersonLine((int)reader.LineNumber, email, name, LineState.New)));
            }
        }
        catch (CsvFormatException)
        {
            return Invalid("The file is not a table of comma-separated values.");
        }

        return lines.Count == 0 ? new Refusal(RefusalReason.EmptyFile, "Nobody stands in this file.") : new PeopleList(lines, now);
    }

    /// <summary>Marks who has an account already or stands there before.</summary>
    /// <param name="states">Of the addresses of all lines, in their order.</param>
    internal void Mark(IReadOnlyList<AddressState> states)
    {
        foreach (var (state, i) in states.Select((state, i) => (state, i)))
        {
            if (_lines[i].State == LineState.New && state != AddressState.Free)
                _lines[i] = state == AddressState.Taken
                    ? _lines[i] with { State = LineState.Exists, Reason = "Has an account already." }
                    : _lines[i] with { State = LineState.Twice, Reason = "Stands in this list before." };
        }
    }

    /// <summary>Whether it is this caller who adds them; of two at once it is one, because the links are shown once.</summary>
    internal bool TryBegin() => Interlocked.Exchange(ref _hasBegun, 1) == 0;

    /// <summary>Puts what became of a line in its place.</summary>
    internal void Set(int index, PersonLine line)
    {
        _lines[index] = line;
        Done++;
    }

    private static PersonLine Judged(PersonLine line)
    {
        if (!Addresses.IsOne(line.Email))
            return line with { State = LineState.Invalid, Reason = "This is not an e-mail address." };
        if (line.Name.Length > 0 && DisplayNames.Clean(line.Name).Refusal is { } refusal)
            return line with { State = LineState.Invalid, Reason = refusal.Detail };
        return line;
    }

    /// <summary>By their heads; without them the first field with an @ is the address, and the one beside it the name.</summary>
    private static (int Address, int Name) ColumnsOf(List<string> fields, out bool isHead)
    {
        var heads = fields.ConvertAll(field => string.Concat(field.Where(char.IsLetter)).ToLowerInvariant());
        isHead = heads.Exists(AddressHeads.Contains) && !fields.Exists(field => field.Contains('@'));
        if (isHead)
            return (heads.FindIndex(AddressHeads.Contains), heads.FindIndex(NameHeads.Contains));
        var address = Math.Max(0, fields.FindIndex(field => field.Contains('@')));
        return (address, address == 0 ? 1 : address - 1);
    }

    private static bool IsText(byte[] file)
    {
        // The reader knows UTF-16 by its mark: so a spreadsheet's “Unicode text” begins.
        var encoding = file is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? Charsets.Find("utf-16")! : Charsets.Utf8;
        return Charsets.Decode(encoding, file)?.IsText() == true;
    }

    private static Refusal Invalid(string detail) => new(RefusalReason.InvalidForm, detail);
}
