using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Core.Files;

public sealed class UploadPolicyTests
{
    /// <summary>The contract's list.</summary>
    private const string Contract =
        "png apng jpg jpeg jfif gif webp bmp avif heic heif tif tiff psd "
        + "mp3 m4a aac ogg oga opus wav flac amr wma aif aiff "
        + "mp4 m4v webm mov mkv avi wmv mpg mpeg 3gp "
        + "pdf doc docx dot dotx docm xls xlsx xlsm xlsb ppt pptx pptm pps ppsx odt ods odp odg rtf epub msg eml ics vcf vsd vsdx pub one "
        + "pages numbers key dwg dxf "
        + "txt csv tsv json jsonl md log xml yaml yml toml ini sql srt vtt tex c h cpp cs java go rs py rb ts css diff patch "
        + "zip 7z gz tgz bz2 xz zst tar rar";

    private static readonly UploadPolicy Default = Inspection.Default;

    [Fact]
    public void What_is_accepted_without_settings_is_the_contracts_list()
    {
        var list = Contract.Split(' ').ToList();

        Default.AllowedExtensions.ShouldBe(list, ignoreOrder: true);
        list.ShouldAllBe(extension => Default.TypeOf($"A.{extension.ToUpperInvariant()}").Refusal == null);
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1023, "1023 bytes")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1L << 20, "1 MiB")]
    [InlineData(5L << 30, "5 GiB")]
    [InlineData(1L << 40, "1 TiB")]
    [InlineData(1L << 50, "1024 TiB")]
    public void Sizes_are_said_in_the_largest_unit_that_they_fill(long bytes, string words) => UploadPolicy.Readable(bytes).ShouldBe(words);

    [Fact]
    public void Too_large_names_the_limit() =>
        (Default.TooLarge("a.zip").Detail, Default.RequestTooLarge().Detail)
            .ShouldBe(("“a.zip” is larger than a file may be: 1 GiB.", "The files together are larger than one message may be: 2 GiB."));

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
    [InlineData("a.sh")]
    [InlineData("no extension")]
    [InlineData("a.png:stream")]
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
        Fits("a.dwg", "AC1032"u8).ShouldBeTrue();
        Fits("a.png", "?PNG"u8).ShouldBeTrue();
        Fits("a.step", "AC1032"u8).ShouldBeTrue("letters");
        Fits("a.step", Heads.Of("zip")).ShouldBeFalse("another format's signature");
        policy.TypeOf("a.pdf").Refusal.ShouldNotBeNull();

        bool Fits(string name, ReadOnlySpan<byte> head) => policy.Judge(policy.TypeOf(name).Value, head, isWhole: true).Fit == Fit.Yes;
    }

    [Theory]
    [InlineData("xyz", null, "Uploads:AllowedExtensions")]
    [InlineData("dwg", "GG", "Uploads:Types:dwg:Signatures")]
    [InlineData("dwg", "ABC", "Uploads:Types:dwg:Signatures")]
    [InlineData("dwg", "x:AB", "Uploads:Types:dwg:Signatures")]
    [InlineData("svg", "3C737667", "Uploads:AllowedExtensions")] // never accepted, also with a type
    [InlineData("exe", "4D5A", "Uploads:AllowedExtensions")]
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

    [Theory]
    [InlineData("model.stl")]
    [InlineData("README")]
    [InlineData("a.")]
    [InlineData("a.png:stream")]
    public async Task A_type_that_nobody_knows_is_for_downloading_where_the_settings_say_so(string name)
    {
        var policy = With(options => options.UnknownTypes = UnknownTypes.Download);

        var type = (await Inspection.OfAsync(name, [0, 1, 2, 3], policy: policy)).ShouldNotBeNull();
        (type.ContentType, type.Kind, type.Shown, type.IsServedInline).ShouldBe(("application/octet-stream", FileKind.Document, Shown.Card, false));
        Default.TypeOf(name).Refusal!.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
    }

    [Theory]
    [InlineData("page.svg")]
    [InlineData("page.XHTML")]
    [InlineData("run.exe")]
    [InlineData("notes.txt.lnk")]
    [InlineData("photo.png")] // known, and not among those of these settings
    public void What_runs_or_is_left_out_is_refused_also_where_unknown_types_are_accepted(string name)
    {
        var policy = With(options => (options.UnknownTypes, options.AllowedExtensions) = (UnknownTypes.Download, ["txt"]));

        policy.TypeOf(name).Refusal!.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
        policy.RefusedExtensions.ShouldContain(Path.GetExtension(name).TrimStart('.').ToLowerInvariant());
    }

    [Fact]
    public void Nothing_that_runs_is_in_the_table() => FileTypes.Default.Keys.Intersect(FileTypes.Never).ShouldBeEmpty();

    [Fact]
    public void Only_what_a_browser_shows_and_never_runs_is_served_inline() =>
        FileTypes
            .Default.Values.Where(type => type.IsServedInline)
            .ShouldAllBe(type => type.ContentType == "text/plain" || type.ContentType == "application/pdf" || type.IsMedia);

    [Theory]
    [InlineData("text/html")]
    [InlineData("image/svg+xml")]
    [InlineData("application/xhtml+xml")]
    [InlineData("application/octet-stream")]
    public void An_operators_content_type_that_could_run_something_is_not_served_inline(string contentType) =>
        FileTypes.Of(contentType).IsServedInline.ShouldBeFalse();

    private static UploadPolicy With(Action<UploadOptions> change) => Inspection.Policy(change);
}
