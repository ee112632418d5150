using System.Buffers;
using System.Text;

namespace ChatFiles.Core.Files;

/// <summary>
/// Looks, while its bytes pass by, whether a file is text: UTF-8, UTF-16 with its byte order mark, or any single-byte code
/// page. That is whatever holds no NUL and few control characters; tabs, form feeds, escape sequences and the end mark of
/// DOS do occur in logs.
/// </summary>
internal sealed class TextCheck
{
    private const int MarkLength = 2;

    /// <summary>What no text is made of: C0 without 07 to 0F and 1A to 1F.</summary>
    private static readonly char[] Controls = [.. Enumerable.Range(1, 6).Concat(Enumerable.Range(0x10, 10)).Select(i => (char)i)];

    private static readonly SearchValues<byte> Bytes = SearchValues.Create([0, .. Controls.Select(c => (byte)c)]);
    private static readonly SearchValues<char> Chars = SearchValues.Create(['\0', .. Controls]);

    private readonly byte[] _mark = new byte[MarkLength];
    private int _markLength;
    private Decoder? _utf16;
    private bool _hasZeroBytes;
    private long _length;
    private long _controls;

    /// <summary>Whether a text that begins like this is UTF-16.</summary>
    public static bool IsUtf16(ReadOnlySpan<byte> head) => head.StartsWith(Encoding.Unicode.Preamble) || head.StartsWith(Encoding.BigEndianUnicode.Preamble);

    /// <summary>False when it is no text, whatever comes.</summary>
    public bool Read(ReadOnlySpan<byte> block)
    {
        if (_markLength < MarkLength)
        {
            var taken = Math.Min(MarkLength - _markLength, block.Length);
            block[..taken].CopyTo(_mark.AsSpan(_markLength));
            _markLength += taken;
            block = block[taken..];
            if (_markLength == MarkLength && !Begin())
                return false;
        }

        return _utf16 is null ? ReadBytes(block) : ReadUtf16(block);
    }

    /// <summary>After the last byte: whether it was a text.</summary>
    public bool End() => (_markLength == MarkLength || ReadBytes(_mark.AsSpan(0, _markLength))) && _controls * 10 <= _length * 3;

    private bool Begin()
    {
        if (!IsUtf16(_mark))
            return ReadBytes(_mark);
        var encoding = new UnicodeEncoding(_mark[0] == Encoding.BigEndianUnicode.Preamble[0], byteOrderMark: false, throwOnInvalidBytes: true);
        _utf16 = encoding.GetDecoder();
        return true;
    }

    private bool ReadBytes(ReadOnlySpan<byte> block)
    {
        _length += block.Length;
        while (block.IndexOfAny(Bytes) is >= 0 and var at)
        {
            if (block[at] == 0)
                return false;
            _controls++;
            block = block[(at + 1)..];
        }

        return true;
    }

    private bool ReadUtf16(ReadOnlySpan<byte> block)
    {
        _hasZeroBytes |= block.Contains((byte)0);
        Span<char> chars = stackalloc char[1024];
        try
        {
            var rest = block;
            while (!rest.IsEmpty)
            {
                _utf16!.Convert(rest, chars, flush: false, out var read, out var count, out _);
                if (!ReadChars(chars[..count]))
                    return false;
                rest = rest[read..];
            }
        }
        catch (DecoderFallbackException)
        {
            // Two letters of a code page look like the mark.
            _utf16 = null;
            return !_hasZeroBytes && ReadBytes(block);
        }

        return true;
    }

    private bool ReadChars(ReadOnlySpan<char> block)
    {
        _length += block.Length;
        while (block.IndexOfAny(Chars) is >= 0 and var at)
        {
            if (block[at] == 0)
                return false;
            _controls++;
            block = block[(at + 1)..];
        }

        return true;
    }
}
