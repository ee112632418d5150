using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// Makes small pictures of files that came without one: of pictures by itself, of a PDF's first page and of a film with the
/// programs that do so, where this machine has them. All of it in processes that may come to grief.
/// </summary>
public sealed class Pictures(FileReader reader)
{
    /// <summary>Bytes of what another program has drawn, before it is made small.</summary>
    private const int MaxDrawn = 8 * 1024 * 1024;

    private static readonly string? PdfDrawer = OnPath("pdftoppm");
    private static readonly string? FilmDrawer = OnPath("ffmpeg");

    /// <summary>Drawn, or at least measured, by the child.</summary>
    private static readonly HashSet<string> OwnTypes = new(StringComparer.Ordinal)
    {
        "image/png", "image/apng", "image/jpeg", "image/gif", "image/webp", "image/bmp",
        "image/avif", "image/heic", "image/heif", "image/tiff", "image/vnd.adobe.photoshop",
    };

    /// <summary>What ffmpeg draws and browsers do not.</summary>
    private static readonly HashSet<string> DrawnElsewhere = new(StringComparer.Ordinal) { "image/tiff", "image/vnd.adobe.photoshop" };

    /// <summary>Whether something can be made of files of that type.</summary>
    public static bool MayBeMadeOf(string contentType) =>
        OwnTypes.Contains(contentType)
        || OfficePicture.IsIn(contentType)
        || (IsPdf(contentType) && PdfDrawer is not null)
        || (IsFilm(contentType) && FilmDrawer is not null);

    /// <summary>Whether files of that type get a picture here unless they are broken: a PDF, and what browsers don't draw.</summary>
    public static bool AreDrawnOf(string contentType) =>
        (IsPdf(contentType) && PdfDrawer is not null) || (DrawnElsewhere.Contains(contentType) && FilmDrawer is not null);

    /// <summary>Whether nothing is left to be found out about a file that has a thumbnail: its size is where it is a picture.</summary>
    public static bool IsAllKnownOf(Attachment file) => file.Kind != FileKind.Image || file.Width is not null;

    /// <summary>Null where nothing comes of it.</summary>
    /// <param name="took">Told the time of each process.</param>
    /// <exception cref="ReadingUnavailableException">The file has not been tried.</exception>
    /// <exception cref="ReadingCutShortException">It may be tried once more.</exception>
    internal async Task<PictureMade?> MakeAsync(string contentType, Stream content, Action<TimeSpan> took, CancellationToken cancellationToken)
    {
        if (IsPdf(contentType))
            return await MakeAsync(content, [FirstPage], took, cancellationToken);
        // Not the very first frame, which is black more often than not, unless the film is shorter.
        if (IsFilm(contentType))
            return await MakeAsync(content, [path => Frame(path, "-ss", "1"), path => Frame(path)], took, cancellationToken);
        var made = await ReadAsync(contentType, content, took, cancellationToken);
        return made is { Thumbnail: null } && DrawnElsewhere.Contains(contentType) && FilmDrawer is not null
            ? made with { Thumbnail = (await MakeAsync(content, [path => Frame(path)], took, cancellationToken))?.Thumbnail }
            : made;
    }

    /// <summary>What another program draws of a file is a file that nobody trusts either.</summary>
    private async Task<PictureMade?> MakeAsync(Stream content, Func<string, ProgramItself>[] ways, Action<TimeSpan> took, CancellationToken cancellationToken)
    {
        foreach (var way in ways)
        {
            var drawn = await reader.RunAsync(way, content, MaxDrawn, cancellationToken);
            drawn.ThrowIfCutShort();
            took(drawn.Took);
            if (drawn is not { Outcome: ReadingOutcome.Done, Output.IsEmpty: false })
                continue;
            using var picture = new MemoryStream(drawn.Output.ToArray());
            return await ReadAsync("image/png", picture, took, cancellationToken) is { } made ? made with { Size = null } : null;
        }

        return null;
    }

    private async Task<PictureMade?> ReadAsync(string contentType, Stream content, Action<TimeSpan> took, CancellationToken cancellationToken)
    {
        var reading = await reader.ReadAsync(ReadingKind.Picture, contentType, content, PictureMade.MaxLength, cancellationToken);
        reading.ThrowIfCutShort();
        took(reading.Took);
        return reading.Outcome == ReadingOutcome.Done ? PictureMade.Of(reading.Output.Span) : null;
    }

    private static ProgramItself FirstPage(string path) => new(PdfDrawer!, "-q", "-f", "1", "-l", "1", "-singlefile", "-scale-to", "800", "-png", path);

    private static ProgramItself Frame(string path, params string[] from) =>
        new(
            FilmDrawer!,
            [
                "-nostdin", "-loglevel", "error", "-threads", "1", "-protocol_whitelist", "file,pipe", .. from, "-i", $"file:{path}",
                "-frames:v", "1", "-an", "-sn", "-dn", "-filter_threads", "1",
                "-vf", "scale=w='min(800,iw)':h='min(640,ih)':force_original_aspect_ratio=decrease", "-f", "image2pipe", "-c:v", "png", "pipe:1",
            ]
        );

    private static bool IsPdf(string contentType) => contentType == "application/pdf";

    private static bool IsFilm(string contentType) => contentType.StartsWith("video/", StringComparison.Ordinal);

    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathFullyQualified)
            .SelectMany(folder => new[] { Path.Combine(folder, program), Path.Combine(folder, program + ".exe") })
            .FirstOrDefault(File.Exists);
}
