using System.Globalization;
using System.Text;

namespace ChatFiles.Core.Model;

/// <summary>
/// What somebody searches for: every word must be there, the last one may be its beginning. Case and accents make no
/// difference, and nothing that people write has a special meaning.
/// </summary>
public sealed class SearchWords
{
    public const int MaxLength = 200;

    /// <summary>
    /// Each word costs as much as there are places where it stands. What is over does not narrow the search any more: a
    /// sentence that was pasted is found by its beginning.
    /// </summary>
    private const int MaxWords = 16;

    /// <summary>Of those that are written together: places are compared word by word, over and over.</summary>
    private const int MaxWordsTogether = 8;

    private readonly List<string> _words;
    private readonly string? _beginning;

    private SearchWords(List<string> words, string? beginning, string expression) =>
        (_words, _beginning, Expression) = (words, beginning, expression);

    /// <summary>The same for FTS5; empty when there is no letter or digit to look for.</summary>
    internal string Expression { get; }

    /// <summary>Why it can't be searched for, or the words.</summary>
    public static Result<SearchWords> Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new Refusal(RefusalReason.InvalidQuery, "“q” says what to search for; give at least one word.");
        if (text.Length > MaxLength)
            return new Refusal(RefusalReason.InvalidQuery, $"“q” has at most {MaxLength} characters; this one has {text.Length}.");
        // What is written together, such as "report-v2", is looked for as a phrase; FTS5 cuts it into words itself.
        var written = text.Split(text.Where(c => char.IsWhiteSpace(c) || char.IsControl(c)).ToArray(), StringSplitOptions.RemoveEmptyEntries)
            .Where(phrase => WordsIn(phrase).Any())
            .ToList();
        var phrases = new List<string>();
        var words = new List<string>();
        foreach (var phrase in written.DistinctBy(Fold, StringComparer.Ordinal))
        {
            var kept = WordsIn(phrase).Take(Math.Min(MaxWordsTogether, MaxWords - words.Count)).ToList();
            if (kept.Count == 0)
                break;
            phrases.Add(phrase[..kept[^1].End]);
            words.AddRange(kept.Select(word => Fold(phrase[word])));
        }

        // What was typed last may go on, unless it is left out.
        var goesOn = phrases.Count > 0 && phrases[^1] == written[^1][..WordsIn(written[^1]).Last().End];
        var expression = string.Join(' ', phrases.Select(phrase => $"\"{phrase.Replace("\"", "\"\"")}\""));
        return new SearchWords(words, goesOn ? words[^1] : null, goesOn ? expression + "*" : expression);
    }

    /// <summary>A text as it is compared: without case, and without the accents of letters.</summary>
    public static string Fold(string text)
    {
        try
        {
            text = string.Concat(text.Normalize(NormalizationForm.FormD).Where(c => c is < '\u0300' or > '\u036F')).Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Code points that are no characters: such a text is compared as it stands.
        }

        // Both ways, because Σ has two small letters and ß no capital one.
        return text.ToUpperInvariant().ToLowerInvariant();
    }

    /// <summary>Whether every word is in one of the texts: for what was found before, and may have changed since.</summary>
    public bool AreIn(IEnumerable<string> texts)
    {
        var words = texts.SelectMany(text => WordsIn(text).Select(place => Fold(text[place]))).ToHashSet(StringComparer.Ordinal);
        return _words.TrueForAll(sought => words.Contains(sought) || (sought == _beginning && words.Any(word => word.StartsWith(sought, StringComparison.Ordinal))));
    }

    /// <summary>Where the words stand in a text.</summary>
    public IEnumerable<Range> FindIn(string text) => WordsIn(text).Where(place => Fits(Fold(text[place])));

    private bool Fits(string word) => _words.Contains(word, StringComparer.Ordinal) || (_beginning is not null && word.StartsWith(_beginning, StringComparison.Ordinal));

    /// <summary>Runs of letters and digits, as FTS5's unicode61 cuts them.</summary>
    private static IEnumerable<Range> WordsIn(string text)
    {
        var start = -1;
        for (var i = 0; i < text.Length; i += Rune.TryGetRuneAt(text, i, out var rune) ? rune.Utf16SequenceLength : 1)
        {
            var isWord = IsWord(CharUnicodeInfo.GetUnicodeCategory(text, i), start >= 0);
            if (isWord && start < 0)
                start = i;
            if (isWord || start < 0)
                continue;
            yield return start..i;
            start = -1;
        }

        if (start >= 0)
            yield return start..;
    }

    private static bool IsWord(UnicodeCategory category, bool follows) =>
        category
            is UnicodeCategory.UppercaseLetter
                or UnicodeCategory.LowercaseLetter
                or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter
                or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.LetterNumber
                or UnicodeCategory.OtherNumber
                or UnicodeCategory.PrivateUse
        || (follows && category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);
}
