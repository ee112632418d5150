using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Live;

/// <summary>
/// The promise of the event stream under everything that interrupts it: the reader's network, a restart and a crash of
/// the server, while others go on writing.
/// </summary>
public sealed class DeliverySoak : IAsyncLifetime
{
    private const int Writers = 8;
    private const int Cuts = 20;
    private const int EventsBetweenCuts = 12;

    private readonly ServerProcess server = new();

    public Task InitializeAsync() => server.StartAsync();

    public async Task DisposeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(Repository.Artifacts("logs"), $"{nameof(DeliverySoak)}.server.log"), server.Output);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_cut_off_twenty_times_over_a_restart_and_a_crash_has_every_event_once_and_in_order()
    {
        using var owner = await ApiClient.RegisterAsync(server.Address, "owner");
        var chat = (await owner.CreateChatAsync("soak")).Id;
        var writers = await Task.WhenAll(Enumerable.Range(1, Writers).Select(n => NewWriterAsync(owner, chat, n)));
        using var writing = new CancellationTokenSource();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));

        var written = writers.Select(writer => writer.WriteUntilAsync(writing.Token, patience.Token)).ToArray();
        await using var network = new NetworkCut(server);
        using var reader = owner.Through(network);
        var heard = await ReadWithCutsAsync(reader, network, chat, patience.Token);
        await writing.CancelAsync();
        var acknowledged = (await Task.WhenAll(written)).SelectMany(messages => messages).ToList();

        var last = (await owner.ChatAsync(chat)).LastSeq;
        await HearAsync(reader, chat, heard, last, cut: null, patience.Token);

        heard.Select(e => e.Seq).ToList().ShouldBe([.. LongRange(1, last)], "every seq, once, in order");
        var created = heard.Where(e => e.Type == "message-created").Select(e => e.Seq).ToList();
        acknowledged.Select(message => message.Seq).Order().ToList().ShouldBe(created, "what was acknowledged, and nothing else, is an event");
        (await owner.HistoryAsync(chat)).Select(message => message.Seq).ToList().ShouldBe(created, "the history agrees with the events");
        foreach (var writer in writers)
            writer.Dispose();
    }

    /// <summary>Reads live, is cut off again and again, and meanwhile the server is restarted once and killed once.</summary>
    private async Task<List<EventInfo>> ReadWithCutsAsync(ApiClient reader, NetworkCut network, long chat, CancellationToken patience)
    {
        List<EventInfo> heard = [];
        var interruption = Task.CompletedTask;
        for (var cut = 1; cut <= Cuts; cut++)
        {
            await HearAsync(reader, chat, heard, heard.Count + EventsBetweenCuts, network.Cut, patience);
            await interruption; // one interruption of the server at a time
            interruption = cut switch
            {
                7 => RestartAsync(server.StopAsync),
                14 => RestartAsync(server.KillAsync),
                _ => Task.CompletedTask,
            };
            network.Restore();
        }
        await interruption;
        return heard;
    }

    private async Task RestartAsync(Func<Task> end)
    {
        await end();
        await server.StartAsync();
    }

    /// <summary>Follows the stream, as often as it breaks, until so many events were heard; then cuts it and hears what still comes.</summary>
    private static async Task HearAsync(ApiClient reader, long chat, List<EventInfo> heard, long enough, Action? cut, CancellationToken patience)
    {
        while (heard.Count < enough)
        {
            try
            {
                await foreach (var e in reader.FollowAsync(chat, heard.Count == 0 ? 0 : heard[^1].Seq, patience))
                {
                    heard.Add(e);
                    if (heard.Count < enough)
                        continue;
                    if (cut is null)
                        return;
                    cut();
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException && !patience.IsCancellationRequested)
            {
                // Cut off, or the server is away: come back with the last seq.
                await Task.Delay(20, patience);
            }
        }
    }

    private async Task<Writer> NewWriterAsync(ApiClient owner, long chat, int number)
    {
        var program = await ApiClient.RegisterAsync(server.Address, $"writer{number}");
        await owner.AddMemberAsync(chat, program.Email);
        return new Writer(program, chat, number);
    }

    private static IEnumerable<long> LongRange(long first, long last)
    {
        for (var n = first; n <= last; n++)
            yield return n;
    }

    /// <summary>Writes one message after the other, each until it is acknowledged, every fifth with a file, and deletes some.</summary>
    private sealed class Writer(ApiClient program, long chat, int number) : IDisposable
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

        public async Task<List<MessageInfo>> WriteUntilAsync(CancellationToken enough, CancellationToken patience)
        {
            List<MessageInfo> acknowledged = [];
            for (var n = 1; !enough.IsCancellationRequested; n++)
            {
                var key = $"{number}-{n}";
                var message = await InsistAsync(
                    () =>
                        n % 5 == 0
                            ? program.ShareAsync(chat, key, SampleFile.Text($"{key}.txt", key), key, patience)
                            : program.SayAsync(chat, key, key, patience),
                    patience
                );
                acknowledged.Add(message);
                if (n % 10 == 0)
                    await InsistAsync(() => DeleteAsync(message.Attachments[0].Path), patience);
                await Task.Delay(Pause, patience);
            }
            return acknowledged;
        }

        public void Dispose() => program.Dispose();

        private async Task<bool> DeleteAsync(string path)
        {
            await program.DeleteAsync(path);
            return true;
        }

        /// <summary>As a good client does: with the same key until there is an answer.</summary>
        private static async Task<T> InsistAsync<T>(Func<Task<T>> attempt, CancellationToken patience)
        {
            while (true)
            {
                try
                {
                    return await attempt();
                }
                catch (HttpRequestException failure) when (failure.StatusCode is null or >= System.Net.HttpStatusCode.InternalServerError)
                {
                    await Task.Delay(Pause, patience);
                }
            }
        }
    }
}
