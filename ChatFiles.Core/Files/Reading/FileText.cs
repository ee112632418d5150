using System.Diagnostics;
using System.Text;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// Words that are in files. Of a plain text they are decoded where they are; whatever else may hold words is read by a
/// process of its own (<see cref="ReadingChild"/>), and only there what knows its format is loaded.
/// </summary>
internal static class FileText
{
    /// <summary>Of one file, in UTF-8.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>What is larger is not looked into.</summary>
    public const long MaxFileBytes = 256L * 1024 * 1024;

    /// <summary>Of the processor. Then what has been found is all: well before the process is ended, and all of it lost.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(12);

    private delegate void Extract(Stream file, TextSink sink, Func<bool> mayGoOn);

    private static readonly Dictionary<string, Extract> Documents = ByContentType(
        ("pdf", PdfText.Extract),
        ("docx dotx docm", OfficeText.Word),
        ("xlsx xlsm", OfficeText.Sheet),
        ("pptx pptm ppsx", OfficeText.Slides),
        ("odt ods odp odg", OfficeText.OpenDocument),
        ("eml", MailText.Extract)
    );

    /// <summary>Whether it is decoded where it is.</summary>
    public static bool IsPlain(string contentType) => !Documents.ContainsKey(contentType) && FileTypes.Of(contentType).Shown is Shown.Text or Shown.Table;

    /// <summary>Whether files of that type may hold words that can be read.</summary>
    public static bool MayHave(string contentType) => Documents.ContainsKey(contentType) || IsPlain(contentType);

    /// <summary>In a process of its own: the text, in UTF-8; null where there is none.</summary>
    public static byte[]? Read(string contentType, FileStream file)
    {
        if (!Documents.TryGetValue(contentType, out var extract))
            return null;
        var sink = new TextSink(MaxBytes);
        var watch = Stopwatch.StartNew();
        try
        {
            // The clock is cheaper to ask; on a busy machine it is ahead.
            extract(file, sink, () => !sink.IsFull && (watch.Elapsed < MaxTime || Environment.CpuUsage.TotalTime < MaxTime));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException && sink.ToString().Length > 0)
        {
            // What was found before it broke is worth having.
        }

        return sink.ToString() is { Length: > 0 } text ? Encoding.UTF8.GetBytes(text) : null;
    }

    private static Dictionary<string, Extract> ByContentType(params (string Extensions, Extract Extract)[] rows) =>
        rows.SelectMany(row => FileTypes.Split(row.Extensions).Select(extension => (FileTypes.Default[extension].ContentType, row.Extract)))
            .ToDictionary(row => row.ContentType, row => row.Extract, StringComparer.Ordinal);
}
