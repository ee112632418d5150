using System.Text;

namespace ChatFiles.Core.Files;

/// <summary>
/// The encodings that senders name for what they write: UTF-8, UTF-16, the ISO-8859 family and what else .NET knows as
/// code pages. All are strict: bytes that do not fit are an error, never a replacement character.
/// </summary>
public static class Charsets
{
    public static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null when nobody knows it, or it is not safe to read (UTF-7).</summary>
    public static Encoding? Find(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The text; null when the bytes are none in this encoding. A byte order mark is no part of it.</summary>
    public static string? Decode(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        // “utf-16” alone leaves the order of the bytes to the mark.
        if (encoding.CodePage == Encoding.Unicode.CodePage && bytes.StartsWith(Encoding.BigEndianUnicode.Preamble))
            encoding = Find("utf-16BE")!;
        try
        {
            var text = encoding.GetString(bytes);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (ArgumentException)
        {
            return null; // DecoderFallbackException is one; some code pages throw others
        }
    }
}
