using System.Globalization;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Faults;

/// <summary>
/// Several programs upload and delete without pause while the server is killed at random moments, again and again. A
/// few rounds run with all tests, twenty with ./test.sh --thorough; CHATFILES_KILL_ROUNDS=200 runs as many as one likes, CHATFILES_KILL_SEED repeats a run.
/// </summary>
public sealed class KillRounds(Xunit.Abstractions.ITestOutputHelper output)
{
    private const int Programs = 6;

    private static readonly int Rounds = FromEnvironment("CHATFILES_KILL_ROUNDS", Thorough.Rounds(2, 20));
    private static readonly int Seed = FromEnvironment("CHATFILES_KILL_SEED", 20261123);

    [Fact]
    public async Task Whatever_was_acknowledged_before_a_kill_is_there_after_it_and_nothing_else_is()
    {
        var random = new Random(Seed);
        await using var server = new ServerProcess();
        await server.StartAsync();
        using var owner = await ApiClient.RegisterAsync(server.Address, "owner");
        var chat = (await owner.CreateChatAsync("kill")).Id;
        var programs = Enumerable.Range(1, Programs).Select(n => new Uploader(owner, chat, n, random.Next())).ToList();

        for (var round = 1; round <= Rounds; round++)
        {
            using var ending = new CancellationTokenSource();
            var working = programs.Select(program => program.WorkUntilKilledAsync(ending.Token)).ToList();
            await Task.Delay(random.Next(100, 1_500));
            await server.KillAsync();
            await ending.CancelAsync();
            await Task.WhenAll(working);
            await server.StartAsync();
        }

        await Task.WhenAll(programs.Select(program => program.SettleAsync()));
        await ShouldBeAsAcknowledgedAsync(owner, chat, server, programs.SelectMany(program => program.Known).ToList());
    }

    private async Task ShouldBeAsAcknowledgedAsync(ApiClient owner, long chat, ServerProcess server, List<Upload> known)
    {
        var history = await owner.HistoryAsync(chat);
        history.Select(m => m.Id).ShouldBeUnique();
        var files = history.SelectMany(m => m.Attachments).ToDictionary(a => a.Path, StringComparer.Ordinal);
        var lost = known.Where(u => !files.ContainsKey(u.Path!)).ToList();
        lost.ShouldBeEmpty("acknowledged messages that are lost");
        files.Count.ShouldBe(known.Count, "messages that nobody sent, or sent twice");
        var ready = 0;
        foreach (var upload in known)
        {
            files[upload.Path!].State.ShouldBe(upload.Deleted ? "deleted" : "ready");
            if (upload.Deleted)
                continue;
            ready++;
            (await owner.DownloadAsync(upload.Path!)).ShouldBe(upload.File.Bytes);
        }

        await Eventually.HoldsAsync(
            () => Task.FromResult(server.BlobCount == ready),
            $"{ready} blobs were left for {ready} ready files, not {server.BlobCount}",
            60
        );
        await owner.ShouldHaveEverySeqOnceAsync(chat);
        output.WriteLine(
            $"seed {Seed}: {Rounds} kills, {known.Count} acknowledged uploads, {known.Count - ready} deleted; 0 lost, 0 wrong, 0 orphans, 0 events lost or doubled"
        );
    }

    internal static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
