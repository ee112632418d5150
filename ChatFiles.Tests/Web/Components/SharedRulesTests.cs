using System.Text.Json;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Files;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Web.Components;

/// <summary>The server's side of Examples/files.json; the browser's is Browser/files.test.js.</summary>
public sealed class SharedRulesTests
{
    private static readonly UploadPolicy Policy = new(Options.Create(new UploadOptions()));
    private static readonly JsonElement Rules = JsonDocument.Parse(new SharedRules(Policy).Json).RootElement;
    private static readonly JsonElement Examples = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "files.json"))).RootElement;

    private static string Folder => Path.Combine(Repository.Root, "ChatFiles.Tests", "Examples");

    [Fact]
    public void Names_are_cleaned_or_refused_as_the_browser_does_it()
    {
        foreach (var example in Examples.GetProperty("names").EnumerateArray())
        {
            var name = example.GetProperty("name").GetString()!;
            var cleaned = UploadPolicy.CleanName(name);
            if (example.TryGetProperty("refused", out var words))
            {
                var beforeTheName = Rules.GetProperty("words").GetProperty(words.GetString()!).GetString()!.Split("{name}");
                cleaned.Refusal!.Detail.ShouldStartWith(beforeTheName[0], Case.Sensitive, name);
                cleaned.Refusal.Detail.ShouldEndWith(beforeTheName[1].Replace("{limit}", "255"), Case.Sensitive, name);
            }
            else
            {
                cleaned.Value.ShouldBe(example.GetProperty("cleaned").GetString());
                Policy.TypeOf(cleaned.Value).Value.Icon.ShouldBe(example.GetProperty("icon").GetString(), name);
            }
        }
    }

    [Fact]
    public void Sizes_are_written_as_the_browser_writes_them()
    {
        foreach (var example in Examples.GetProperty("sizes").EnumerateArray())
            UploadPolicy.Readable(example[0].GetInt64()).ShouldBe(example[1].GetString());
    }

    [Fact]
    public void Long_names_are_cut_where_the_browser_cuts_them()
    {
        foreach (var example in Examples.GetProperty("shownNames").EnumerateArray())
        {
            var (name, parts) = (example[0].GetString()!, example[1]);
            FileLooks
                .PartsOf(name)
                .ShouldBe(parts.ValueKind == JsonValueKind.Null ? null : (parts[0].GetString()!, parts[1].GetString()!), name);
        }
    }

    [Fact]
    public void Pictures_are_shown_in_the_size_that_the_browser_keeps_free_for_them()
    {
        foreach (var example in Examples.GetProperty("previews").EnumerateArray())
        {
            var (pixels, shown) = (example[0], example[1]);
            var picture = Shown.Picture() with { Width = pixels[0].GetInt32(), Height = pixels[1].GetInt32() };
            FileLooks.PreviewSize(picture).ShouldBe((shown[0].GetInt32(), shown[1].GetInt32()));
        }
    }

    [Fact]
    public void A_file_keeps_as_many_lines_free_as_on_its_way()
    {
        foreach (var example in Examples.GetProperty("previewLines").EnumerateArray())
        {
            var file = Shown.File(example[0].GetString()!, example[1].GetString()!, example[2].GetInt64());
            FileLooks.PreviewLines(file).ShouldBe(example[3].GetInt32(), $"{file.FileName}, {file.Size}");
        }
    }

    /// <summary>The browser's tests run with these; after a change of the rules the test's message is the new file.</summary>
    [Fact]
    public void The_rules_that_browsers_are_tested_with_are_those_that_pages_tell() =>
        File.ReadAllText(Path.Combine(Folder, "rules.json")).Trim().ShouldBe(new SharedRules(Policy).Json);

    [Fact]
    public void The_settings_of_this_site_are_what_its_pages_tell()
    {
        var policy = new UploadPolicy(
            Options.Create(new UploadOptions { AllowedExtensions = ["txt png"], MaxFileBytes = 1000, MaxRequestBytes = 3000 })
        );

        var told = JsonDocument.Parse(new SharedRules(policy).Json).RootElement;

        told.GetProperty("types").EnumerateArray().Select(types => types.Text("extensions")).ShouldBe(["txt", "png"]);
        told.GetProperty("refused").ValueKind.ShouldBe(JsonValueKind.Null);
        told.GetProperty("limits").GetProperty("maxFileBytes").GetInt64().ShouldBe(1000);
        told.GetProperty("limits").GetProperty("maxRequestBytes").GetInt64().ShouldBe(3000);
    }

    [Fact]
    public void Where_unknown_types_may_be_sent_pages_are_told_what_may_not()
    {
        var policy = new UploadPolicy(Options.Create(new UploadOptions { AllowedExtensions = ["txt"], UnknownTypes = UnknownTypes.Download }));

        var refused = JsonDocument.Parse(new SharedRules(policy).Json).RootElement.Text("refused").Split(' ');

        refused.ShouldContain("exe");
        refused.ShouldContain("png");
        refused.ShouldNotContain("txt");
    }

    [Fact]
    public void Every_icon_of_the_table_is_drawn()
    {
        var icons = File.ReadAllText(Path.Combine(Repository.Root, "wwwroot", "icons.svg"));

        foreach (var type in FileTypes.Default.Values)
            icons.ShouldContain($"id=\"{type.Icon}\"");
    }

    [Fact]
    public void No_rule_can_end_the_element_it_stands_in()
    {
        var hostile = new UploadPolicy(
            Options.Create(
                new UploadOptions { AllowedExtensions = ["</script>"], Types = { ["</script>"] = new FileTypeOptions { ContentType = "text/plain" } } }
            )
        );

        new SharedRules(hostile).Json.ShouldNotContain('<');
    }
}
