using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Faults;

/// <summary>
/// A real process is killed at the points of an upload; what it leaves behind is put right by the next start. Around the commit
/// with all tests, at every one with ./test.sh --thorough.
/// </summary>
public sealed class CrashingAtEveryPoint : IAsyncLifetime
{
    private static readonly string[] Points = Thorough.Is ? CrashPoints.All : ["during-blob", "after-blob", "in-transaction", "after-commit"];

    private readonly ServerProcess server = new(CrashPoints.Settings);

    public Task InitializeAsync() => server.StartAsync();

    public Task DisposeAsync() => server.DisposeAsync().AsTask();

    /// <summary>One after the other on one server: each crash also finds what the one before it left and the start put right.</summary>
    [Fact]
    public async Task After_a_crash_the_repeated_upload_is_one_message_with_its_blob_and_nothing_else()
    {
        using var person = await ApiClient.RegisterAsync(server.Address, "crash");
        for (var round = 0; round < Points.Length; round++)
            await CrashAsync(person, Points[round], blobsBefore: round);
    }

    private async Task CrashAsync(ApiClient person, string point, int blobsBefore)
    {
        var chat = (await person.CreateChatAsync(point)).Id;
        var file = SampleFile.Text("crash.txt", new string('x', 400_000));
        await person.SayAsync(chat, "before");

        var answered = await person.TryShareAsync(chat, file, key: "the-key", header: (CrashPoints.Trigger, point));
        await server.WaitForCrashAsync();
        if (point is not ("after-answer" or "dispatch"))
            answered.ShouldBeFalse($"{point}: it crashed before the answer");
        await server.StartAsync();
        var message = await person.ShareAsync(chat, "", file, "the-key");

        (await person.HistoryAsync(chat)).Select(m => m.Id).Count(id => id == message.Id).ShouldBe(1, point);
        (await person.HistoryAsync(chat)).Count.ShouldBe(2, point);
        (await person.DownloadAsync(message.Attachments[0].Path)).ShouldBe(file.Bytes, point);
        await Eventually.HoldsAsync(() => Task.FromResult(server.BlobCount == blobsBefore + 1), $"{point}: no blob was left without a row", 60);
        await person.ShouldHaveEverySeqOnceAsync(chat);
    }
}
