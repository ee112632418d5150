namespace ChatFiles.Core.Model;

/// <summary>
/// What somebody searches for: every word must be there, the last one may be its beginning; of what is written without
/// spaces, any characters that stand together. Case, accents and what can't be seen make no difference, and nothing that
/// people write has a special meaning.
/// </summary>
public sealed class SearchWords
{
    public const int MaxLength = 200;

    /// <summary>Of a snippet, the marks of what was left out included.</summary>
    public const int MaxSnippetLength = 300;

    /// <summary>
    /// Each word costs as much as there are places where it stands. What is over does not narrow the search any more: a
    /// sentence that was pasted is found by its beginning.
    /// </summary>
    private const int MaxWords = 16;

    /// <summary>Of those that are written together: places are compared word by word, over and over.</summary>
    private const int MaxWordsTogether = 8;

    private readonly List<Phrase> _phrases;

    private SearchWords(List<Phrase> phrases) => _phrases = phrases;

    /// <summary>The same for FTS5; empty when there is no letter or digit to look for.</summary>
    internal string Expression => string.Join(' ', _phrases.Select(phrase => phrase.Expression));

    /// <summary>
    /// For the contents of files, which have many words: the beginning of one is looked for from two characters on.
    /// </summary>
    internal string ExpressionForContents => string.Join(' ', _phrases.Select(phrase => phrase.ForContents().Expression));

    /// <summary>The same as <see cref="Expression"/>, in parts: terms that follow on each other, the last of which may be the beginning of one.</summary>
    internal IEnumerable<(IReadOnlyList<string> Terms, bool IsOpen)> Phrases => _phrases.Select(phrase => ((IReadOnlyList<string>)phrase.Terms, phrase.IsOpen));

    /// <summary>The same as <see cref="ExpressionForContents"/>, in parts.</summary>
    internal IEnumerable<(IReadOnlyList<string> Terms, bool IsOpen)> PhrasesForContents =>
        _phrases.Select(phrase => phrase.ForContents()).Select(phrase => ((IReadOnlyList<string>)phrase.Terms, phrase.IsOpen));

    /// <summary>Why it can't be searched for, or the words.</summary>
    public static Result<SearchWords> Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new Refusal(RefusalReason.InvalidQuery, "“q” says what to search for; give at least one word.");
        if (text.Length > MaxLength)
            return new Refusal(RefusalReason.InvalidQuery, $"“q” has at most {MaxLength} characters; this one has {text.Length}.");
        // What is written together, such as "report-v2", is looked for as a phrase.
        var written = text.Split(text.Where(c => char.IsWhiteSpace(c) || char.IsControl(c)).ToArray(), StringSplitOptions.RemoveEmptyEntries)
            .Select(Fold)
            .Where(phrase => SearchTerms.Cut(phrase).Any())
            .ToList();
        var phrases = new List<Phrase>();
        var left = MaxWords;
        foreach (var one in written.Distinct(StringComparer.Ordinal).TakeWhile(_ => left > 0))
        {
            // What was typed last may go on.
            var phrase = Phrase.Of(one, Math.Min(MaxWordsTogether, left), mayGoOn: one == written[^1]);
            phrases.Add(phrase);
            left -= phrase.Terms.Count;
        }

        return new SearchWords(phrases);
    }

    /// <inheritdoc cref="SearchTerms.Fold"/>
    public static string Fold(string text) => SearchTerms.Fold(text);

    /// <summary>Whether every word is in one of the texts: for what was found before, and may have changed since.</summary>
    public bool AreIn(IEnumerable<string> texts)
    {
        var all = texts.Select(text => SearchTerms.Of(text).Split(' ')).ToList();
        return _phrases.TrueForAll(phrase => all.Exists(phrase.IsIn));
    }

    /// <summary>Where the words stand in a text.</summary>
    public IEnumerable<Range> FindIn(string text)
    {
        var run = new List<SearchTerms.Piece>();
        foreach (var piece in SearchTerms.Cut(text))
        {
            if (run.Count > 0 && piece is not { IsUnspaced: true, Follows: true })
            {
                foreach (var place in FindInRun(text, run))
                    yield return place;
                run.Clear();
            }

            if (piece.IsUnspaced)
                run.Add(piece);
            else if (_phrases.Exists(phrase => phrase.HasWord(text.AsSpan(piece.Range))))
                yield return piece.Range;
        }

        foreach (var place in FindInRun(text, run))
            yield return place;
    }

    /// <summary>What stands around one of the words, in one line; null where there is none of them.</summary>
    public string? SnippetOf(string text)
    {
        if (FirstIn(text) is not { } place)
            return null;
        var (start, end) = WindowOf(text, place, MaxSnippetLength - 2);
        return $"{(start > 0 ? "…" : "")}{text[start..end].ReplaceLineEndings(" ")}{(end < text.Length ? "…" : "")}";
    }

    /// <summary>So many characters of a text around a place: a third of it goes before, and no character is cut in two.</summary>
    public static (int Start, int End) WindowOf(string text, int place, int maxLength)
    {
        if (text.Length <= maxLength)
            return (0, text.Length);
        var start = Math.Min(Math.Max(0, place - (maxLength / 3)), text.Length - maxLength);
        var end = start + maxLength;
        return (IsCut(text, start) ? start + 1 : start, IsCut(text, end) ? end - 1 : end);
    }

    /// <summary>
    /// Where one of the words stands as it was asked for is found at once, also in a long text; only where none does, all
    /// words are looked at.
    /// </summary>
    private int? FirstIn(string text)
    {
        var near = _phrases
            .SelectMany(phrase => phrase.Words.Concat(phrase.Runs))
            .Select(sought => text.IndexOf(sought, StringComparison.OrdinalIgnoreCase))
            .Where(at => at >= 0)
            .DefaultIfEmpty(0)
            .Min();
        var from = near == 0 ? 0 : Math.Max(text.LastIndexOf(' ', near) + 1, near - SearchTerms.MaxTermLength);
        var place = FindIn(text[from..]).Select(found => (int?)(from + found.Start.Value)).FirstOrDefault();
        return place ?? (from == 0 ? null : FindIn(text).Select(found => (int?)found.Start.Value).FirstOrDefault());
    }

    private static bool IsCut(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]);

    private IEnumerable<Range> FindInRun(string text, List<SearchTerms.Piece> run)
    {
        var sought = _phrases.SelectMany(phrase => phrase.Runs).ToList();
        if (sought.Count == 0)
            yield break;
        var characters = run.ConvertAll(piece => Fold(text[piece.Range]));
        for (var i = 0; i < run.Count; i++)
        {
            var count = sought.Max(one => CountAt(characters, i, one));
            if (count == 0)
                continue;
            yield return run[i].Start..run[i + count - 1].End;
            i += count - 1;
        }
    }

    /// <summary>How many characters from a place on are those that are sought; 0 where they are others.</summary>
    private static int CountAt(List<string> characters, int at, string sought)
    {
        var count = 0;
        for (var rest = sought.AsSpan(); !rest.IsEmpty; rest = rest[characters[at + count++].Length..])
        {
            if (at + count == characters.Count || !rest.StartsWith(characters[at + count], StringComparison.Ordinal) || characters[at + count].Length == 0)
                return 0;
        }

        return count;
    }

    /// <summary>What is written together.</summary>
    /// <param name="Terms">As they stand in the index, one behind the other.</param>
    /// <param name="IsOpen">The last may be the beginning of one.</param>
    /// <param name="Words">Those of the terms that are words.</param>
    /// <param name="Runs">What is written without spaces, whole.</param>
    private sealed record Phrase(List<string> Terms, bool IsOpen, List<string> Words, List<string> Runs)
    {
        public string Expression => $"\"{string.Join(' ', Terms)}\"{(IsOpen ? "*" : "")}";

        public Phrase ForContents() => Terms[^1].Length < 2 ? this with { IsOpen = false } : this;

        public static Phrase Of(string folded, int maxTerms, bool mayGoOn)
        {
            var (terms, words, runs) = (new List<string>(), new List<string>(), new List<string>());
            var pieces = SearchTerms.Cut(folded).ToList();
            var isOpen = false;
            for (var i = 0; i < pieces.Count && terms.Count < maxTerms; i++)
            {
                var piece = folded[pieces[i].Range];
                var hasNext = i + 1 < pieces.Count && pieces[i + 1] is { IsUnspaced: true, Follows: true };
                var isFirst = i == 0 || !pieces[i - 1].IsUnspaced || !pieces[i].Follows;
                isOpen = false;
                if (!pieces[i].IsUnspaced)
                {
                    terms.Add(SearchTerms.Shorten(piece));
                    words.Add(terms[^1]);
                    isOpen = mayGoOn && i + 1 == pieces.Count;
                    continue;
                }

                if (isFirst)
                    runs.Add(piece);
                if (hasNext)
                {
                    terms.Add(piece + folded[pieces[i + 1].Range]);
                    runs[^1] += folded[pieces[i + 1].Range];
                }
                // The last of several has its neighbour before it, unless something else is to follow.
                else if (isFirst || i + 1 < pieces.Count)
                {
                    terms.Add(piece);
                    isOpen = i + 1 == pieces.Count;
                }
            }

            return new Phrase(terms, isOpen, words, runs);
        }

        public bool IsIn(string[] terms)
        {
            for (var at = 0; at + Terms.Count <= terms.Length; at++)
            {
                if (StandsAt(terms, at))
                    return true;
            }

            return false;
        }

        public bool HasWord(ReadOnlySpan<char> word)
        {
            var isAscii = System.Text.Ascii.IsValid(word);
            var folded = isAscii ? word : SearchTerms.Fold(word.ToString());
            if (folded.Length > SearchTerms.MaxTermLength)
                folded = SearchTerms.Shorten(folded.ToString());
            var comparison = isAscii ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            for (var i = 0; i < Words.Count; i++)
            {
                var mayGoOn = IsOpen && i == Words.Count - 1 && Words[i] == Terms[^1];
                if (mayGoOn ? folded.StartsWith(Words[i], comparison) : folded.Equals(Words[i], comparison))
                    return true;
            }

            return false;
        }

        private bool StandsAt(string[] terms, int at)
        {
            for (var i = 0; i < Terms.Count; i++)
            {
                var mayGoOn = IsOpen && i == Terms.Count - 1;
                if (mayGoOn ? !terms[at + i].StartsWith(Terms[i], StringComparison.Ordinal) : terms[at + i] != Terms[i])
                    return false;
            }

            return true;
        }
    }
}
