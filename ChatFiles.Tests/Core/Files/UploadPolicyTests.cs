using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Core.Files;

public sealed class UploadPolicyTests
{
    private static readonly UploadPolicy Default = With(_ => { });

    /// <summary>How the smallest files of each type begin, by the formats' own specifications.</summary>
    public static TheoryData<string, string> Heads =>
        new()
        {
            { "png", "89504E470D0A1A0A0000000D49484452" },
            { "jpg", "FFD8FFE000104A464946" },
            { "jpeg", "FFD8FFE1" },
            { "gif", "474946383761" },
            { "gif", "474946383961" },
            { "webp", "524946461A000000574542505650384C" },
            { "bmp", "424D4600000000000000" },
            { "avif", "0000001C6674797061766966" },
            { "avif", "0000001C6674797061766973" },
            { "heic", "000000186674797068656963" },
            { "heic", "00000018667479706D696631" },
            { "mp3", "4944330400" },
            { "mp3", "FFFB9064" },
            { "m4a", "00000020667479704D344120" },
            { "ogg", "4F67675300020000" },
            { "opus", "4F67675300020000" },
            { "wav", "524946462400000057415645666D7420" },
            { "flac", "664C614300000022" },
            { "mp4", "000000206674797069736F6D" },
            { "webm", "1A45DFA39F428681" },
            { "mov", "00000014667479707174202000000000" },
            { "mov", "000000086D6F6F76" },
            { "mkv", "1A45DFA3A342868101" },
            { "pdf", "255044462D312E37" },
            { "docx", "504B030414000600" },
            { "xlsx", "504B030414000600" },
            { "pptx", "504B030414000600" },
            { "odt", "504B030414000008" },
            { "ods", "504B030414000008" },
            { "odp", "504B030414000008" },
            { "zip", "504B03040A000000" },
            { "zip", "504B0506000000000000" },
            { "7z", "377ABCAF271C0004" },
            { "gz", "1F8B0800" },
        };

    [Theory]
    [MemberData(nameof(Heads))]
    public void A_file_that_begins_as_its_extension_says_is_accepted_and_another_is_not(string extension, string head)
    {
        var type = Default.TypeOf($"a.{extension}").Value;

        Default.CheckHead("a", type, Convert.FromHexString(head)).ShouldBeNull();
        Default.CheckHead("a", type, Convert.FromHexString("4D5A90000300000004000000FFFF0000"))!.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
        Default.CheckHead("a", type, Convert.FromHexString(head).AsSpan(0, 1)).ShouldNotBeNull("so short it can't be one");
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void What_begins_like_another_format_is_no_text(string extension, string head)
    {
        var bytes = Convert.FromHexString(head);
        var couldBeText = extension == "mp3" && bytes.All(b => b < 0x80);

        foreach (var text in new[] { "txt", "log", "csv", "json", "md" })
            Default.CheckHead("a", Default.TypeOf($"a.{text}").Value, bytes).ShouldBe(couldBeText ? null : Default.NotWhatItSays("a"));
    }

    [Fact]
    public void Every_default_extension_is_covered_here()
    {
        string[] texts = ["txt", "log", "csv", "json", "md"];

        Heads.Select(row => (string)row[0]).Distinct().Concat(texts).ShouldBe(Default.AllowedExtensions, ignoreOrder: true);
    }

    [Theory]
    [InlineData("ID3 stands for the third identification")]
    [InlineData("BM is short for British Museum")]
    [InlineData("\uFEFFwith a byte order mark")]
    [InlineData("x")]
    [InlineData("Grüße, 日本")]
    public void Plain_text_is_text(string text) =>
        Default.CheckHead("a", Default.TypeOf("a.txt").Value, Encoding.UTF8.GetBytes(text)).ShouldBeNull();

    [Theory]
    [InlineData("7F454C4602010100")]
    [InlineData("D0CF11E0A1B11AE1")]
    [InlineData("526172211A0700")]
    [InlineData("CAFEBABE00000034")]
    public void Programs_and_older_office_files_are_no_text(string head) =>
        Default.CheckHead("a", Default.TypeOf("a.txt").Value, Convert.FromHexString(head)).ShouldNotBeNull();

    [Theory]
    [InlineData("a.png", "image/png")]
    [InlineData("A.PNG", "image/png")]
    [InlineData("a.exe.png", "image/png")]
    [InlineData(".txt", "text/plain")]
    [InlineData("a b.tar.gz", "application/gzip")]
    public void The_last_extension_decides_what_it_is_served_as(string name, string contentType) =>
        Default.TypeOf(name).Value.ContentType.ShouldBe(contentType);

    [Theory]
    [InlineData("a.exe")]
    [InlineData("a.png.exe")]
    [InlineData("a.svg")]
    [InlineData("a.html")]
    [InlineData("png")]
    [InlineData("a.")]
    [InlineData("a.png ")]
    [InlineData("a..png..")]
    public void Other_extensions_are_refused_by_name_with_what_is_accepted(string name)
    {
        var refusal = Default.TypeOf(name).Refusal!;

        refusal.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
        refusal.Detail.ShouldContain($"“{name}”");
        refusal.Detail.ShouldContain("png, jpg");
    }

    [Fact]
    public void An_operator_adds_and_replaces_types()
    {
        var policy = With(options =>
        {
            options.AllowedExtensions = [".STEP, dwg", "png"];
            options.Types["step"] = new FileTypeOptions { ContentType = "model/step" };
            options.Types["dwg"] = new FileTypeOptions { Signatures = { "41 43 31 30" } };
            options.Types["png"] = new FileTypeOptions { Signatures = { "1:504E47" } };
        });

        policy.AllowedExtensions.ShouldBe(["step", "dwg", "png"]);
        policy.TypeOf("a.step").Value.IsText.ShouldBeTrue();
        policy.CheckHead("a", policy.TypeOf("a.dwg").Value, "AC1032"u8).ShouldBeNull();
        policy.CheckHead("a", policy.TypeOf("a.png").Value, "?PNG"u8).ShouldBeNull();
        policy.CheckHead("a", policy.TypeOf("a.step").Value, "AC1032"u8).ShouldNotBeNull("another format's signature");
        policy.TypeOf("a.pdf").Refusal.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("xyz", null, "Uploads:AllowedExtensions")]
    [InlineData("dwg", "GG", "Uploads:Types:dwg:Signatures")]
    [InlineData("dwg", "ABC", "Uploads:Types:dwg:Signatures")]
    [InlineData("dwg", "x:AB", "Uploads:Types:dwg:Signatures")]
    public void A_setting_that_can_not_work_is_named(string extension, string? signature, string named) =>
        Should
            .Throw<OptionsValidationException>(() =>
                With(options =>
                {
                    options.AllowedExtensions = [extension];
                    if (signature is not null)
                        options.Types[extension] = new FileTypeOptions { Signatures = { signature } };
                })
            )
            .Message.ShouldContain(named);

    private static UploadPolicy With(Action<UploadOptions> change)
    {
        var options = new UploadOptions();
        change(options);
        return new UploadPolicy(Options.Create(options));
    }
}
