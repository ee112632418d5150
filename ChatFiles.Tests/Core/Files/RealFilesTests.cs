using ChatFiles.Core.Files;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Files;

/// <summary>Files as programs and cameras write them, in Examples/Files: each stands for its whole kind.</summary>
public sealed class RealFilesTests
{
    [Theory]
    // Written by Office with a password: an OLE container in the place of the ZIP.
    [InlineData("encrypted.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    [InlineData("encrypted.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    // UTF-16, as Windows writes texts.
    [InlineData("bitlocker.txt", "text/plain")]
    [InlineData("excel-unicode.txt", "text/plain")]
    [InlineData("powershell-redirect.log", "text/plain")]
    [InlineData("utf16be.csv", "text/csv")]
    // Letters of code pages, or of prose, that another format begins with.
    [InlineData("cp1251.csv", "text/csv")]
    [InlineData("cp1251b.txt", "text/plain")]
    [InlineData("cp1251c.txt", "text/plain")]
    [InlineData("cp1252.txt", "text/plain")]
    [InlineData("gbk.csv", "text/csv")]
    [InlineData("sjis.txt", "text/plain")]
    [InlineData("gif-note.md", "text/markdown")]
    [InlineData("moov-note.md", "text/markdown")]
    [InlineData("moov.csv", "text/csv")]
    [InlineData("pdf-note.md", "text/markdown")]
    // A byte order mark, a line end and a printer's commands in front.
    [InlineData("bom.pdf", "application/pdf")]
    [InlineData("lf.pdf", "application/pdf")]
    [InlineData("pjl.pdf", "application/pdf")]
    // Pictures with another one's ending.
    [InlineData("IMG_0001.HEIC", "image/jpeg")]
    [InlineData("logo.png", "image/webp")]
    [InlineData("photo.jpg", "image/webp")]
    [InlineData("really-png.jpg", "image/png")]
    [InlineData("really-heic.jpg", "image/heic")]
    // A voice in the container of a film, as a browser and as ffmpeg write it; and a film.
    [InlineData("voice-of-a-browser.webm", "audio/webm")]
    [InlineData("voice.webm", "audio/webm")]
    [InlineData("film.webm", "video/webm")]
    public async Task A_file_is_accepted_for_what_it_is(string name, string contentType)
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "ChatFiles.Tests", "Examples", "Files", name));

        foreach (var block in new[] { 64 * 1024, 100, 1 })
            (await Inspection.OfAsync(name, bytes, block)).ShouldNotBeNull().ContentType.ShouldBe(contentType, $"{block} bytes at a time");
    }

    /// <summary>What is in the folder is tested.</summary>
    [Fact]
    public void No_example_is_forgotten()
    {
        var tested = typeof(RealFilesTests)
            .GetMethod(nameof(A_file_is_accepted_for_what_it_is))!
            .GetCustomAttributes(typeof(InlineDataAttribute), inherit: false)
            .Cast<InlineDataAttribute>()
            .Select(row => (string)row.GetData(null!).Single()[0]);

        Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "ChatFiles.Tests", "Examples", "Files"))
            .Select(Path.GetFileName)
            .ShouldBe(tested, ignoreOrder: true);
    }
}
