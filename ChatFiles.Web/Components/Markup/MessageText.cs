using System.Globalization;
using System.Text;
using ChatFiles.Core.Model;
using Markdig.Helpers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components.Rendering;

namespace ChatFiles.Web.Components.Markup;

/// <summary>
/// Draws the text of a message as people see it: its Markdown, its addresses as links, who is mentioned by their name now.
/// All that reaches a page is elements of this class and text: no HTML of anybody's, and no address but of pages and mail.
/// Where a limit is set, it ends there, and nothing is left open.
/// </summary>
internal sealed class MessageText
{
    private static readonly AuthorView[] Nobody = [];

    private readonly RenderTreeBuilder? _page;
    private readonly StringBuilder? _plain;
    private readonly string _source;
    private readonly string? _me;
    private int _room;
    private bool _isInLink;

    private MessageText(string source, string? me, RenderTreeBuilder? page, StringBuilder? plain, int room) =>
        (_source, _me, _page, _plain, _room) = (source, me, page, plain, room);

    private bool IsFull => _room < 0;

    /// <summary>Draws a text, or its beginning; whether there is more of it.</summary>
    public static bool Draw(RenderTreeBuilder page, string text, IReadOnlyList<AuthorView>? mentions = null, string? me = null, int maxLength = int.MaxValue)
    {
        var drawing = new MessageText(text, me, page, null, maxLength);
        drawing.DrawAll(mentions ?? Nobody);
        return drawing.IsFull;
    }

    /// <summary>What somebody reads of a text, for where it has no room for looks; line breaks stay.</summary>
    public static string PlainOf(string text, IReadOnlyList<AuthorView>? mentions = null)
    {
        if (!MarkupSyntax.IsIn(text))
            return text;
        var plain = new StringBuilder(text.Length);
        new MessageText(text, null, null, plain, int.MaxValue).DrawAll(mentions ?? Nobody);
        return plain.ToString();
    }

    private void DrawAll(IReadOnlyList<AuthorView> mentions)
    {
        if (MarkupSyntax.IsIn(_source) && MarkupSyntax.TryParse(_source, mentions) is { } document)
            DrawBlocks(document);
        else
            foreach (var part in TextParts.Of(_source))
                if (part.Url is null)
                    Write(part.Text);
                else
                    WriteLink(part.Text, part.Url);
    }

    private void DrawBlocks(ContainerBlock container)
    {
        Block? before = null;
        foreach (var block in container)
        {
            if (IsFull)
                return;
            if (before is not null)
                DrawGap(before, block);
            DrawBlock(block);
            before = block;
        }
    }

    /// <summary>Between lines of text the page has the line breaks that were typed; around blocks it has margins.</summary>
    private void DrawGap(Block before, Block block)
    {
        if (_plain is not null)
            Write("\n");
        else if (IsText(before) && IsText(block))
            Write(new string('\n', Math.Max(1, _source.AsSpan(before.Span.End + 1, block.Span.Start - before.Span.End - 1).Count('\n'))));
    }

    private static bool IsText(Block block) => block is ParagraphBlock or HeadingBlock or ThematicBreakBlock;

    private void DrawBlock(Block block)
    {
        switch (block)
        {
            case ParagraphBlock text:
                DrawInlines(text.Inline!);
                break;
            case HeadingBlock heading:
                Open("strong");
                DrawInlines(heading.Inline!);
                Close();
                break;
            case FencedCodeBlock code:
                DrawCode(code.Lines.ToString(), code.Info);
                break;
            case QuoteBlock quote:
                Open("blockquote");
                DrawBlocks(quote);
                Close();
                break;
            case ListBlock list:
                DrawList(list);
                break;
            default:
                Write(_source.Substring(block.Span.Start, block.Span.Length));
                break;
        }
    }

    private void DrawCode(string code, string? language)
    {
        Open("pre");
        if (!string.IsNullOrEmpty(language))
            Set("data-language", language);
        Open("code");
        Write(code);
        Close();
        Close();
    }

    /// <summary>The numbers are those that were typed, but "1. 1. 1." counts on.</summary>
    private void DrawList(ListBlock list)
    {
        Open(list.IsOrdered ? "ol" : "ul");
        if (list.OrderedDelimiter == ')')
            Set("class", "bracketed");
        var first = ((ListItemBlock)list[0]).Order;
        var (number, isOneNumber) = (0, true);
        foreach (var item in list.Cast<ListItemBlock>())
        {
            if (IsFull)
                break;
            isOneNumber &= item.Order == first;
            var isCounted = ++number == item.Order || (isOneNumber && number > 1);
            if (list.IsOrdered && !isCounted)
                number = item.Order;
            Open("li");
            if (list.IsOrdered && !isCounted)
                Set("value", number.ToString(CultureInfo.InvariantCulture));
            if (_plain is not null && item != list[0])
                Write("\n");
            WriteMarker(list.IsOrdered ? $"{number.ToString(CultureInfo.InvariantCulture)}{list.OrderedDelimiter} " : $"{list.BulletType} ");
            DrawBlocks(item);
            Close();
        }

        Close();
    }

    /// <summary>A page has it by itself; the line that it stands on has its room all the same.</summary>
    private void WriteMarker(string marker)
    {
        if (_plain is not null)
            Write(marker);
        else
            _room = Math.Max(0, _room - marker.Length - 1);
    }

    private void DrawInlines(ContainerInline container)
    {
        for (var inline = container.FirstChild; inline is not null && !IsFull; inline = inline.NextSibling)
            DrawInline(inline);
    }

    private void DrawInline(Inline inline)
    {
        switch (inline)
        {
            case LiteralInline text:
                Write(text.Content.ToString());
                break;
            case CodeText { IsBlock: true } code:
                DrawLines(code.Text);
                break;
            case CodeText code:
                Open("code");
                Write(code.Text);
                Close();
                break;
            case AddressInline { Address: var address }:
                WriteLink(address.Text, address.Url!);
                break;
            case MentionInline { Person: var person }:
                Open("span");
                Set("class", person.UserId == _me ? "mention me" : "mention");
                Write($"@{person.Name}");
                Close();
                break;
            case EmphasisInline emphasis:
                DrawEmphasis(emphasis);
                break;
            case LinkInline link:
                DrawLink(link);
                break;
            case DelimiterInline mark:
                Write(mark.ToLiteral());
                DrawInlines(mark);
                break;
        }
    }

    /// <summary>Code whose marks begin or end on its lines: "```js", the code, "…```". Its language may stand on the first line.</summary>
    private void DrawLines(string code)
    {
        var first = code.AsSpan(0, code.IndexOf('\n', StringComparison.Ordinal)).Trim();
        if (CodeText.IsLanguage(first))
            DrawCode(code[(code.IndexOf('\n', StringComparison.Ordinal) + 1)..].TrimEnd(), first.ToString());
        else
            DrawCode(code.Trim('\n'), null);
    }

    /// <summary>A smiley is none: "*_*".</summary>
    private void DrawEmphasis(EmphasisInline emphasis)
    {
        if (!HasWords(emphasis))
        {
            var marks = new string(emphasis.DelimiterChar, emphasis.DelimiterCount);
            Write(marks);
            DrawInlines(emphasis);
            Write(marks);
            return;
        }

        Open(emphasis.DelimiterChar == '~' ? "del" : emphasis.DelimiterCount == 2 ? "strong" : "em");
        DrawInlines(emphasis);
        Close();
    }

    private static bool HasWords(ContainerInline container)
    {
        foreach (var inline in container)
            if (inline is LiteralInline text ? text.Content.ToString().Any(char.IsLetterOrDigit) : inline is not ContainerInline within || HasWords(within))
                return true;
        return false;
    }

    /// <summary>Only to pages and mail, and never under the address of another; else it is shown as it was typed.</summary>
    private void DrawLink(LinkInline link)
    {
        if (_isInLink)
        {
            DrawInlines(link);
            return;
        }

        var text = new StringBuilder();
        AddText(text, link);
        var shown = text.ToString();
        var url = UrlOf(link);
        var pretence = url is null ? Pretence.Address : LinkText.PretenceOf(shown, url);
        if (url is null || pretence is Pretence.Address)
        {
            Write(link.IsImage ? "![" : "[");
            DrawInlines(link);
            Write(((StringSlice)link.GetData(LinkParser.Typed)!).ToString());
        }
        else if (string.IsNullOrWhiteSpace(shown))
            WriteLink(url.AbsoluteUri, url.AbsoluteUri);
        else
        {
            var host = pretence is Pretence.Host ? $" ({url.Host})" : "";
            AsLink(url.AbsoluteUri, shown.Length + host.Length, () =>
            {
                DrawInlines(link);
                Write(host);
            });
        }
    }

    private static Uri? UrlOf(LinkInline link) =>
        Uri.TryCreate(link.Url, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeMailto)
            ? url
            : null;

    /// <summary>What is read in it, without looking at what is a link in it: they may be within each other, and each would ask anew.</summary>
    private static void AddText(StringBuilder text, ContainerInline container)
    {
        foreach (var inline in container)
            if (inline is ContainerInline within)
                AddText(text, within);
            else
                text.Append(
                    inline switch
                    {
                        LiteralInline literal => literal.Content.ToString(),
                        CodeText code => code.Text,
                        AddressInline address => address.Address.Text,
                        MentionInline mention => $"@{mention.Person.Name}",
                        _ => "",
                    }
                );
    }

    private void WriteLink(string text, string url) => AsLink(url, text.Length, () => Write(text));

    /// <summary>A part of an address leads elsewhere: where it is cut, it is no link. There is none in another.</summary>
    private void AsLink(string url, int length, Action draw)
    {
        if (length > _room || _isInLink)
        {
            draw();
            return;
        }

        _isInLink = true;
        Open("a");
        Set("href", url);
        Set("target", "_blank");
        Set("rel", "noopener noreferrer");
        draw();
        Close();
        _isInLink = false;
    }

    /// <summary>No character is cut in two.</summary>
    private void Write(string text)
    {
        if (IsFull)
            return;
        var isCut = text.Length > _room;
        if (isCut)
            text = $"{text[..(_room > 0 && char.IsHighSurrogate(text[_room - 1]) ? _room - 1 : _room)]}…";
        _room = isCut ? -1 : _room - text.Length;
        _page?.AddContent(0, text);
        _plain?.Append(text);
    }

    private void Open(string element) => _page?.OpenElement(1, element);

    private void Set(string attribute, string value) => _page?.AddAttribute(2, attribute, value);

    private void Close() => _page?.CloseElement();
}
