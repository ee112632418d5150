using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Files.Reading;

/// <summary>What is read from files; in production all but plain texts in a process of its own.</summary>
public sealed class FileTextTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_words_of_a_PDF_are_read_from_all_its_pages() => Read("pdf", Documents.Pdf("The first heron", "A second page")).ShouldBe("The first heron A second page");

    [Fact]
    public void The_words_of_a_Word_document_are_read_however_they_are_cut_into_runs() => Read("docx", Documents.Docx("Quarterly heron & report")).ShouldBe("Quarterly heron & report afootnote");

    [Fact]
    public void Of_a_sheet_texts_numbers_and_names_are_read_and_no_numbers_of_texts() => Read("xlsx", Documents.Xlsx("Quarterly heron")).ShouldBe("Quarterly heron Budgetsheet 4711.25 inlinecell");

    [Fact]
    public void The_words_of_slides_are_read_with_what_their_speaker_noted() => Read("pptx", Documents.Pptx("A heron's slide")).ShouldBe("speakernote A heron's slide");

    [Theory]
    [InlineData("odt")]
    [InlineData("ods")]
    [InlineData("odp")]
    public void The_words_of_OpenDocument_files_are_read(string extension) => Read(extension, Documents.OpenDocument("grey heron")).ShouldBe("A title grey heron");

    [Fact]
    public void Of_a_mail_subject_people_texts_and_names_of_attachments_are_read()
    {
        var text = Read("eml", Documents.Mail("Grüße vom Reiher"))!;
        text.ShouldBe("Überraschung Jürgen juergen@example.org ann@example.org Grüße vom Reiher hypertext next&last attachedreport.pdf");
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("png")]
    [InlineData("doc")]
    public void What_holds_no_words_that_can_be_read_is_not_looked_into(string extension) => FileText.MayHave(TypeOf(extension)).ShouldBeFalse();

    [Theory]
    [InlineData("txt")]
    [InlineData("cs")]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("ics")]
    public void Texts_and_sources_are_decoded_where_they_are(string extension) => FileText.IsPlain(TypeOf(extension)).ShouldBeTrue();

    [Theory]
    [InlineData("utf-8", "Ärger: grün")]
    [InlineData("utf-16", "Ärger: grün")]
    [InlineData("utf-16BE", "Ärger: grün")]
    [InlineData("windows-1252", "Größe und Ärger über die grünen Bäume am Fluß, schön für alle Gäste")]
    [InlineData("windows-1251", "Привет, это обычный русский текст о погоде и о цапле на озере")]
    [InlineData("shift_jis", "これは日本語の文章です。青い鷺が湖に立っている。")]
    [InlineData("gb18030", "这是一个中文文本文件。苍鹭站在湖边等待鱼儿。")]
    public async Task A_text_is_decoded_in_whatever_it_is_written(string charset, string text)
    {
        var encoding = Charsets.Find(charset)!;
        byte[] bytes = [.. encoding.Preamble, .. encoding.GetBytes(text)];

        PlainText.TextOf(bytes, FileText.MaxBytes).ShouldBe(text);
    }

    [Fact]
    public async Task Colours_blanks_and_broken_lines_of_a_text_are_no_part_of_its_words()
    {
        var text = "\u001b[31merror\u001b[0m\t in\r\n\r\nline\u0000 2\f日本\n語 x";
        PlainText.TextOf(Encoding.UTF8.GetBytes(text), FileText.MaxBytes).ShouldBe("error in line 2 日本語 x");
    }

    [Fact]
    public async Task Of_a_long_text_a_mebibyte_is_read()
    {
        var text = string.Concat(Enumerable.Repeat("häron ", 1_000_000));
        var read = PlainText.TextOf(Encoding.UTF8.GetBytes(text), FileText.MaxBytes)!;
        Encoding.UTF8.GetByteCount(read).ShouldBeInRange(FileText.MaxBytes - 8, FileText.MaxBytes);
    }

    [Theory]
    [InlineData("docx", "word/document.xml", "<w:document xmlns:w=\"w\"><w:t>heron ", "aaaaaaa ")]
    [InlineData("xlsx", "xl/sharedStrings.xml", "<sst xmlns=\"m\"><si><t>heron </t></si>", "<si/>")]
    [InlineData("odt", "content.xml", "<a><p>heron </p>", "<p>")]
    public void Of_what_unpacks_without_end_the_beginning_is_read(string extension, string part, string begin, string endless) =>
        Read(extension, Documents.Bomb(part, begin, endless, 300L << 20, ""))!.ShouldStartWith("heron");

    [Fact]
    public void Entities_are_not_expanded()
    {
        var laughs = "<!DOCTYPE x [<!ENTITY a \"heron\"><!ENTITY b \"&a;&a;&a;&a;\">]><office:body xmlns:office=\"o\">&b;</office:body>";
        Read("odt", Documents.Zip(("content.xml", laughs))).ShouldBeNull();
    }

    [Theory]
    [InlineData("docx")]
    [InlineData("odt")]
    public void A_broken_file_is_a_failure_or_nothing_at_all(string extension)
    {
        Should.Throw<InvalidDataException>(() => Read(extension, "PK\u0003\u0004 and no more"u8.ToArray()));
        Read(extension, Documents.Zip(("other", "x"))).ShouldBeNull();
    }

    private static string TypeOf(string extension) => FileTypes.Default[extension].ContentType;

    private string? Read(string extension, byte[] content)
    {
        File.WriteAllBytes(_path, content);
        using var file = File.OpenRead(_path);
        return FileText.Read(TypeOf(extension), file) is { } text ? Encoding.UTF8.GetString(text) : null;
    }
}
