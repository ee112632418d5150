using System.Globalization;

namespace ChatFiles.Core.Files;

/// <summary>How files of a format begin.</summary>
public sealed class Signature
{
    private readonly int _offset;
    private readonly byte?[] _bytes;

    /// <param name="pattern">Hex, <c>??</c> for any byte, with an offset in bytes and a colon in front where it is not 0.</param>
    /// <exception cref="FormatException">The pattern is none.</exception>
    public Signature(string pattern)
    {
        var colon = pattern.IndexOf(':', StringComparison.Ordinal);
        var hasOffset = colon < 0 || int.TryParse(pattern.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out _offset);
        var hex = pattern[(colon + 1)..].Replace(" ", "", StringComparison.Ordinal);
        if (!hasOffset || hex.Length is 0 || hex.Length % 2 != 0 || hex.Length / 2 > FileTypes.HeadLength - _offset)
            throw new FormatException($"'{pattern}' is not a signature: hex bytes within the first {FileTypes.HeadLength}.");
        _bytes = [.. hex.Chunk(2).Select(ParseByte)];
    }

    /// <summary>Whether no plain text would begin like this by chance: "ID3" or "BM" might.</summary>
    public bool IsDistinctive => _bytes.Count(b => b is not null) >= 4 || _bytes.Any(b => b is > 0x7F);

    public bool Fits(ReadOnlySpan<byte> head)
    {
        if (head.Length < _offset + _bytes.Length)
            return false;
        for (var i = 0; i < _bytes.Length; i++)
        {
            if (_bytes[i] is { } expected && head[_offset + i] != expected)
                return false;
        }

        return true;
    }

    private static byte? ParseByte(char[] digits) =>
        digits is ['?', '?'] ? null : byte.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
