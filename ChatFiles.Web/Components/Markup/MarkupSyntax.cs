using System.Buffers;
using ChatFiles.Core.Model;
using Markdig;
using Markdig.Parsers;
using Markdig.Syntax;

namespace ChatFiles.Web.Components.Markup;

/// <summary>
/// The part of Markdown that a message knows: Markdig's parser, told what is markup in a chat. HTML, pictures, tables, rules,
/// references and code by indentation are none, and where Markdown sees a mark in what people write anyhow (smilies, sums,
/// names in code, paths, years, dashes), it is text.
/// </summary>
internal static class MarkupSyntax
{
    private static readonly MarkdownPipeline Pipeline = MakePipeline();

    /// <summary>Marks within a line.</summary>
    private static readonly SearchValues<char> Marks = SearchValues.Create("*_`~[<\\");

    /// <summary>Null: the parser fails at it, and it is text. Else nobody could open a chat any more that has such a message.</summary>
    public static MarkdownDocument? TryParse(string text, IReadOnlyList<AuthorView> mentions)
    {
        try
        {
            return Markdig.Markdown.Parse(text, Pipeline, new MarkupContext(mentions));
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or NullReferenceException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Most messages have none and are not parsed, which takes ten times as long, for each of their readers.</summary>
    public static bool IsIn(string text)
    {
        if (text.AsSpan().ContainsAny(Marks))
            return true;
        foreach (var line in text.AsSpan().EnumerateLines())
            if (MayBeginBlock(line.TrimStart()))
                return true;
        return false;
    }

    private static bool MayBeginBlock(ReadOnlySpan<char> line) =>
        line.Length > 1 && (line[0] is '>' or '#' or '-' || (char.IsAsciiDigit(line[0]) && line.TrimStart("0123456789") is ['.' or ')', ' ' or '\t', ..]));

    private static MarkdownPipeline MakePipeline()
    {
        var builder = new MarkdownPipelineBuilder();
        builder.BlockParsers.Clear();
        builder.BlockParsers.AddRange([new QuoteParser(), new HeadingParser(), new CodeBlockParser(), new ListParser(), new TextParser(), new NextTextParser()]);
        builder.InlineParsers.Clear();
        builder.InlineParsers.AddRange([new EscapeParser(), new CodeParser(), new MentionParser(), new AddressParser(), new LinkParser(), new EmphasisParser()]);
        return builder.Build();
    }
}
