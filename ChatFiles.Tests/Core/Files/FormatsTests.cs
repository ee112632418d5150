using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Tests.Core.Files;

public sealed class FormatsTests
{
    /// <summary>The first is told where a file is called neither, and several formats can't be told apart.</summary>
    private static readonly string[] Containers = ["png apng", "jpg jpeg jfif", "heic heif", "wmv wma", "ogg oga opus", "mp4 m4v 3gp"];

    public static TheoryData<string> Extensions => [.. FileTypes.Default.Keys];

    [Theory]
    [MemberData(nameof(Extensions))]
    public async Task A_file_that_begins_as_its_name_says_is_accepted_as_that(string extension)
    {
        var name = $"X.{extension.ToUpperInvariant()}";

        (await Inspection.OfAsync(name, Heads.Of(extension))).ShouldBe(FileTypes.Default[extension]);
        if (!FileTypes.Default[extension].IsText)
            (await Inspection.OfAsync(name, Heads.Of(extension)[..1])).ShouldBeNull("so short it can't be one");
    }

    [Fact]
    public async Task A_file_that_begins_as_another_type_is_refused_unless_both_are_pictures_sounds_or_films()
    {
        foreach (var name in FileTypes.Default.Keys)
        {
            foreach (var content in FileTypes.Default.Keys)
            {
                var (named, meant) = (FileTypes.Default[name], FileTypes.Default[content]);
                var taken = await Inspection.OfAsync($"x.{name}", Heads.Of(content));
                if (MayBeginAs(name, content))
                    taken.ShouldBe(named, $"{content} named {name}");
                else if (named.IsMedia && meant.IsMedia && content != "aac")
                    taken.ShouldNotBeNull($"{content} named {name}").ContentType.ShouldBe(TypeOf(content).ContentType, $"{content} named {name}");
                else
                    taken.ShouldBeNull($"{content} named {name}");
            }
        }
    }

    [Theory]
    [InlineData("FFFB9064", "mp3")] // two bytes, which may stand at the beginning of anything
    [InlineData("FFF15080", "aac")]
    public async Task Two_bytes_only_confirm_what_the_name_says(string hex, string extension)
    {
        var bytes = Convert.FromHexString(hex);

        (await Inspection.OfAsync($"x.{extension}", bytes)).ShouldBe(FileTypes.Default[extension]);
        (await Inspection.OfAsync("x.jpg", bytes)).ShouldBeNull();
    }

    [Theory]
    [InlineData("mp3", "4150455441474558D0070000")] // APETAGEX
    [InlineData("mp3", "494433")]
    [InlineData("mov", "0000000877696465000000006D646174")] // wide, then mdat
    [InlineData("mov", "000000086672656500001000")]
    [InlineData("mov", "00000008736B697000001000")]
    [InlineData("mov", "000010006D6F6F76")]
    [InlineData("mov", "010010006D646174")]
    [InlineData("mp4", "0000000866726565000000206674797069736F6D")] // free, then ftyp
    [InlineData("mp4", "00000010736B69700000000000000000000000206674797069736F6D")]
    [InlineData("mp4", "000000186D6F6F76")]
    [InlineData("mp4", "FFFFFFF06D646174")]
    [InlineData("mp4", "000000186674797033677034")] // old telephones name a 3gp so
    [InlineData("m4a", "0000002066747970697336F6D")]
    [InlineData("doc", "7B5C727466315C616E7369")]
    [InlineData("zip", "504B0506000000000000")]
    [InlineData("tiff", "4D4D002A00000008")]
    [InlineData("aif", "464F524D0000002E41494643")]
    public async Task A_format_has_more_than_one_beginning(string extension, string hex) =>
        (await Inspection.OfAsync($"x.{extension}", Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex + "0"))).ShouldBe(FileTypes.Default[extension]);

    [Theory]
    [InlineData("x.mp4", "00000014667479707174202000", "video/quicktime")]
    [InlineData("x.mov", "000000206674797069736F6D", "video/mp4")]
    [InlineData("x.mp4", "00000020667479704D344120", "audio/mp4")]
    [InlineData("x.m4a", "000000206674797069736F6D", "audio/mp4")] // many recorders write this brand
    [InlineData("x.mkv", "1A45DFA39F4286810142F7810142F2810442F381084282847765626D", "video/webm")]
    [InlineData("x.webm", "1A45DFA3A3", "video/webm")] // does not say
    [InlineData("x.heic", "0000001C667479706D696631000000006D69663161766966", "image/avif")]
    [InlineData("x.heic", "0000001C667479706D696631000000006D69663168656963", "image/heic")]
    [InlineData("film.jpg", "000000206674797069736F6D", "video/mp4")]
    public async Task Of_formats_in_one_container_the_brand_tells_and_else_the_name(string name, string hex, string contentType) =>
        (await Inspection.OfAsync(name, Convert.FromHexString(hex))).ShouldNotBeNull().ContentType.ShouldBe(contentType);

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public async Task A_PDF_may_have_1024_bytes_in_front(int inFront, bool isAccepted)
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)'@', inFront), .. "%PDF-1.7\n"u8];

        foreach (var block in new[] { 7, 4096 })
            (await Inspection.OfAsync("x.pdf", bytes, block)).ShouldBe(isAccepted ? FileTypes.Default["pdf"] : null);
    }

    [Theory]
    [InlineData("gif")]
    [InlineData("zip")]
    [InlineData("doc")]
    public async Task Another_format_in_front_of_a_PDF_is_not_accepted(string other) =>
        (await Inspection.OfAsync("x.pdf", [.. Heads.Of(other), .. "%PDF-1.7\n"u8])).ShouldBeNull();

    [Fact]
    public void What_is_plainly_another_format_is_refused_before_all_of_its_head_is_there()
    {
        var pdf = FileTypes.Default["pdf"];

        Inspection.Default.Judge(pdf, Heads.Of("png"), isWhole: false).Fit.ShouldBe(Fit.No);
        Inspection.Default.Judge(pdf, "@PJL ENTER"u8, isWhole: false).Fit.ShouldBe(Fit.NotYet);
        Inspection.Default.Judge(FileTypes.Default["docx"], "%PDF"u8, isWhole: false).Fit.ShouldBe(Fit.No);
        Inspection.Default.Judge(FileTypes.Default["jpg"], Heads.Of("docx"), isWhole: false).Fit.ShouldBe(Fit.No);
    }

    [Fact]
    public async Task A_picture_is_told_as_another_one_only_where_that_is_allowed()
    {
        var policy = Inspection.Policy(options => options.AllowedExtensions = ["png", "jpg"]);

        (await Inspection.OfAsync("x.png", Heads.Of("jpg"), policy: policy)).ShouldBe(FileTypes.Default["jpg"]);
        (await Inspection.OfAsync("x.png", Heads.Of("webp"), policy: policy)).ShouldBeNull();
    }

    [Theory]
    [InlineData("7F454C4602010100")] // a program of Linux
    [InlineData("D0CF11E0A1B11AE1")] // an old office file
    [InlineData("526172211A0700")] // rar
    [InlineData("CAFEBABE")] // a Java class
    [InlineData("474946383761")] // GIF87a and nothing else
    [InlineData("47494638396101")]
    [InlineData("255044462D312E340A312030206F626A0A")] // a PDF that is all letters
    [InlineData("425A6839314159265359")]
    [InlineData("FFD8FFE1")]
    public async Task Text_does_not_begin_like_a_program_an_archive_a_PDF_or_a_picture(string hex)
    {
        foreach (var extension in Heads.TextExtensions)
            (await Inspection.OfAsync($"x.{extension}", Convert.FromHexString(hex))).ShouldBeNull(extension);
    }

    [Theory]
    [InlineData("BMW and others")] // bmp begins with BM
    [InlineData("ID3 tags explained")] // mp3 begins with ID3
    [InlineData("The wide road")] // these four have the name of a QuickTime atom at its place
    [InlineData("Get free coffee")]
    [InlineData("I'd skip that")]
    [InlineData("MZ is the number plate of Mainz")]
    [InlineData("#!/bin/sh\necho hello")]
    [InlineData("{\\rtf is how RTF begins")]
    [InlineData("\uFEFFwith a byte order mark")]
    [InlineData("x")]
    public async Task Prose_that_begins_like_another_format_is_still_text(string text)
    {
        foreach (var extension in Heads.TextExtensions)
            (await Inspection.OfAsync($"x.{extension}", Encoding.UTF8.GetBytes(text))).ShouldBe(FileTypes.Default[extension]);
    }

    /// <summary>Types that share a container can't be told apart by their first bytes: then the name is believed.</summary>
    private static bool MayBeginAs(string name, string content) =>
        FileTypes.Default[name] == FileTypes.Default[content]
        || (FileTypes.Default[name].IsText && (FileTypes.Default[content].IsText || content == "rtf")) // RTF is written in letters
        || Containers.Any(container => container.Split(' ').Contains(name) && container.Split(' ').Contains(content))
        || (name, content) is ("m4a", "mp4" or "m4v") or ("aac" or "flac", "mp3")
        || FileTypes.Default[name].Signatures.Any(own =>
            FileTypes.Default[name] is { Kind: FileKind.Document or FileKind.Archive, Shown: Shown.Card or Shown.Zip } && own.Match(Heads.Of(content)) == Fit.Yes
        );

    private static FileType TypeOf(string content) =>
        FileTypes.Default[Containers.Select(container => container.Split(' ')).FirstOrDefault(container => container.Contains(content))?[0] ?? content];
}
