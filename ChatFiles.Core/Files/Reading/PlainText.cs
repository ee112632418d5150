using System.Text;
using System.Text.RegularExpressions;
using UtfUnknown;

namespace ChatFiles.Core.Files.Reading;

/// <summary>The words of a plain text in whatever charset it is written.</summary>
internal static partial class PlainText
{
    /// <summary>Of a longer one the beginning is read; it is more than what is kept of it.</summary>
    private const int MaxRead = 4 * 1024 * 1024;

    /// <summary>So much of it decides what it is written in.</summary>
    private const int MaxJudged = 64 * 1024;

    /// <summary>Below that a guess is worse than what most of such texts are.</summary>
    private const float MinConfidence = 0.6f;

    /// <summary>What of a file <see cref="TextOf"/> is to be told.</summary>
    public static async Task<byte[]> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        var bytes = new byte[Math.Min(content.Length, MaxRead)];
        var length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return bytes[..length];
    }

    /// <summary>The text; null where there is none.</summary>
    public static string? TextOf(byte[] bytes, int maxBytes)
    {
        var text = Decode(bytes, isWhole: bytes.Length < MaxRead);
        var sink = new TextSink(maxBytes);
        sink.Append(TerminalCodes().Replace(text, ""));
        return sink.ToString() is { Length: > 0 } found ? found : null;
    }

    /// <summary>By its mark, as UTF-8 where it is that, else as what it looks like.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes, bool isWhole = true)
    {
        if (bytes.StartsWith(Encoding.Unicode.Preamble))
            return Encoding.Unicode.GetString(bytes[2..]);
        if (bytes.StartsWith(Encoding.BigEndianUnicode.Preamble))
            return Encoding.BigEndianUnicode.GetString(bytes[2..]);
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        return IsUtf8(bytes, isWhole) ? Encoding.UTF8.GetString(bytes) : Guess(bytes).GetString(bytes);
    }

    private static bool IsUtf8(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        try
        {
            var decoder = Charsets.Utf8.GetDecoder();
            decoder.GetCharCount(bytes, flush: isWhole);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static Encoding Guess(ReadOnlySpan<byte> bytes)
    {
        var guess = CharsetDetector.DetectFromBytes(bytes[..Math.Min(bytes.Length, MaxJudged)].ToArray()).Detected;
        var encoding = guess is { Confidence: >= MinConfidence } ? CodePagesEncodingProvider.Instance.GetEncoding(guess.EncodingName) : null;
        return encoding ?? CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
    }

    /// <summary>What colours the lines of a log.</summary>
    [GeneratedRegex(@"\x1B\[[0-?]*[ -/]*[@-~]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TerminalCodes();
}
