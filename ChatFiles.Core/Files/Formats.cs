using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>What the first bytes say about a file: whether it may be sent by its name, and what it is then.</summary>
/// <param name="Type">What it is; null while that is open, and when it is nothing that its name says.</param>
public readonly record struct Verdict(Fit Fit, FileType? Type = null);

/// <summary>
/// Finds out from the first bytes what a file is. The name leads: a file is what its extension says when one of that row's
/// signatures fits. A picture, sound or film may have another one's extension, and is told as what it is.
/// </summary>
/// <param name="allowed">The rows that may be sent.</param>
/// <param name="known">All rows: what a text must not begin like does not depend on what is allowed.</param>
internal sealed class Formats(IEnumerable<FileType> allowed, IEnumerable<FileType> known)
{
    /// <summary>No signature of a picture, an archive or a program that a text could hold lies further in.</summary>
    private const int TextHeadLength = 64;

    /// <summary>What is written about a format has so much prose behind the letters that its files begin with.</summary>
    private const int ProseLength = 8;

    /// <summary>Sounds last: what may be a film, or the sound of one alone, is called a film.</summary>
    private readonly FileType[] _media = [.. allowed.Where(type => type.IsMedia).Distinct().OrderBy(type => type.Kind == FileKind.Audio)];

    /// <summary>Pictures, archives and programs.</summary>
    private readonly Signature[] _others =
    [
        .. known.Where(type => type.Kind is FileKind.Image or FileKind.Archive).SelectMany(type => type.Signatures).Where(s => s.IsTelling && !s.IsFloating),
        .. FileTypes.Programs,
    ];

    /// <param name="named">What its name says.</param>
    /// <param name="head">What of the first bytes is there.</param>
    /// <param name="isWhole">Whether no more of them will come.</param>
    public Verdict Judge(FileType named, ReadOnlySpan<byte> head, bool isWhole)
    {
        if (!named.IsText)
            return JudgeBinary(named, head, isWhole);
        if (!isWhole && head.Length < TextHeadLength)
            return default;
        return BeginsLike(_others, head) || BeginsLike(FileTypes.Pdf, head) ? new Verdict(Fit.No) : new Verdict(Fit.Yes, named);
    }

    private Verdict JudgeBinary(FileType named, ReadOnlySpan<byte> head, bool isWhole)
    {
        // What may stand behind other bytes must not stand behind another format's: it would be both.
        if (!named.IsMedia && named.Signatures.Any(signature => signature.IsFloating) && BeginsLike(_others, head))
            return new Verdict(Fit.No);
        var best = new Search();
        best.Try(named, head, isNamed: true);
        if (named.IsMedia)
        {
            foreach (var other in _media)
            {
                if (other != named)
                    best.Try(other, head, isNamed: false);
            }
        }

        var verdict = best.Conclude(isWhole);
        return verdict.Type == FileTypes.WebmFilm ? TellSound(verdict, head, isWhole) : verdict;
    }

    /// <summary>Sound and film have one container here, and one ending.</summary>
    private static Verdict TellSound(Verdict film, ReadOnlySpan<byte> head, bool isWhole) =>
        WebmTracks.AreSounds(head) switch
        {
            Fit.Yes => new Verdict(Fit.Yes, FileTypes.WebmSound),
            Fit.NotYet when !isWhole => default,
            _ => film,
        };

    private static bool BeginsLike(Signature[] signatures, ReadOnlySpan<byte> head)
    {
        foreach (var signature in signatures)
        {
            if (signature.Match(head) == Fit.Yes && !IsProse(signature, head))
                return true;
        }

        return false;
    }

    /// <summary>"GIF89a adds animation" is a sentence: letters alone are a format's only when none follow them.</summary>
    private static bool IsProse(Signature signature, ReadOnlySpan<byte> head) =>
        signature.IsReadable
        && head.Length >= signature.End + ProseLength
        && !head.Slice(signature.End, ProseLength).ContainsAnyInRange((byte)0, (byte)0x1F);

    /// <summary>The row that fits best; where several fit as well, the one that the name says, else the first.</summary>
    private struct Search
    {
        private const int None = -1;

        private FileType? _best;
        private int _weight = None;
        private int _open = None;

        public Search() { }

        public void Try(FileType type, ReadOnlySpan<byte> head, bool isNamed)
        {
            foreach (var signature in type.Signatures)
            {
                if (!isNamed && !signature.IsTelling)
                    continue;
                var fit = signature.Match(head);
                if (fit == Fit.NotYet)
                    _open = Math.Max(_open, signature.Weight);
                else if (fit == Fit.Yes && signature.Weight > _weight)
                    (_best, _weight) = (type, signature.Weight);
            }
        }

        public readonly Verdict Conclude(bool isWhole) =>
            !isWhole && _open > _weight ? default
            : _best is null ? new Verdict(Fit.No)
            : new Verdict(Fit.Yes, _best);
    }
}
