using System.Text;

namespace ChatFiles.Core.Files;

/// <summary>
/// Finds out while a text's bytes pass by what a browser may be told about their charset. A wrong word is worse than
/// none: told none, it looks for itself.
/// </summary>
internal sealed class CharsetReader
{
    private readonly Decoder _utf8 = Charsets.Utf8.GetDecoder();
    private readonly char[] _chars = new char[8 * 1024];
    private readonly byte[] _mark = new byte[2];
    private int _markLength;
    private bool _isUtf8 = true;

    public void Read(ReadOnlySpan<byte> block)
    {
        for (var i = 0; _markLength < _mark.Length && i < block.Length; i++)
            _mark[_markLength++] = block[i];
        try
        {
            while (_isUtf8 && !block.IsEmpty)
            {
                _utf8.Convert(block, _chars, flush: false, out var read, out _, out _);
                block = block[read..];
            }
        }
        catch (DecoderFallbackException)
        {
            _isUtf8 = false;
        }
    }

    /// <summary>After the last byte: “utf-8”, “utf-16le” or “utf-16be” by the byte order mark, or empty for whatever else it is.</summary>
    public string End()
    {
        try
        {
            if (_isUtf8)
                _utf8.Convert([], _chars, flush: true, out _, out _, out _);
        }
        catch (DecoderFallbackException)
        {
            _isUtf8 = false; // cut off within a character
        }

        if (_isUtf8)
            return "utf-8";
        return _markLength < _mark.Length ? ""
            : _mark.AsSpan().SequenceEqual(Encoding.Unicode.Preamble) ? "utf-16le"
            : _mark.AsSpan().SequenceEqual(Encoding.BigEndianUnicode.Preamble) ? "utf-16be"
            : "";
    }
}
