using System.Reflection;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Faults;

/// <summary>A real process is killed at every point of an upload; what it leaves behind is put right by the next start.</summary>
public sealed class CrashingAtEveryPoint
{
    public static TheoryData<string> Points => [.. CrashPoints.All];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task After_a_crash_the_repeated_upload_is_one_message_with_its_blob_and_nothing_else(string point)
    {
        await using var server = new ServerProcess(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["DOTNET_STARTUP_HOOKS"] = Assembly.GetExecutingAssembly().Location,
                ["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = "ChatFiles.E2E",
                [CrashPoints.Setting] = point,
            }
        );
        await server.StartAsync();
        using var person = await ApiClient.RegisterAsync(server.Address, "crash");
        var chat = (await person.CreateChatAsync("crash")).Id;
        var file = SampleFile.Text("crash.txt", new string('x', 400_000));
        await person.SayAsync(chat, "before");

        var answered = await person.TryShareAsync(chat, file, key: "the-key", header: CrashPoints.Trigger);
        await server.WaitForCrashAsync();
        if (point is not ("after-answer" or "dispatch"))
            answered.ShouldBeFalse("it crashed before the answer");
        await server.StartAsync();
        var message = await person.ShareAsync(chat, "", file, "the-key");

        (await person.HistoryAsync(chat)).Select(m => m.Id).Count(id => id == message.Id).ShouldBe(1);
        (await person.HistoryAsync(chat)).Count.ShouldBe(2);
        (await person.DownloadAsync(message.Attachments[0].Path)).ShouldBe(file.Bytes);
        await Eventually.HoldsAsync(() => Task.FromResult(server.BlobCount == 1), "no blob was left without a row", 60);
        await person.ShouldHaveEverySeqOnceAsync(chat);
    }
}
