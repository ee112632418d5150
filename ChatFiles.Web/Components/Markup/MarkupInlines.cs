using System.Buffers;
using ChatFiles.Core.Model;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Syntax.Inlines;

namespace ChatFiles.Web.Components.Markup;

/// <summary>A bare address.</summary>
internal sealed class AddressInline(TextPart address) : LeafInline
{
    public TextPart Address { get; } = address;
}

/// <summary>Somebody who is mentioned.</summary>
internal sealed class MentionInline(AuthorView person) : LeafInline
{
    public AuthorView Person { get; } = person;
}

/// <summary>Code within a line, or of several lines.</summary>
internal sealed class CodeText(string text, int marks) : LeafInline
{
    public string Text { get; } = text;

    /// <summary>It stands between lines of its own, as a block.</summary>
    public bool IsBlock { get; } = marks >= 3 && text.Contains('\n', StringComparison.Ordinal);

    /// <summary>What may stand behind the marks of a code block: nothing, or one word.</summary>
    public static bool IsLanguage(ReadOnlySpan<char> word)
    {
        foreach (var c in word)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '#' or '-' or '.' or '_'))
                return false;
        return word.Length <= 30;
    }
}

/// <summary>
/// A backslash before a mark makes it text, and is not shown; within a path it is: "C:\_work", "\\server\share", "*\*.txt".
/// </summary>
internal sealed class EscapeParser : InlineParser
{
    /// <summary>As Windows takes them; what is longer is no path.</summary>
    private const int MaxPathLength = 260;

    private static readonly SearchValues<char> Marks = SearchValues.Create("*`<_~[]#>-\\");

    public EscapeParser() => OpeningCharacters = ['\\'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var (before, mark) = (slice.PeekCharExtra(-1), slice.PeekChar());
        // First, as looking back costs more than any other mark.
        if (!Marks.Contains(mark) || !processor.TakesMark())
            return false;
        var isEscape = mark switch
        {
            '*' or '`' or '<' => slice.PeekCharExtra(2) != '.',
            '\\' => false,
            _ => BeginsWord(before) || (IsWithinWord(before) && !IsInPath(slice.Text.AsSpan(Math.Max(0, slice.Start - MaxPathLength)..slice.Start))),
        };
        return Literal.Match(processor, ref slice, isEscape ? 1 : 0, 2);
    }

    /// <summary>The word that ends here has a drive, or other backslashes that are before no mark.</summary>
    private static bool IsInPath(ReadOnlySpan<char> text)
    {
        var word = text[(text.LastIndexOfAny(" \t\n") + 1)..];
        if (word.Contains(":\\", StringComparison.Ordinal))
            return true;
        for (var at = word.IndexOf('\\'); at >= 0; at = word.IndexOf('\\'))
        {
            word = word[(at + 1)..];
            if (word is ['\\', ..] || (word.Length > 0 && char.IsLetterOrDigit(word[0])))
                return true;
        }

        return false;
    }

    /// <summary>Other than behind the separator of a path, and a face's arm: "¯\_(ツ)_/¯".</summary>
    private static bool IsWithinWord(char before) => char.IsLetterOrDigit(before) || (char.IsAscii(before) && before is not ('\\' or '/' or ':'));

    private static bool BeginsWord(char before) => before == 0 || char.IsWhiteSpace(before) || before is '(' or '[' or '"' or '\'' or '*' or '_' or '~';
}

/// <summary>What the parsers of marks within lines ask.</summary>
internal static class InlinePlaces
{
    extension(InlineProcessor processor)
    {
        /// <inheritdoc cref="MarkupContext.TakesMark" />
        public bool TakesMark() => ((MarkupContext)processor.Context!).TakesMark();
    }
}

/// <summary>Takes characters as text although they are marks.</summary>
internal static class Literal
{
    public static bool Match(InlineProcessor processor, ref StringSlice slice, int from, int length)
    {
        // As one with what is before: each piece more costs a walk through all marks that are open.
        if (from == 0 && processor.Inline is LiteralInline before && ReferenceEquals(before.Content.Text, slice.Text) && before.Content.End + 1 == slice.Start)
            before.Content.End += length;
        else
            processor.Inline = new LiteralInline { Content = new StringSlice(slice.Text, slice.Start + from, slice.Start + length - 1) };
        slice.Start += length;
        return true;
    }
}

/// <summary>Code between as many backticks on both sides. Line breaks in it stay.</summary>
internal sealed class CodeParser : InlineParser
{
    public CodeParser() => OpeningCharacters = ['`'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var text = slice.AsSpan();
        var marks = LengthOfMarks(text);
        if (!processor.TakesMark())
            return Literal.Match(processor, ref slice, 0, marks);
        for (var end = marks; text[end..].IndexOf('`') is >= 0 and var next;)
        {
            end += next;
            var closing = LengthOfMarks(text[end..]);
            if (closing == marks)
            {
                var code = text[marks..end];
                processor.Inline = new CodeText((code is [' ', _, .., ' '] && !code.Trim().IsEmpty ? code[1..^1] : code).ToString(), marks);
                slice.Start += end + closing;
                return true;
            }

            end += closing;
        }

        return Literal.Match(processor, ref slice, 0, marks);
    }

    private static int LengthOfMarks(ReadOnlySpan<char> text) => text.IndexOfAnyExcept('`') is >= 0 and var end ? end : text.Length;
}

/// <summary>"&lt;@userId&gt;", where that is one of those who are mentioned.</summary>
internal sealed class MentionParser : InlineParser
{
    private const int MaxIdLength = 36;

    public MentionParser() => OpeningCharacters = ['<'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        if (slice.AsSpan() is not ['<', '@', .. var rest] || rest[..Math.Min(rest.Length, MaxIdLength + 1)].IndexOf('>') is not (> 0 and var length))
            return false;
        foreach (var person in ((MarkupContext)processor.Context!).Mentions)
            if (rest[..length].SequenceEqual(person.UserId))
            {
                processor.Inline = new MentionInline(person);
                slice.Start += length + 3;
                return true;
            }

        return false;
    }
}

/// <summary>A bare address: marks in it are its own.</summary>
internal sealed class AddressParser : InlineParser
{
    public AddressParser() => OpeningCharacters = ['h', 'H'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        if (!slice.AsSpan().StartsWith("http", StringComparison.OrdinalIgnoreCase) || TextParts.At(slice.Text, slice.Start) is not var (address, end))
            return false;
        if (address is null)
            return Literal.Match(processor, ref slice, 0, end - slice.Start);
        processor.Inline = new AddressInline(address);
        slice.Start += address.Text.Length;
        return true;
    }
}

/// <summary>"[text](address)", and the address of a picture, which is a link as well.</summary>
internal sealed class LinkParser : LinkInlineParser
{
    /// <summary>Under which a link keeps its second half as it was typed.</summary>
    public static readonly object Typed = new();

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var start = slice.Start;
        if ((slice.CurrentChar == '!' && slice.PeekChar() != '[') || !processor.TakesMark() || !base.Match(processor, ref slice))
            return false;
        if (slice.Text[start] == ']' && processor.Inline is LinkInline link)
            link.SetData(Typed, new StringSlice(slice.Text, start, slice.Start - 1));
        return true;
    }
}

/// <summary>"*italic*", "_italic_", "**bold**", "__bold__" and "~~struck through~~".</summary>
internal sealed class EmphasisParser : EmphasisInlineParser
{
    private static readonly HashSet<string> SpecialNames = new(StringComparer.Ordinal) { "init", "main", "name", "file", "dict", "str", "repr", "del", "len", "iter", "getitem", "eq", "slots", "proto", "typename" };

    public EmphasisParser() => EmphasisDescriptors.Add(new EmphasisDescriptor('~', 2, 2, enableWithinWord: true));

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var mark = slice.CurrentChar;
        var rest = slice.AsSpan();
        var length = rest.IndexOfAnyExcept(mark) is >= 0 and var end ? end : rest.Length;
        return IsText(mark, length, slice.PeekCharExtra(-1), rest[length..]) || !processor.TakesMark()
            ? Literal.Match(processor, ref slice, 0, length)
            : base.Match(processor, ref slice);
    }

    /// <summary>"2*3*4", "(a)*(b)", "x**2", "f***ing", "__init__.py", "obj.__x__", "&gt;_&lt;", and lines of these characters.</summary>
    private static bool IsText(char mark, int length, char before, ReadOnlySpan<char> behind) =>
        mark switch
        {
            '*' when length == 1 => behind is [var c, ..] && (char.IsAsciiLetterOrDigit(before) || before is ')' or ']') && (char.IsAsciiLetterOrDigit(c) || c is '(' or '['),
            '*' => length > 3 || (char.IsAsciiLetterOrDigit(before) && behind is [var c, ..] && char.IsAsciiLetterOrDigit(c)),
            '_' when length == 1 => IsSign(before) && behind is [var c, ..] && IsSign(c),
            '_' => length > 3 || (length == 2 && (before == '.' || behind is ['(', ..] or ['.', >= 'a' and <= 'z', ..] || IsSpecialName(behind))),
            _ => length != 2,
        };

    /// <summary>"__init__" and its like, which people name more often than they shout these words.</summary>
    private static bool IsSpecialName(ReadOnlySpan<char> behind) =>
        behind.IndexOf("__", StringComparison.Ordinal) is > 0 and var end && SpecialNames.GetAlternateLookup<ReadOnlySpan<char>>().Contains(behind[..end]);

    private static bool IsSign(char c) => char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c) && c > ' ' && c is not ('*' or '~' or '(' or '[' or '"' or '\'' or '`');
}
