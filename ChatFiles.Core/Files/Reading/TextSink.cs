using System.Globalization;
using System.Text;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// Gathers the text of a file, up to a bound, as one line: whatever blanks and breaks stand between two words are one
/// blank. Between two characters of Chinese or Japanese a broken line means nothing, and there is none.
/// </summary>
internal sealed class TextSink(int maxBytes)
{
    private readonly StringBuilder _text = new();
    private int _bytes;
    private bool _hasBlank;
    private bool _hasBreak;

    /// <summary>Nothing more is taken.</summary>
    public bool IsFull { get; private set; }

    public override string ToString() => _text.ToString();

    public void Append(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsFull)
                return;
            if (rune.Value is '\n' or '\r' or '\f' or 0x2028 or 0x2029)
                _hasBreak = true;
            else if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
                _hasBlank = true;
            else
                Put(rune);
        }
    }

    /// <summary>What follows is another word, cell or paragraph.</summary>
    public void Break() => _hasBreak = true;

    private void Put(Rune rune)
    {
        var needsBlank = (_hasBlank || _hasBreak) && _text.Length > 0 && !(!_hasBlank && IsJoined(_text[^1]) && IsJoined((char)(rune.IsBmp ? rune.Value : 0x4E00)));
        var bytes = rune.Utf8SequenceLength + (needsBlank ? 1 : 0);
        if (_bytes + bytes > maxBytes)
        {
            IsFull = true;
            return;
        }

        if (needsBlank)
            _text.Append(' ');
        Span<char> chars = stackalloc char[2];
        _text.Append(chars[..rune.EncodeToUtf16(chars)]);
        _bytes += bytes;
        _hasBlank = _hasBreak = false;
    }

    /// <summary>Chinese characters and kana; half of a pair is one of the rarer ones, or a sign.</summary>
    private static bool IsJoined(char c) =>
        c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u4DBF') or (>= '\u4E00' and <= '\u9FFF') || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Surrogate;
}
