using ChatFiles.Core.Model;
using Markdig;
using Markdig.Helpers;

namespace ChatFiles.Web.Components.Markup;

/// <summary>What the parsers of one text share.</summary>
internal sealed class MarkupContext(IReadOnlyList<AuthorView> mentions) : MarkdownParserContext
{
    /// <summary>
    /// Marks of a text that are looked at; after them it is text. The work of some of Markdig's parsers grows with the square
    /// of the marks, and each open one is a level more of the tree. More than people write into 8,000 characters.
    /// </summary>
    private const int MaxMarks = 300;

    private int _marks;
    private int _items;
    private int _maxFence = int.MaxValue;

    public IReadOnlyList<AuthorView> Mentions { get; } = mentions;

    /// <summary>Whether a line of so many backticks ends the code that begins with this line.</summary>
    public bool IsClosed(StringSlice line, int marks)
    {
        // Where no such line followed before, none follows here.
        if (marks >= _maxFence || !TakesMark())
            return false;
        foreach (var later in line.Text.AsSpan(line.End + 1).EnumerateLines())
            if (later.TrimStart(" \t>").TrimEnd() is var fence && fence.Length >= marks && !fence.ContainsAnyExcept('`'))
                return true;
        _maxFence = marks;
        return false;
    }

    /// <summary>Whether one mark more is looked at.</summary>
    public bool TakesMark() => _marks++ < MaxMarks;

    /// <summary>Whether one item more is looked at; as many as marks, and none of these: a long list has some as well.</summary>
    public bool TakesItem() => _items++ < MaxMarks;
}
