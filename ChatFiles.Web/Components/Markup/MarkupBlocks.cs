using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace ChatFiles.Web.Components.Markup;

/// <summary>What the parsers of blocks ask.</summary>
internal static class BlockPlaces
{
    /// <summary>Quotes and lists within each other, a list counting twice; what is deeper is text. Markdig itself throws at 128.</summary>
    private const int MaxDepth = 12;

    extension(BlockProcessor processor)
    {
        /// <summary>What the line still has.</summary>
        public ReadOnlySpan<char> Rest => processor.Line.AsSpan();

        public bool IsTooDeep
        {
            get
            {
                var depth = 0;
                for (var block = processor.GetCurrentContainerOpened(); block is not null; block = block.Parent)
                    depth++;
                return depth > MaxDepth;
            }
        }

        /// <inheritdoc cref="MarkupContext.TakesItem" />
        public bool TakesItem() => ((MarkupContext)processor.Context!).TakesItem();

        /// <summary>Spaces before a line are shown as they were typed.</summary>
        public void KeepIndent()
        {
            if (processor.Indent > 0)
                processor.GoToColumn(processor.ColumnBeforeIndent);
        }
    }
}

/// <summary>"&gt; quoted": the space is needed, as smilies begin with this mark too, and so is what is quoted.</summary>
internal sealed class QuoteParser : QuoteBlockParser
{
    public override BlockState TryOpen(BlockProcessor processor) =>
        processor.PeekChar(1) is ' ' or '\t' or '>' && !processor.Rest.Trim("> \t").IsEmpty && !processor.IsTooDeep ? base.TryOpen(processor) : BlockState.None;
}

/// <summary>"# Heading", with something in it.</summary>
internal sealed class HeadingParser : HeadingBlockParser
{
    public override BlockState TryOpen(BlockProcessor processor) =>
        processor.Rest.Trim("# \t").IsEmpty ? BlockState.None : base.TryOpen(processor);
}

/// <summary>
/// "```", at most a word for the language, and a line "```" at its end. Without that one it is no block, but text or, where the
/// marks end a line of code, code (<see cref="CodeParser" />).
/// </summary>
internal sealed class CodeBlockParser : FencedCodeBlockParser
{
    public CodeBlockParser() => OpeningCharacters = ['`'];

    public override BlockState TryOpen(BlockProcessor processor)
    {
        var rest = processor.Rest;
        var marks = rest.IndexOfAnyExcept('`') is >= 0 and var end ? end : rest.Length;
        return marks >= 3 && CodeText.IsLanguage(rest[marks..].Trim()) && ((MarkupContext)processor.Context!).IsClosed(processor.Line, marks) ? base.TryOpen(processor) : BlockState.None;
    }
}

/// <summary>"- item", "* item", "1. item" and "1) item", not too deep.</summary>
internal sealed class ListParser : ListBlockParser
{
    public ListParser()
    {
        ItemParsers.Clear();
        ItemParsers.Add(new BulletParser());
        ItemParsers.Add(new NumberParser());
    }

    public override BlockState TryOpen(BlockProcessor processor) => processor.IsTooDeep ? BlockState.None : base.TryOpen(processor);
}

/// <summary>A bullet with something behind it; "+" is none, as it stands before telephone numbers and sums.</summary>
internal sealed class BulletParser : UnorderedListItemParser
{
    public BulletParser() => OpeningCharacters = ['-', '*'];

    public override bool TryParse(BlockProcessor state, char pendingBulletType, out ListInfo result)
    {
        result = default;
        return state.PeekChar(1) is ' ' or '\t' && !state.Rest.Trim("-* \t").IsEmpty && state.TakesItem() && base.TryParse(state, pendingBulletType, out result);
    }
}

/// <summary>A number of at most three digits, so that a sentence may begin with a year, with something behind it.</summary>
internal sealed class NumberParser : NumberedListItemParser
{
    public override bool TryParse(BlockProcessor state, char pendingBulletType, out ListInfo result)
    {
        result = default;
        var digits = state.Rest.IndexOfAnyExceptInRange('0', '9');
        return digits is > 0 and <= 3 && state.Rest[(digits + 1)..] is [' ' or '\t', ..] text && !text.Trim().IsEmpty && state.TakesItem() && base.TryParse(state, pendingBulletType, out result);
    }
}

/// <summary>
/// Lines of text, which are no headings whatever is below them, and define no references: all of them are shown. Quotes and
/// lists end where the next line does not belong to them, other than in Markdown: the answer below a quote is not in it.
/// </summary>
internal sealed class TextParser : ParagraphBlockParser
{
    public override BlockState TryOpen(BlockProcessor processor)
    {
        if (processor.IsBlankLine)
            return BlockState.None;
        processor.KeepIndent();
        processor.NewBlocks.Push(new ParagraphBlock(this) { Column = processor.Column, Span = new SourceSpan(processor.Line.Start, processor.Line.End) });
        return BlockState.Continue;
    }

    public override BlockState TryContinue(BlockProcessor processor, Block block)
    {
        if (processor.IsBlankLine)
            return BlockState.BreakDiscard;
        // The parser goes on here also with a line on which what is around the text has ended already.
        for (var around = block.Parent; around is { Parent: not null }; around = around.Parent)
            if (!around.IsOpen)
                return BlockState.None;
        processor.KeepIndent();
        block.UpdateSpanEnd(processor.Line.End);
        return BlockState.Continue;
    }

    public override bool Close(BlockProcessor processor, Block block) => true;
}

/// <summary>The text behind a quote or a list, where <see cref="TextParser" /> did not go on.</summary>
internal sealed class NextTextParser : BlockParser
{
    private readonly TextParser _text = new();

    public override BlockState TryOpen(BlockProcessor processor) => _text.TryOpen(processor);
}
