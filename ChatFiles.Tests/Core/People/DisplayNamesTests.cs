using ChatFiles.Core.Model;


namespace ChatFiles.Tests.Core.People;

public sealed class DisplayNamesTests
{
    [Theory]
    [InlineData(" Ann ", "Ann")]
    [InlineData("Ann\u202Enna\u200B", "Annnna")]
    [InlineData("A\u0308nn.", "Änn")]
    [InlineData("👩\u200D💻", "👩\u200D💻")]
    [InlineData("👩🏽\u200D💻", "👩🏽\u200D💻")]
    [InlineData("🏳\uFE0F\u200D🌈", "🏳\uFE0F\u200D🌈")]
    [InlineData("a\u200Db", "ab")]
    [InlineData("👩\u200D", "👩")]
    public void A_name_is_cleaned_as_file_names_are_and_keeps_joined_emoji(string name, string cleaned) =>
        DisplayNames.Clean(name).Value.ShouldBe(cleaned);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t")]
    [InlineData("\u200B")]
    [InlineData("...")]
    [InlineData("\u0301")]
    [InlineData("a\0")]
    [InlineData("a\nb")]
    [InlineData("a\uFFFE")]
    [InlineData("ben@example.org")]
    [InlineData("ben\uFF20example.org")]
    [InlineData("ben\uFE6Bexample.org")]
    public void What_is_no_name_or_looks_like_an_address_is_refused(string? name) =>
        DisplayNames.Clean(name).Refusal.ShouldNotBeNull().Reason.ShouldBe(RefusalReason.InvalidName);

    [Fact]
    public void Half_of_a_surrogate_pair_is_no_name()
    {
        foreach (var name in new[] { "a\uD800", "\uDC00a", "a\uD800b", "\uDC00\uD800" })
            DisplayNames.Clean(name).Refusal.ShouldNotBeNull().Reason.ShouldBe(RefusalReason.InvalidName);
    }

    [Fact]
    public void A_name_has_80_characters_at_the_most()
    {
        DisplayNames.Clean(new string('a', 80)).Refusal.ShouldBeNull();
        DisplayNames.Clean(new string('a', 81)).Refusal.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("Ann", "ann")]
    [InlineData("Ann", "Ä n\u00A0n")]
    [InlineData("Ann", "ａｎｎ")]
    [InlineData("Ann", "an\u00ADn")]
    [InlineData("Ann", "a\uFE0Fnn")]
    [InlineData("Ann", "a\u1DC4nn")]
    [InlineData("Σας", "ΣΑΣ")]
    [InlineData("file", "ﬁle")]
    public void Names_that_people_take_for_the_same_have_the_same_key(string one, string other) =>
        DisplayNames.KeyOf(other).ShouldBe(DisplayNames.KeyOf(one));

    [Theory]
    [InlineData("Ann", "Anna")]
    [InlineData("กิ", "กี")]
    public void Other_names_have_other_keys(string one, string other) => DisplayNames.KeyOf(other).ShouldNotBe(DisplayNames.KeyOf(one));

    [Theory]
    [InlineData("ann.b@example.org", "ann.b")]
    [InlineData("a\uFF20b@example.org", "a")]
    [InlineData("\u200B@example.org", "Person")]
    [InlineData("ann", "ann")]
    public void A_new_account_is_called_by_the_first_part_of_its_address(string address, string name) => DisplayNames.Of(address).ShouldBe(name);

    [Fact]
    public async Task A_free_number_is_found_in_few_looks_however_many_are_taken()
    {
        var taken = Enumerable.Range(2, 9_999).Select(i => $"ANN{i}").Append("ANN").ToHashSet(StringComparer.Ordinal);
        var looks = 0;

        var free = await DisplayNames.FindFreeAsync("Ann", key => Task.FromResult(++looks > 0 && taken.Contains(key)));

        free.ShouldBe("Ann 10001");
        looks.ShouldBeLessThan(40);
    }

    [Fact]
    public async Task A_long_name_makes_room_for_its_number()
    {
        var name = new string('a', 79) + "é";
        var free = await DisplayNames.FindFreeAsync(name, key => Task.FromResult(key == DisplayNames.KeyOf(name)));
        free.ShouldBe(new string('a', 78) + " 2");
    }
}
