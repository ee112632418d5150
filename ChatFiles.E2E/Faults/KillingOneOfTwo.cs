using System.Net;
using ChatFiles.Core.Files;
using ChatFiles.E2E.Flows;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Faults;

/// <summary>
/// Two processes on one PostgreSQL and one container. One of them is killed at a random moment and started again, then the
/// other, while several programs upload, delete and listen, each at whichever answers. A few rounds run with all tests,
/// twenty with ./test.sh --thorough; CHATFILES_KILL_ROUNDS and CHATFILES_KILL_SEED as in <see cref="KillRounds"/>.
/// </summary>
public sealed class KillingOneOfTwo(PostgreSqlServer database, Azurite azurite, Xunit.Abstractions.ITestOutputHelper output)
    : IClassFixture<PostgreSqlServer>,
        IClassFixture<Azurite>
{
    private const int Listeners = 4;

    private static readonly int Programs = Thorough.Rounds(3, 6);
    private static readonly int Rounds = KillRounds.FromEnvironment("CHATFILES_KILL_ROUNDS", Thorough.Rounds(2, 20));
    private static readonly int Seed = KillRounds.FromEnvironment("CHATFILES_KILL_SEED", 20261130);

    [Fact]
    public async Task What_either_has_acknowledged_is_there_once_and_is_heard_once_and_in_order_at_whichever_is_alive()
    {
        var random = new Random(Seed);
        var blobs = azurite.NewContainer();
        var settings = SeveralMachines.SettingsOf(await database.CreateDatabaseAsync(), blobs);
        await using var first = new ServerProcess(settings);
        await using var second = new ServerProcess(settings);
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        using var atFirst = await ApiClient.RegisterAsync(first.Address, "owner");
        using var atSecond = atFirst.At(second.Address);
        var turn = 0;
        ApiClient Either() => Interlocked.Increment(ref turn) % 2 == 0 ? atFirst : atSecond;
        var chat = (await atFirst.CreateChatAsync("kill")).Id;
        var programs = Enumerable.Range(1, Programs).Select(n => new Uploader(Either, chat, n, random.Next())).ToList();
        var listeners = Enumerable.Range(0, Listeners).Select(_ => new Listener(Either, chat)).ToList();
        using var ending = new CancellationTokenSource();
        using var closing = new CancellationTokenSource();
        var listening = listeners.ConvertAll(listener => listener.ListenAsync(closing.Token));
        var working = programs.ConvertAll(program => program.WorkAsync(ending.Token));

        for (var round = 1; round <= Rounds; round++)
        {
            var victim = round % 2 == 0 ? first : second;
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
        // Whoever heard one twice, or not in its order, has failed.
        await Task.WhenAll(listening);
        await atFirst.ShouldHaveEverySeqOnceAsync(chat);
        var ready = known.Count(upload => !upload.Deleted);
        var store = new AzureFileStore(blobs);
        await Eventually.HoldsAsync(async () => await store.ListAsync("", default).CountAsync() == ready, $"{ready} blobs are left for as many files", 90);
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

    /// <summary>Follows a chat over all that becomes of the servers, from where it was.</summary>
    private sealed class Listener(Func<ApiClient> client, long chat)
    {
        private long last;

        public long Last => Interlocked.Read(ref last);

        public async Task ListenAsync(CancellationToken closing)
        {
            while (!closing.IsCancellationRequested)
            {
                try
                {
                    await foreach (var heard in client().FollowAsync(chat, Last, closing))
                    {
                        heard.Seq.ShouldBe(Last + 1);
                        Interlocked.Increment(ref last);
                    }
                }
                catch (Exception failure) when (failure is IOException or OperationCanceledException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError })
                {
                    // At the next one it goes on.
                }
            }
        }
    }
}
