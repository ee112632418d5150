using System.Globalization;

namespace ChatFiles.Core.Files;

/// <summary>Whether what has arrived of a file is what was looked for; it may be too little to say.</summary>
public enum Fit
{
    NotYet,
    Yes,
    No,
}

/// <summary>How files of a format begin.</summary>
public sealed class Signature
{
    /// <summary>What follows a <c>*</c> stands behind at most so many bytes.</summary>
    public const int MaxInFront = 1024;

    private const int TellingWeight = 5;

    private readonly int _offset;
    private readonly byte?[] _anchored;
    private readonly byte?[] _floating = [];

    /// <param name="pattern">
    /// Hex, <c>??</c> for any byte, with an offset in bytes and a colon in front where it is not 0. Behind a <c>*</c>
    /// stands what comes somewhere within the first <see cref="MaxInFront"/> bytes.
    /// </param>
    /// <exception cref="FormatException">The pattern is none.</exception>
    public Signature(string pattern)
    {
        var colon = pattern.IndexOf(':', StringComparison.Ordinal);
        var isOffset = int.TryParse(colon < 0 ? "0" : pattern.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out _offset);
        var parts = pattern[(colon + 1)..].Replace(" ", "", StringComparison.Ordinal).Split('*');
        if (!isOffset || !AreHex(parts) || _offset > FileTypes.HeadLength - parts[0].Length / 2 || (parts.Length > 1 && _offset > 0))
            throw new FormatException($"'{pattern}' is not a signature: hex bytes within the first {FileTypes.HeadLength}.");
        _anchored = ParseBytes(parts[0]);
        if (parts.Length > 1)
            _floating = ParseBytes(parts[1]);
        Weight = _anchored.Concat(_floating).Sum(WeightOf);
    }

    /// <summary>How unlikely it is that a file begins like this by chance: a letter counts 1, what no text holds 2.</summary>
    public int Weight { get; }

    /// <summary>Whether chance can be ruled out: "ID3" or "BM" may begin a text, two bytes anything.</summary>
    public bool IsTelling => Weight >= TellingWeight;

    /// <summary>Whether other bytes may stand in front of it.</summary>
    public bool IsFloating => _floating.Length > 0;

    /// <summary>Whether it is made of letters, as prose about the format is.</summary>
    public bool IsReadable => _anchored.Concat(_floating).All(b => b is null or (>= 0x20 and < 0x7F));

    /// <summary>Where it ends that has nothing floating.</summary>
    public int End => _offset + _anchored.Length;

    public Fit Match(ReadOnlySpan<byte> head)
    {
        var atItsPlace = MatchAt(head, _offset, _anchored);
        return atItsPlace == Fit.Yes && IsFloating ? Find(head) : atItsPlace;
    }

    private Fit Find(ReadOnlySpan<byte> head)
    {
        for (var i = _anchored.Length; i <= MaxInFront; i++)
        {
            var here = MatchAt(head, i, _floating);
            if (here != Fit.No)
                return here;
        }

        return Fit.No;
    }

    private static Fit MatchAt(ReadOnlySpan<byte> head, int offset, byte?[] bytes)
    {
        for (var i = 0; i < bytes.Length && offset + i < head.Length; i++)
        {
            if (bytes[i] is { } expected && head[offset + i] != expected)
                return Fit.No;
        }

        return head.Length < offset + bytes.Length ? Fit.NotYet : Fit.Yes;
    }

    private static bool AreHex(string[] parts) =>
        parts switch
        {
            [{ Length: > 0 } all] => all.Length % 2 == 0,
            [var anchored, { Length: > 0 } floating] => anchored.Length % 2 == 0 && floating.Length % 2 == 0 && floating.Length / 2 <= FileTypes.HeadLength - MaxInFront,
            _ => false,
        };

    private static int WeightOf(byte? value) =>
        value switch
        {
            null => 0,
            >= 0x20 and < 0x7F => 1,
            _ => 2,
        };

    private static byte?[] ParseBytes(string hex) => [.. hex.Chunk(2).Select(ParseByte)];

    private static byte? ParseByte(char[] digits) =>
        digits is ['?', '?'] ? null : byte.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
