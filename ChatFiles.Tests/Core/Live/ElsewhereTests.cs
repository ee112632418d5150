using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Live;

/// <summary>Presence of people who are connected to different processes.</summary>
public sealed class ElsewhereTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Wire _one = new(), _two = new();
    private readonly Presence _here, _there;

    public ElsewhereTests()
    {
        (_one.Other, _two.Other) = (_two, _one);
        (_here, _there) = (new Presence(_time, _one), new Presence(_time, _two));
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    [Fact]
    public void Who_sits_at_another_process_is_seen_writes_and_goes()
    {
        using var ann = _here.Enter("ann", "Ann", 7, since: 0);
        var ben = _there.Enter("ben", "Ben", 7, since: 0);
        using var carl = _there.Enter("carl", "Carl", 8, since: 0);

        ann.Company.Here.ShouldBe(["ann", "ben"]);
        ann.Company.People["ben"].Name.ShouldBe("Ben");
        ben.Company.Here.ShouldBe(["ben", "ann"], ignoreOrder: true);

        ben.Type();
        ann.Company.Typing.ShouldBe(["ben"]);
        ben.StopTyping();
        ann.Company.Typing.ShouldBeEmpty();

        ben.StepAway();
        ann.Company.Here.ShouldBe(["ann"]);
        ben.ComeBack();
        ann.Company.Here.ShouldBe(["ann", "ben"]);
        ben.Dispose();
        ann.Company.Here.ShouldBe(["ann"]);
    }

    [Fact]
    public void Who_comes_later_sees_who_is_there_already()
    {
        using var ben = _there.Enter("ben", "Ben", 7, since: 0);
        using var ann = _here.Enter("ann", "Ann", 7, since: 0);

        ann.Company.Here.ShouldBe(["ann", "ben"]);
    }

    [Fact]
    public void What_was_missed_is_told_again_to_a_process_that_begins_to_listen()
    {
        _one.IsCut = true;
        using var ben = _there.Enter("ben", "Ben", 7, since: 0);
        using var ann = _here.Enter("ann", "Ann", 7, since: 0);
        ann.Company.Here.ShouldBe(["ann"]);

        _one.IsCut = false;
        _one.Begin();

        ann.Company.Here.ShouldBe(["ann", "ben"]);
    }

    [Fact]
    public void Nobody_is_at_a_process_that_is_silent_until_it_is_heard_again()
    {
        using var ben = _there.Enter("ben", "Ben", 7, since: 0);
        using var ann = _here.Enter("ann", "Ann", 7, since: 0);
        Pass(Elsewhere.Silence * 2);
        ann.Company.Here.ShouldBe(["ann", "ben"], "it says that it is alive");

        _one.IsCut = true;
        Pass(Elsewhere.Silence * 2);
        ann.Company.Here.ShouldBe(["ann"]);

        _one.IsCut = false;
        Pass(Elsewhere.SignOfLife);
        ann.Company.Here.ShouldBe(["ann", "ben"]);
    }

    private void Pass(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
            _time.Advance(TimeSpan.FromSeconds(1));
    }

    /// <summary>Brings what is told to the other one, at once.</summary>
    private sealed class Wire : OtherNodes
    {
        public Wire Other { get; set; } = null!;

        /// <summary>It hears nothing.</summary>
        public bool IsCut { get; set; }

        internal override bool Exist => true;

        internal override void Tell(NodeNews news)
        {
            if (!Other.IsCut)
                Other.Receive(news);
        }

        public void Begin() => BeginToListen();

        private void Receive(NodeNews news) => Hear(news);
    }
}
