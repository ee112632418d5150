using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

public sealed class WebmTracksTests
{
    private const string Beginning = "1A45DFA3" + "80" + "18538067" + "01FFFFFFFFFFFFFF"; // a segment of unknown length
    private const string SoundTrack = "AE86" + "D78101" + "8381"; // a track's number and type, without its value

    [Theory]
    [InlineData("1654AE6B" + "83" + "AE81" + "83", Fit.NotYet)] // cut off
    [InlineData("1654AE6B" + "88" + "AE86" + "D78101" + "8381", Fit.NotYet)]
    [InlineData("1654AE6B" + "85" + "AE83" + "838102", Fit.Yes)]
    [InlineData("1654AE6B" + "85" + "AE83" + "838101", Fit.No)]
    [InlineData("1654AE6B" + "85" + "AE83" + "838111", Fit.No)] // subtitles
    [InlineData("1654AE6B" + "8A" + "AE83" + "838102" + "AE83" + "838102", Fit.Yes)]
    [InlineData("1654AE6B" + "8A" + "AE83" + "838102" + "AE83" + "838101", Fit.No)]
    [InlineData("1654AE6B" + "5000" + "AE4FFD" + "838102" + "63A2", Fit.Yes)] // what its codec needs is longer than what is looked at
    [InlineData("1654AE6B" + "80", Fit.No)] // no tracks
    [InlineData("EC82FFFF" + "1654AE6B" + "85" + "AE83" + "838102", Fit.Yes)] // something else in front
    [InlineData("EC01FFFFFFFFFFFFFE" + "1654AE6B", Fit.NotYet)] // the longest that can be written
    [InlineData("838102", Fit.No)] // a track's type outside of any track
    [InlineData("1654AE6B" + "85" + "AE80" + "838102", Fit.No)] // behind an empty one
    [InlineData("1654AE6B" + "82" + "AE80", Fit.No)] // a track that says nothing
    [InlineData("EC" + "00FFFFFFFFFFFFFFF0" + "1654AE6B", Fit.NotYet)] // a length that would lead back
    [InlineData("00", Fit.NotYet)]
    [InlineData("000000000000000000000000000000000000000000", Fit.NotYet)]
    public void All_tracks_that_are_listed_decide(string hex, Fit areSounds) =>
        WebmTracks.AreSounds(Convert.FromHexString(Beginning + hex)).ShouldBe(areSounds);

    [Fact]
    public async Task What_does_not_say_what_it_is_by_its_end_is_a_film() =>
        (await Inspection.OfAsync("x.webm", Convert.FromHexString(Beginning + "1654AE6B" + "88" + SoundTrack), block: 1)).ShouldBe(FileTypes.Default["webm"]);

    [Theory]
    [InlineData("voice.mkv")]
    [InlineData("voice.ogg")]
    public async Task A_sound_that_is_called_otherwise_is_told_as_one(string name) =>
        (await Inspection.OfAsync(name, Convert.FromHexString("1A45DFA3" + "87" + "4282847765626D" + Beginning[10..] + "1654AE6B" + "88" + SoundTrack + "02")))
            .ShouldNotBeNull()
            .ContentType.ShouldBe("audio/webm");
}
