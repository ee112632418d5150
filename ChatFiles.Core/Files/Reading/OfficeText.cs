using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// The words of Office and OpenDocument files: ZIPs of XML, read part by part as a stream. By the streams alone and not by
/// the formats' own libraries, which hold a document whole.
/// </summary>
internal static partial class OfficeText
{
    /// <summary>Unpacked, of one part.</summary>
    private const long MaxPartBytes = 64L * 1024 * 1024;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CheckCharacters = false,
    };

    public static void Word(Stream file, TextSink sink, Func<bool> mayGoOn) =>
        ReadParts(file, WordParts(), mayGoOn, (_, part) => ReadTexts(part, sink, mayGoOn, isText: name => name == "t", isBreak: name => name is "p" or "tab" or "br" or "cr"));

    public static void Slides(Stream file, TextSink sink, Func<bool> mayGoOn) =>
        ReadParts(file, SlideParts(), mayGoOn, (_, part) => ReadTexts(part, sink, mayGoOn, isText: name => name is "t" or "text", isBreak: name => name is "p" or "br" or "tab" or "text"));

    public static void OpenDocument(Stream file, TextSink sink, Func<bool> mayGoOn) =>
        ReadParts(
            file,
            OpenDocumentParts(),
            mayGoOn,
            (_, part) => ReadTexts(part, sink, mayGoOn, isText: _ => true, isBreak: name => name is "p" or "h" or "s" or "tab" or "line-break" or "table-cell" or "title" or "keyword")
        );

    /// <summary>Shared texts and sheets' names, then what stands in the cells themselves: texts and numbers.</summary>
    public static void Sheet(Stream file, TextSink sink, Func<bool> mayGoOn) =>
        ReadParts(
            file,
            SheetParts(),
            mayGoOn,
            (name, part) =>
            {
                if (name.StartsWith("xl/worksheets/", StringComparison.Ordinal))
                    ReadCells(part, sink, mayGoOn);
                else if (name == "xl/workbook.xml")
                    ReadSheetNames(part, sink, mayGoOn);
                else
                    ReadTexts(part, sink, mayGoOn, isText: element => element is "t" or "text", isBreak: element => element is "si" or "text");
            }
        );

    [GeneratedRegex(@"^(word/(document|footnotes|endnotes|comments|(header|footer)\d*)|docProps/core)\.xml$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WordParts();

    [GeneratedRegex(@"^(ppt/(slides/slide|notesSlides/notesSlide|comments/.{0,40}?)\d*|docProps/core)\.xml$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SlideParts();

    [GeneratedRegex(@"^(xl/(workbook|sharedStrings|worksheets/sheet\d*|comments\d*)|docProps/core)\.xml$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SheetParts();

    [GeneratedRegex(@"^(content|meta)\.xml$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OpenDocumentParts();

    [GeneratedRegex(@"\d+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();

    private static void ReadParts(Stream file, Regex wanted, Func<bool> mayGoOn, Action<string, XmlReader> read)
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        var parts = archive.Entries.Where(entry => wanted.IsMatch(entry.FullName)).OrderBy(OrderOf, StringComparer.Ordinal).ToList();
        foreach (var entry in parts)
        {
            if (!mayGoOn())
                return;
            try
            {
                using var content = new BoundedStream(entry.Open(), MaxPartBytes);
                using var reader = XmlReader.Create(content, Settings);
                read(entry.FullName, reader);
            }
            catch (Exception failure) when (failure is XmlException or InvalidDataException or NotSupportedException)
            {
                // Broken, or encrypted; another part may be whole.
            }
        }
    }

    /// <summary>What the document is about comes last; slide 2 before slide 10.</summary>
    private static string OrderOf(ZipArchiveEntry entry) =>
        (entry.FullName.StartsWith("docProps/", StringComparison.Ordinal) || entry.FullName == "meta.xml" ? "~" : "")
        + Number().Replace(entry.FullName, number => number.Value.PadLeft(10, '0'));

    /// <summary>All text within elements of some names; of what a document is about, whatever element it is.</summary>
    private static void ReadTexts(XmlReader reader, TextSink sink, Func<bool> mayGoOn, Func<string, bool> isText, Func<string, bool> isBreak)
    {
        var inText = 0;
        var isAbout = false;
        while (mayGoOn() && reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    isAbout |= reader.LocalName is "coreProperties";
                    if (isAbout || isBreak(reader.LocalName))
                        sink.Break();
                    if (isText(reader.LocalName) && !reader.IsEmptyElement)
                        inText++;
                    break;
                case XmlNodeType.EndElement:
                    if (isAbout || isBreak(reader.LocalName))
                        sink.Break();
                    if (isText(reader.LocalName))
                        inText--;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace when inText > 0 || isAbout:
                    AppendValue(reader, sink);
                    break;
            }
        }
    }

    private static void ReadCells(XmlReader reader, TextSink sink, Func<bool> mayGoOn)
    {
        var (isShared, inValue) = (false, false);
        while (mayGoOn() && reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element when reader.LocalName == "c":
                    isShared = reader.GetAttribute("t") is "s" or "b";
                    sink.Break();
                    break;
                case XmlNodeType.Element when reader.LocalName is "v" or "t":
                    inValue = !reader.IsEmptyElement && !(reader.LocalName == "v" && isShared);
                    break;
                case XmlNodeType.EndElement when reader.LocalName is "v" or "t":
                    inValue = false;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA when inValue:
                    AppendValue(reader, sink);
                    break;
            }
        }
    }

    private static void ReadSheetNames(XmlReader reader, TextSink sink, Func<bool> mayGoOn)
    {
        while (mayGoOn() && reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "sheet" || reader.GetAttribute("name") is not { } name)
                continue;
            sink.Break();
            sink.Append(name);
            sink.Break();
        }
    }

    /// <summary>In pieces: one text may be as long as the part.</summary>
    private static void AppendValue(XmlReader reader, TextSink sink)
    {
        if (!reader.CanReadValueChunk)
        {
            sink.Append(reader.Value);
            return;
        }

        var chunk = new char[4096];
        while (!sink.IsFull && reader.ReadValueChunk(chunk, 0, chunk.Length) is > 0 and var read)
            sink.Append(chunk.AsSpan(0, read));
    }
}
