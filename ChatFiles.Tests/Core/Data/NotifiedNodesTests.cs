using ChatFiles.Core.Data;
using ChatFiles.Core.Data.PostgreSql;

namespace ChatFiles.Tests.Core.Data;

/// <summary>What processes tell each other, as PostgreSQL carries it.</summary>
public sealed class NotifiedNodesTests
{
    [Fact]
    public void What_is_told_is_heard_by_the_others_in_notices_that_PostgreSQL_takes()
    {
        List<NodeNews> told = [.. Enumerable.Range(1, 500).Select(i => new ChatHint(i, "Zoë 🦊")), new ChatEnded(7), new HasRead(8, "a", 9)];

        var notices = NotifiedNodes.Pack("me", told).ToList();

        notices.Count.ShouldBeGreaterThan(1);
        notices.ShouldAllBe(notice => System.Text.Encoding.UTF8.GetByteCount(notice) < 8000);
        notices.SelectMany(notice => NotifiedNodes.Unpack("somebody else", notice)).ShouldBe(told);
        notices.SelectMany(notice => NotifiedNodes.Unpack("me", notice)).ShouldBeEmpty();
    }

    [Fact]
    public void Of_the_events_of_a_chat_the_newest_is_told()
    {
        var notice = NotifiedNodes.Pack("me", [new ChatMoved(1, 5), new ChatMoved(2, 9), new ChatMoved(1, 7), new ChatMoved(1, 6)]).ShouldHaveSingleItem();

        NotifiedNodes.Unpack("other", notice).ShouldBe([new ChatMoved(1, 7), new ChatMoved(2, 9)], ignoreOrder: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("other[{\"t\":\"of a later version\"}]")]
    [InlineData("other[{}]")]
    [InlineData("other[")]
    public void What_is_no_news_is_nothing(string notice) => NotifiedNodes.Unpack("me", notice).ShouldBeEmpty();
}
