using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Faults;

/// <summary>
/// Two processes behind the nginx that an admin is given. One of them is killed at a random moment and started again, then
/// the other, while several programs upload, delete and listen, each request of theirs wherever nginx sends it. A few rounds
/// run with all tests, twenty with ./test.sh --thorough; CHATFILES_KILL_ROUNDS and CHATFILES_KILL_SEED as in <see cref="KillRounds"/>.
/// </summary>
public sealed class KillingOneOfTwo(TwoMachines machines, Xunit.Abstractions.ITestOutputHelper output) : IClassFixture<TwoMachines>
{
    private const int Listeners = 4;

    private static readonly int Programs = Thorough.Rounds(3, 6);
    private static readonly int Rounds = KillRounds.FromEnvironment("CHATFILES_KILL_ROUNDS", Thorough.Rounds(2, 20));
    private static readonly int Seed = KillRounds.FromEnvironment("CHATFILES_KILL_SEED", 20261130);

    [Fact]
    public async Task What_either_has_acknowledged_is_there_once_and_is_heard_once_and_in_order_at_whichever_is_alive()
    {
        var random = new Random(Seed);
        await using var nginx = await Nginx.StartAsync(Path.Combine(Repository.Root, "build", "install", "nginx-several.conf"), machines.First, machines.Second);
        using var atFirst = await ApiClient.RegisterAsync(machines.First.Address, "owner");
        using var atSecond = atFirst.At(machines.Second.Address);
        using var anywhere = atFirst.Through(nginx);
        var chat = (await anywhere.CreateChatAsync("kill")).Id;
        var programs = Enumerable.Range(1, Programs).Select(n => new Uploader(anywhere, chat, n, random.Next())).ToList();
        var listeners = Enumerable.Range(0, Listeners).Select(_ => new Listener(anywhere, chat)).ToList();
        using var ending = new CancellationTokenSource();
        using var closing = new CancellationTokenSource();
        var listening = listeners.ConvertAll(listener => listener.ListenAsync(closing.Token));
        var working = programs.ConvertAll(program => program.WorkAsync(ending.Token));

        for (var round = 1; round <= Rounds; round++)
        {
            var victim = round % 2 == 0 ? machines.First : machines.Second;
            await Task.Delay(random.Next(300, 2_500));
            await victim.KillAsync();
            await victim.StartAsync();
        }

        await ending.CancelAsync();
        await Task.WhenAll(working);
        await Task.WhenAll(programs.Select(program => program.SettleAsync()));
        var known = programs.SelectMany(program => program.Known).ToList();
        await ShouldBeAsAcknowledgedAsync(atSecond, chat, known);
        var last = (await atFirst.ChatAsync(chat)).LastSeq;
        await Eventually.HoldsAsync(() => listeners.TrueForAll(listener => listener.Last == last), $"everybody has heard all {last} events", 30);
        await closing.CancelAsync();
        await Task.WhenAll(listening);
        await atFirst.ShouldHaveEverySeqOnceAsync(chat);
        var ready = known.Count(upload => !upload.Deleted);
        await machines.ShouldHaveNoBlobLeftOverAsync();
        output.WriteLine($"seed {Seed}: {Rounds} kills, {known.Count} acknowledged uploads, {known.Count - ready} deleted, {last} events; 0 lost, 0 doubled, 0 orphans");
    }

    private static async Task ShouldBeAsAcknowledgedAsync(ApiClient reader, long chat, List<Upload> known)
    {
        var history = await reader.HistoryAsync(chat);
        history.Select(m => m.Id).ShouldBeUnique();
        var files = history.SelectMany(m => m.Attachments).ToDictionary(a => a.Path, StringComparer.Ordinal);
        known.Where(u => !files.ContainsKey(u.Path!)).ShouldBeEmpty("acknowledged messages that are lost");
        files.Count.ShouldBe(known.Count, "messages that nobody sent, or sent twice");
        foreach (var upload in known)
        {
            files[upload.Path!].State.ShouldBe(upload.Deleted ? "deleted" : "ready");
            if (!upload.Deleted)
                (await reader.DownloadAsync(upload.Path!)).ShouldBe(upload.File.Bytes);
        }
    }
}
