using System.Net;
using ChatFiles.E2E.Stage;
using Npgsql;

namespace ChatFiles.E2E.Faults;

/// <summary>
/// One of two processes dies or is frozen in the middle of an upload, while the other one serves. Two points of it with all
/// tests, every one with ./test.sh --thorough.
/// </summary>
public sealed class LosingOneOfTwo(TwoMachines machines) : IClassFixture<TwoMachines>
{
    /// <summary>No point of the server's: PostgreSQL commits, and whom it would answer is dead.</summary>
    private const string DuringCommit = "during-commit";

    private static readonly string[] Points = Thorough.Is ? [.. CrashPoints.All, DuringCommit] : ["after-blob", DuringCommit];

    /// <summary>What had been sent by then is there, whether or not somebody asks.</summary>
    private static readonly string[] Committed = [DuringCommit, "after-commit", "before-answer", "after-answer", "dispatch"];

    /// <summary>A machine that does all tests besides may need longer.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(Thorough.Is ? 1 : 5);

    /// <summary>Seconds, and whether the file is kept then. Who is silent for 20 is taken for dead by whoever looks next, which is every ten.</summary>
    public static TheoryData<int, bool?> Freezes => Thorough.Is ? new() { { 3, true }, { 30, null }, { 45, false } } : new() { { 3, true } };

    [Fact]
    public async Task What_is_sent_again_at_the_other_one_is_there_once_and_who_listens_there_hears_it_within_a_second()
    {
        await machines.StartAsync();
        using var atFirst = await ApiClient.RegisterAsync(machines.First.Address, "crash");
        using var atSecond = atFirst.At(machines.Second.Address);
        var chat = (await atFirst.CreateChatAsync("crash")).Id;
        await MakeCommitsHoldableAsync();
        var listener = new Listener(atSecond, chat);
        using var closing = new CancellationTokenSource();
        var listening = listener.ListenAsync(closing.Token);

        foreach (var point in Points)
        {
            await machines.StartAsync();
            var before = (await atFirst.SayAsync(chat, point)).Seq;
            await Eventually.HoldsAsync(() => listener.Last == before, $"{point}: the other one's people listen");
            var file = SampleFile.Text($"{point}.txt", new string('x', 400_000));

            await LoseFirstAsync(point, atFirst, chat, file);
            if (Committed.Contains(point))
                await ShouldBeHeardAsync();
            var message = await atSecond.ShareAsync(chat, "", file, key: point);
            await ShouldBeHeardAsync();

            (await atSecond.HistoryAsync(chat)).Where(m => m.Seq >= before).Select(m => m.Id).Skip(1).ShouldBe([message.Id], point);
            (await atSecond.DownloadAsync(message.Attachments[0].Path)).ShouldBe(file.Bytes, point);
            (await atSecond.ChatAsync(chat)).LastSeq.ShouldBe(before + 1, point);

            Task ShouldBeHeardAsync() => Eventually.HoldsAsync(() => listener.Last == before + 1, $"{point}: it was heard at the other one", Soon.TotalSeconds);
        }

        await closing.CancelAsync();
        await listening;
        await atSecond.ShouldHaveEverySeqOnceAsync(chat);
        await machines.ShouldHaveNoBlobLeftOverAsync();
    }

    [Theory]
    [MemberData(nameof(Freezes))]
    public async Task What_arrives_slowly_at_one_that_is_frozen_meanwhile_is_whole_or_refused_and_nothing_is_left_over(int seconds, bool? isKept)
    {
        await machines.StartAsync();
        using var atFirst = await ApiClient.RegisterAsync(machines.First.Address, "slow");
        using var atSecond = atFirst.At(machines.Second.Address);
        var chat = (await atFirst.CreateChatAsync("frozen")).Id;
        var file = SampleFile.Text("slow.txt", new string('x', 400_000));
        var goOn = new TaskCompletionSource();
        using var bytes = new HalvedContent(file.Bytes, goOn.Task);

        var sending = TryAsync(atFirst.ShareAsync(chat, "", file.Name, bytes, "the-key"));
        await Eventually.HoldsAsync(async () => await machines.CountIntentsAsync() == 1, "its blob was on its way");
        await machines.First.FreezeAsync();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await machines.First.ThawAsync();
        goOn.SetResult();
        var sent = await sending;
        var message = await atSecond.ShareAsync(chat, "", file, "the-key");

        if (isKept is not null)
            (sent is not null).ShouldBe(isKept.Value);
        (await atFirst.HistoryAsync(chat)).ShouldHaveSingleItem().Id.ShouldBe(message.Id);
        (await atFirst.DownloadAsync(message.Attachments[0].Path)).ShouldBe(file.Bytes);
        await atFirst.ShouldHaveEverySeqOnceAsync(chat);
        await machines.ShouldHaveNoBlobLeftOverAsync();
    }

    private async Task LoseFirstAsync(string point, ApiClient atFirst, long chat, SampleFile file)
    {
        if (point != DuringCommit)
        {
            var isAnswered = await atFirst.TryShareAsync(chat, file, key: point, header: (CrashPoints.Trigger, point));
            await machines.First.WaitForCrashAsync();
            if (point is not ("after-answer" or "dispatch"))
                isAnswered.ShouldBeFalse($"{point}: it crashed before the answer");
            return;
        }

        await using var holder = await machines.Database.OpenConnectionAsync();
        await using var holding = await holder.BeginTransactionAsync();
        await AskAsync(holder, "SELECT pg_advisory_xact_lock(4711)");
        var sharing = TryAsync(atFirst.ShareAsync(chat, "", file, key: point));
        await Eventually.HoldsAsync(
            async () => await AskAsync(holder, "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted") is 1L,
            "it committed"
        );
        await machines.First.KillAsync();
        (await sharing).ShouldBeNull("it was killed before the answer");
        await holding.RollbackAsync();
    }

    /// <summary>Whoever commits an event waits for whoever has the lock.</summary>
    private async Task MakeCommitsHoldableAsync()
    {
        await using var connection = await machines.Database.OpenConnectionAsync();
        await AskAsync(
            connection,
            """
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON "Events" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold()
            """
        );
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // What stands here.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    private static async Task<MessageInfo?> TryAsync(Task<MessageInfo> sharing)
    {
        try
        {
            return await sharing;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>A file whose second half waits.</summary>
    private sealed class HalvedContent(byte[] bytes, Task goOn) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var half = bytes.Length / 2;
            await stream.WriteAsync(bytes.AsMemory(0, half));
            await stream.FlushAsync();
            await goOn;
            await stream.WriteAsync(bytes.AsMemory(half));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }
}
