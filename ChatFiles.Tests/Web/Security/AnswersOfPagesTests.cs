using System.Text.RegularExpressions;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Security;

/// <summary>Pages take an answer for ours only when it bears one of our slugs; so they must know them all.</summary>
public sealed partial class AnswersOfPagesTests
{
    [Fact]
    public async Task Pages_know_every_refusal_that_the_server_gives()
    {
        var given = Given().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "ChatFiles.Web", "Api", "Problems.cs")));
        var known = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "wwwroot", "js", "server", "answers.js"));
        var slugs = given.Select(match => match.Groups["slug"].Value).ToList();
        slugs.Count.ShouldBeGreaterThan(30);
        slugs.Where(slug => !Regex.IsMatch(known, $"[' ]{slug}[' ]", RegexOptions.None, TimeSpan.FromSeconds(1))).ShouldBeEmpty();
    }

    [GeneratedRegex("""Problem\(\s*\d+,\s*"(?<slug>[a-z-]+)",""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Given();
}
