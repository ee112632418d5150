using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Assets;
using Microsoft.Extensions.FileProviders;

namespace ChatFiles.Tests.Web.Assets;

public sealed class ScriptsTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory();

    [Fact]
    public void Every_module_stands_in_the_one_file_after_what_it_imports()
    {
        using var files = new PhysicalFileProvider(Path.Combine(Repository.Root, "wwwroot"));
        var bundle = new Scripts(files, asTheyAre: false).Bundle();

        bundle.IndexOf("// sending/outbox.js", StringComparison.Ordinal).ShouldBeInRange(
            bundle.IndexOf("// server/answers.js", StringComparison.Ordinal),
            bundle.IndexOf("// start.js", StringComparison.Ordinal)
        );
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Repository.Root, "wwwroot/js"), "*.js", SearchOption.AllDirectories))
            bundle.ShouldContain("// " + Path.GetRelativePath(Path.Combine(Repository.Root, "wwwroot/js"), path) + "\n");
    }

    [Fact]
    public void Names_are_handed_on_as_modules_hand_them_on()
    {
        Write("scripts.js", "export const loaded = new Map();\n");
        Write("a/one.js", "export const one = 1;\nexport async function two() {}\nexport class Three {}\n");
        Write("start.js", "import {\n  one as first,\n  two,\n} from './a/one.js';\nimport './scripts.js';\nuse(first, two);\n");

        var bundle = Bundle();

        bundle.ShouldContain("const module_a_one = (() => {\nconst one = 1;\nasync function two() {}\nclass Three {}\n\nreturn { one, two, Three };");
        bundle.ShouldContain("const {\n  one:first,\n  two,\n} = module_a_one;");
        bundle.ShouldContain("module_scripts.loaded.set('./js/a/one.js', module_a_one);");
        bundle.ShouldNotContain("import ");
    }

    [Theory]
    [InlineData("export default 1;")]
    [InlineData("export * from './other.js';")]
    [InlineData("import * as all from './other.js';")]
    [InlineData("await fetch('/');")]
    [InlineData("const here = import.meta.url;")]
    public void A_line_that_would_mean_something_else_in_one_file_ends_the_start(string line)
    {
        Write("start.js", line + "\n");

        Should.Throw<InvalidOperationException>(Bundle).Message.ShouldContain(line);
    }

    [Fact]
    public void Where_somebody_works_on_them_they_stay_by_themselves()
    {
        using var files = new PhysicalFileProvider(_root.FullName);

        new Scripts(files, asTheyAre: true).Path.ShouldBeNull();
    }

    public void Dispose() => _root.Delete(recursive: true);

    private void Write(string path, string content)
    {
        var file = Path.Combine(_root.FullName, "js", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    private string Bundle()
    {
        using var files = new PhysicalFileProvider(_root.FullName);
        return new Scripts(files, asTheyAre: false).Bundle();
    }
}
