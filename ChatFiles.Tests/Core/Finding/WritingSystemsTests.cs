using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Finding;

/// <summary>Words are found in whatever way they are written, by whatever way they are asked for.</summary>
public sealed class WritingSystemsTests
{
    public static readonly TheoryData<string, string, bool> Cases = new()
    {
        // Without spaces, from any two characters on; one is a beginning.
        { "昨日東京都庁に行きました", "東京", true },
        { "昨日東京都庁に行きました", "京都", true },
        { "昨日東京都庁に行きました", "都庁に行", true },
        { "昨日東京都庁に行きました", "ました", true },
        { "昨日東京都庁に行きました", "た", true },
        { "昨日東京都庁に行きました", "東京 昨日", true },
        { "昨日東京都庁に行きました", "東庁", false },
        { "昨日東京都庁に行きました", "東京行き", false },
        { "昨日東京。都庁に", "京都", false },
        { "我们在湖边看到苍鹭", "苍鹭", true },
        { "我们在湖边看到苍鹭", "湖边看到苍", true },
        { "iPhone手机壳v2版", "手机", true },
        { "iPhone手机壳v2版", "iphone手机", true },
        { "iPhone手机壳v2版", "手机壳v2", true },
        { "iPhone手机壳v2版", "机壳v2版", true },
        { "ฉันกินข้าวที่บ้าน", "ข้าว", true },
        { "ฉันกินข้าวที่บ้าน", "กิน", true },
        { "ฉันกินข้าวที่บ้าน", "กินบ้าน", false },
        { "학교에서 만나요", "교에", true },
        { "ｶﾞﾗｽの瓶", "ガラス", true },
        { "𠮷野家で", "𠮷野", true },
        // Case, accents and plain forms.
        { "İstanbul ırmak", "istanbul IRMAK", true },
        { "ISTANBUL", "istanbul", true },
        { "Straße", "STRASSE", true },
        { "STRASSE", "straße", true },
        { "ὈΔΥΣΣΕΎΣ", "οδυσσευς", true },
        { "Zoë's naïve résumé", "zoe naive resume", true },
        { "Việt Nam", "viet", true },
        { "ＡＢＣ１２３", "abc123", true },
        { "ﬁnal oﬃce", "final office", true },
        { "عَرَبِيّ", "عربي", true },
        { "हिन्दी", "हिन्दी", true },
        { "हिन्दी", "हन्द", false },
        // What can't be seen.
        { "har\u00ADbour", "harbour", true },
        { "har\u200Bbo\u200Dur\uFEFF", "harbour", true },
        { "harbour", "har\u00ADbo\u2060ur", true },
        { "\uFEFFharbour", "harb", true },
        { "東\u200B京", "東京", true },
        { "می\u200Cخواهم", "میخواهم", true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_text_is_found_in_and_beside_the_index_and_what_was_found_is_marked(string text, string sought, bool found)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, $"— {text} …");

        (await world.Finding.SearchAsync(ann.Id, sought)).Value.Messages.Count.ShouldBe(found ? 1 : 0, "not indexed yet");
        (await world.SearchAsync(ann.Id, sought)).Value.Messages.Count.ShouldBe(found ? 1 : 0, "indexed");
        if (found)
            SearchWords.Parse(sought).Value.FindIn(text).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("昨日東京都庁に", "東京都", "昨日[東京都]庁に")]
    [InlineData("東京と東京都と東", "東京", "[東京]と[東京]都と東")]
    [InlineData("東京都", "京", "東[京]都")]
    [InlineData("ฉันกินข้าว", "กิน", "ฉัน[กิน]ข้าว")]
    [InlineData("ｶﾞﾗｽ瓶", "ガラス", "[ｶﾞﾗｽ]瓶")]
    [InlineData("har\u00ADbour, cafe\u0301!", "harbour café", "[har\u00ADbour], [cafe\u0301]!")]
    [InlineData("iPhone手机壳", "iphone手机", "[iPhone][手机]壳")]
    public void What_was_found_is_marked_where_it_stands(string text, string sought, string expected)
    {
        var marked = text;
        foreach (var place in SearchWords.Parse(sought).Value.FindIn(text).Reverse())
            marked = marked.Insert(place.End.Value, "]").Insert(place.Start.Value, "[");
        marked.ShouldBe(expected);
    }

    [Fact]
    public void A_snippet_has_the_word_in_it_and_at_most_300_characters()
    {
        var text = string.Concat(Enumerable.Repeat("filler ", 100)) + "a heron\nstands" + string.Concat(Enumerable.Repeat(" 😀", 400));

        var snippet = SearchWords.Parse("HERON").Value.SnippetOf(text)!;

        snippet.Length.ShouldBeInRange(290, 300);
        snippet.ShouldContain("filler a heron stands 😀");
        snippet.ShouldStartWith("…");
        snippet.ShouldEndWith("…");
        SearchWords.Parse("heron").Value.SnippetOf("nothing").ShouldBeNull();
    }

    [Theory]
    [InlineData("The heronry, then a HÉRON. Zoo", "heron", "HÉRON")]
    [InlineData("othe rather the end", "the", "the")]
    [InlineData("Straße", "strasse", "Straße")]
    [InlineData("在湖边看到苍鹭", "苍鹭", "苍鹭")]
    public void A_snippet_begins_near_a_whole_word_also_in_a_long_text(string text, string sought, string first)
    {
        var filler = string.Concat(Enumerable.Repeat("rather other stuff ", 60_000));
        var words = SearchWords.Parse(sought + " .").Value;

        var snippet = words.SnippetOf($"{filler}{text} {filler}")!;

        snippet.ShouldContain(first);
        words.FindIn(snippet).Select(place => snippet[place]).ShouldContain(first);
    }

    [Fact]
    public async Task Names_are_narrowed_by_plain_forms_also_those_from_before_an_upgrade()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.SendFileAsync(ann, Chat.GeneralId, "Straßenplan.txt");

        foreach (var part in new[] { "STRASSENP", "straßen", "ｐｌａｎ" })
            (await world.Finding.ListFilesAsync(ann.Id, Chat.GeneralId, new(part))).Value.Files.Count.ShouldBe(1, part);
    }
}
