using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Core.Files;

public sealed class FileTypeRulesTests
{
    private static readonly UploadPolicy Policy = new(Options.Create(new UploadOptions()));

    public static TheoryData<string> DefaultExtensions => [.. UploadOptions.DefaultExtensions.Split(' ')];

    [Theory]
    [MemberData(nameof(DefaultExtensions))]
    public void A_file_that_begins_as_its_name_says_is_accepted(string extension)
    {
        Policy.AllowedExtensions.ShouldContain(extension);
        CheckHead(extension, Heads.Of(extension)).ShouldBeNull();
        Policy.TypeOf($"X.{extension.ToUpperInvariant()}").Refusal.ShouldBeNull();
    }

    [Fact]
    public void A_file_that_begins_as_another_type_is_refused_for_every_pair_of_types()
    {
        foreach (var name in Policy.AllowedExtensions)
        {
            foreach (var content in Policy.AllowedExtensions)
            {
                var refusal = CheckHead(name, Heads.Of(content));
                if (MayBeginAs(name, content))
                    refusal.ShouldBeNull($"{content} named {name}");
                else
                    refusal.ShouldNotBeNull($"{content} named {name}").Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
            }
        }
    }

    [Theory]
    [InlineData("7F454C4602010100")] // a program of Linux
    [InlineData("D0CF11E0A1B11AE1")] // an old office file
    [InlineData("526172211A0700")] // rar
    [InlineData("CAFEBABE00000034")] // a Java class
    [InlineData("474946383761")] // GIF87a: a picture that is also a script
    public void Text_does_not_begin_like_a_program_or_another_format(string hex)
    {
        foreach (var extension in Heads.TextExtensions)
            CheckHead(extension, Convert.FromHexString(hex)).ShouldNotBeNull(extension);
    }

    [Theory]
    [InlineData("BMW and others")] // bmp begins with BM
    [InlineData("ID3 tags explained")] // mp3 begins with ID3
    [InlineData("The wide road")] // these four have the name of a QuickTime atom at its place
    [InlineData("Get free coffee")]
    [InlineData("I'd skip that")]
    [InlineData("MZ is the number plate of Mainz")]
    [InlineData("\uFEFFwith a byte order mark")]
    [InlineData("x")]
    public void Prose_that_begins_like_a_short_signature_is_still_text(string text)
    {
        foreach (var extension in Heads.TextExtensions)
            CheckHead(extension, Encoding.UTF8.GetBytes(text)).ShouldBeNull(extension);
    }

    [Theory]
    [InlineData("0000000877696465000000006D646174")] // wide, then mdat
    [InlineData("000000086672656500001000")]
    [InlineData("00000008736B697000001000")]
    [InlineData("00001000" + "6D6F6F76")]
    [InlineData("01001000" + "6D646174")]
    public void A_quicktime_film_may_begin_with_any_of_its_atoms(string hex) => CheckHead("mov", Convert.FromHexString(hex)).ShouldBeNull();

    [Fact]
    public void A_file_shorter_than_its_signature_is_refused()
    {
        foreach (var extension in Heads.BinaryExtensions)
            CheckHead(extension, Heads.Of(extension).AsSpan(0, 1).ToArray()).ShouldNotBeNull(extension);
    }

    [Theory]
    [InlineData("page.svg")]
    [InlineData("page.html")]
    [InlineData("run.exe")]
    [InlineData("run.sh")]
    [InlineData("picture.png.exe")]
    [InlineData("png")]
    [InlineData("no extension")]
    [InlineData("a.png:stream")]
    public void Only_the_last_extension_counts_and_the_refusal_names_what_is_accepted(string name)
    {
        var refusal = Policy.TypeOf(name).Refusal.ShouldNotBeNull();
        refusal.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
        refusal.Detail.ShouldContain(name);
        refusal.Detail.ShouldContain("png, jpg");
    }

    [Theory]
    [InlineData("jpg", "image/jpeg")]
    [InlineData("txt", "text/plain")]
    [InlineData("log", "text/plain")]
    [InlineData("pdf", "application/pdf")]
    [InlineData("opus", "audio/ogg")]
    [InlineData("mov", "video/quicktime")]
    public void The_content_type_follows_from_the_extension(string extension, string contentType) =>
        Policy.TypeOf("x." + extension).Value.ContentType.ShouldBe(contentType);

    private static Refusal? CheckHead(string extension, byte[] head)
    {
        var name = "x." + extension;
        return Policy.CheckHead(name, Policy.TypeOf(name).Value, head);
    }

    /// <summary>Types that share a container can't be told apart by their first bytes.</summary>
    private static bool MayBeginAs(string name, string content) =>
        Container(name) == Container(content) || (Container(name) == "iso media" && content is ("avif" or "heic"));

    private static string Container(string extension) =>
        extension switch
        {
            "jpg" or "jpeg" => "jpeg",
            "ogg" or "opus" => "ogg",
            "webm" or "mkv" => "matroska",
            "mp4" or "m4a" or "mov" => "iso media",
            "docx" or "xlsx" or "pptx" or "odt" or "ods" or "odp" or "zip" => "zip",
            "txt" or "csv" or "json" or "md" or "log" => "text",
            _ => extension,
        };
}
