using System.Text;
using MimeKit;
using MimeKit.Text;

namespace ChatFiles.Core.Files.Reading;

/// <summary>The words of an e-mail: subject, people, text, and the names of what is attached.</summary>
internal static class MailText
{
    private const int MaxDepth = 32;

    /// <summary>Decoded, of one part.</summary>
    private const long MaxPartBytes = 8L * 1024 * 1024;

    public static void Extract(Stream file, TextSink sink, Func<bool> mayGoOn)
    {
        // Persistent: what is in it is read from the file when it is asked for, and not kept.
        using var message = MimeMessage.Load(new ParserOptions { MaxMimeDepth = MaxDepth }, file, persistent: true);
        Append(sink, message.Subject);
        foreach (var address in new[] { message.From, message.To, message.Cc }.SelectMany(list => list))
            Append(sink, $"{address.Name} {(address as MailboxAddress)?.Address}");
        foreach (var part in message.BodyParts)
        {
            if (!mayGoOn())
                return;
            if (part is TextPart text && !text.IsAttachment)
                AppendText(sink, text, mayGoOn);
            else
                Append(sink, part.ContentType.Name ?? part.ContentDisposition?.FileName);
        }
    }

    private static void AppendText(TextSink sink, TextPart part, Func<bool> mayGoOn)
    {
        if (part.Content is null)
            return;
        using var content = new BoundedStream(part.Content.Open(), MaxPartBytes);
        using var reader = new StreamReader(content, EncodingOf(part));
        if (part.IsHtml)
            AppendHtml(sink, reader, mayGoOn);
        else
            AppendAll(sink, reader, mayGoOn);
        sink.Break();
    }

    private static void AppendAll(TextSink sink, StreamReader reader, Func<bool> mayGoOn)
    {
        var block = new char[4096];
        while (mayGoOn() && reader.Read(block, 0, block.Length) is > 0 and var read)
            sink.Append(block.AsSpan(0, read));
    }

    private static void AppendHtml(TextSink sink, StreamReader reader, Func<bool> mayGoOn)
    {
        var tokens = new HtmlTokenizer(reader) { DecodeCharacterReferences = true };
        var isSeen = true;
        while (mayGoOn() && tokens.ReadNextToken(out var token))
        {
            if (token is HtmlDataToken { Kind: HtmlTokenKind.Data } data && isSeen)
                sink.Append(data.Data);
            else if (token is HtmlTagToken { Id: HtmlTagId.Style or HtmlTagId.Script } unseen)
                isSeen = unseen.IsEndTag;
            else if (token is HtmlTagToken { Id: not (HtmlTagId.A or HtmlTagId.B or HtmlTagId.I or HtmlTagId.Span or HtmlTagId.Font or HtmlTagId.EM or HtmlTagId.Strong or HtmlTagId.U) })
                sink.Break();
        }
    }

    private static Encoding EncodingOf(TextPart part) => part.ContentType.CharsetEncoding ?? Encoding.UTF8;

    private static void Append(TextSink sink, string? text)
    {
        sink.Append(text);
        sink.Break();
    }
}
