using System.IO.Compression;
using System.Security;
using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace ChatFiles.Tests.Stage;

/// <summary>Small documents of each kind that words are read from, with some words in them.</summary>
internal static class Documents
{
    public static byte[] Pdf(params string[] pages)
    {
        using var builder = new PdfDocumentBuilder();
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach (var text in pages)
            builder.AddPage(PageSize.A4).AddText(text, 12, new UglyToad.PdfPig.Core.PdfPoint(50, 700), font);
        return builder.Build();
    }

    public static byte[] Docx(string text) =>
        Zip(
            ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
            (
                "word/document.xml",
                $"<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>{Half(text, first: true)}</w:t></w:r><w:r><w:t xml:space=\"preserve\">{Half(text, first: false)}</w:t></w:r></w:p><w:p><w:r><w:instrText>HIDDENFIELD</w:instrText></w:r></w:p></w:body></w:document>"
            ),
            ("word/footnotes.xml", "<w:footnotes xmlns:w=\"x\"><w:p><w:t>afootnote</w:t></w:p></w:footnotes>")
        );

    public static byte[] Xlsx(string text) =>
        Zip(
            ("xl/workbook.xml", "<workbook xmlns=\"m\"><sheets><sheet name=\"Budgetsheet\" sheetId=\"1\"/></sheets></workbook>"),
            ("xl/sharedStrings.xml", $"<sst xmlns=\"m\"><si><r><t>{Half(text, first: true)}</t></r><r><t>{Half(text, first: false)}</t></r></si></sst>"),
            ("xl/worksheets/sheet1.xml", "<worksheet xmlns=\"m\"><sheetData><row><c t=\"s\"><v>777123</v></c><c><v>4711.25</v></c><c t=\"inlineStr\"><is><t>inlinecell</t></is></c></row></sheetData></worksheet>")
        );

    public static byte[] Pptx(string text) =>
        Zip(
            ("ppt/slides/slide1.xml", $"<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><a:p><a:r><a:t>{SecurityElement.Escape(text)}</a:t></a:r></a:p></p:sld>"),
            ("ppt/notesSlides/notesSlide1.xml", "<p:notes xmlns:p=\"p\" xmlns:a=\"a\"><a:p><a:t>speakernote</a:t></a:p></p:notes>")
        );

    public static byte[] OpenDocument(string text) =>
        Zip(
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            (
                "content.xml",
                $"<office:document-content xmlns:office=\"o\" xmlns:text=\"t\"><office:body><text:h>A title</text:h><text:p>{SecurityElement.Escape(text)}</text:p></office:body></office:document-content>"
            )
        );

    public static byte[] Mail(string text) =>
        Encoding.ASCII.GetBytes(
            $"""
            From: =?utf-8?q?J=C3=BCrgen?= <juergen@example.org>
            To: ann@example.org
            Subject: =?utf-8?b?{Convert.ToBase64String(Encoding.UTF8.GetBytes("Überraschung"))}?=
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="b"

            --b
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: base64

            {Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}
            --b
            Content-Type: text/html; charset=utf-8

            <html><style>hiddenstyle</style><body>hyper<b>text</b><br>next&amp;last</body></html>
            --b
            Content-Type: application/pdf; name="attachedreport.pdf"
            Content-Disposition: attachment; filename="attachedreport.pdf"
            Content-Transfer-Encoding: base64

            JVBERi0=
            --b--
            """.ReplaceLineEndings("\r\n")
        );

    public static byte[] Zip(params (string Name, string Content)[] parts)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var part = archive.CreateEntry(name).Open();
                part.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return file.ToArray();
    }

    /// <summary>A part that unpacks to far more than it is long.</summary>
    public static byte[] Bomb(string name, string begin, string endless, long bytes, string end)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var part = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
            part.Write(Encoding.UTF8.GetBytes(begin));
            var block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(endless, Math.Max(1, (1 << 20) / endless.Length))));
            for (long written = 0; written < bytes; written += block.Length)
                part.Write(block);
            part.Write(Encoding.UTF8.GetBytes(end));
        }

        return file.ToArray();
    }

    private static string Half(string text, bool first) => SecurityElement.Escape(first ? text[..(text.Length / 2)] : text[(text.Length / 2)..])!;
}
