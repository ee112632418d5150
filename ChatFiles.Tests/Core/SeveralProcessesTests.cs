using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.PostgreSql;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace ChatFiles.Tests.Core;

/// <summary>Two processes, here and there, on one database and one file store. No work of theirs runs that a test has not begun.</summary>
public sealed class SeveralProcessesTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>, IAsyncLifetime
{
    private static readonly Dictionary<string, string?> Settings = new(StringComparer.Ordinal)
    {
        ["Quotas:BytesPerUser"] = "1000000",
        ["RateLimits:MessagesPerMinute"] = "20",
        ["Limits:UploadsUnderWayPerPerson"] = "0",
        ["Limits:StreamsPerPerson"] = "5",
        ["Upkeep:CheckFilesPerSecond"] = "100000",
    };

    private readonly StoreStage _store = new();
    private readonly Statements _askedThere = new();
    private string _database = "";
    private ChatWorld _here = null!;
    private ChatWorld _there = null!;
    private Person _ann = null!;
    private long _chat;

    public async Task InitializeAsync()
    {
        _database = await server.CreateDatabaseAsync();
        _here = await ChatWorld.OnPostgreSqlAsync(_database, settings: Settings, change: _store.Register);
        _there = await ChatWorld.OnPostgreSqlAsync(_database, _here, Settings, _askedThere.Count);
        _ann = await _here.PersonAsync("ann");
        _chat = await _here.ChatAsync(_ann);
    }

    public async Task DisposeAsync()
    {
        await _there.DisposeAsync();
        await _here.DisposeAsync();
    }

    [Fact]
    public async Task A_file_that_arrives_slowly_at_one_process_is_left_alone_by_the_other()
    {
        var (parts, sending) = await BeginSendingAsync(_here);

        (await IntentsOf(_there).SweepAsync(CancellationToken.None)).ShouldBe(0);
        parts.GoOn();

        await ShouldBeWholeAsync((await sending).Value);
        (await CountIntentsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_a_dead_process_was_writing_is_removed_by_another()
    {
        var (_, _) = await BeginSendingAsync(_here);

        await FallSilentAsync(_here);
        (await IntentsOf(_there).SweepAsync(CancellationToken.None)).ShouldBe(1);
        await _there.StartAsync<JobRunner>();

        await Eventually.HoldsAsync(() => _here.BlobCount == 0, "the blob is gone");
        (await CountIntentsAsync()).ShouldBe(0);
        (await _there.ReadAsync(db => db.Markers.Where(m => m.Name == Marker.OrphansRemoved).Select(m => m.Value).SingleAsync())).ShouldBe("1");
        (await IntentsOf(_there).SweepAsync(CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task Who_was_thought_dead_and_wakes_keeps_nothing_that_was_taken_for_left_over()
    {
        var (parts, sending) = await BeginSendingAsync(_here);
        await FallSilentAsync(_here);
        await IntentsOf(_there).SweepAsync(CancellationToken.None);
        await _there.StartAsync<JobRunner>();
        await Eventually.HoldsAsync(() => _here.BlobCount == 0, "the blob is gone");

        parts.GoOn();
        var failure = await Should.ThrowAsync<TimeoutException>(sending);

        Outage.Explain(failure).ShouldNotBeNull().Reason.ShouldBe(RefusalReason.StorageUnavailable);
        (await _here.ReadAsync(db => db.Attachments.CountAsync())).ShouldBe(0);
        (await _here.ReadAsync(db => db.PersonStates.Where(s => s.UserId == _ann.Id).Select(s => s.StorageBytes).SingleAsync())).ShouldBe(0);
        (await ShouldBeSentAsync(_here)).Attachments.Count.ShouldBe(1);
        _here.BlobCount.ShouldBe(1);
    }

    [Fact]
    public async Task Who_was_silent_for_long_and_wakes_before_anybody_has_noticed_keeps_the_file()
    {
        var (parts, sending) = await BeginSendingAsync(_here);
        await FallSilentAsync(_here);

        parts.GoOn();
        var sent = (await sending).Value;

        (await IntentsOf(_there).SweepAsync(CancellationToken.None)).ShouldBe(0);
        await ShouldBeWholeAsync(sent);
    }

    [Fact]
    public async Task A_blob_that_a_refused_upload_could_not_remove_is_removed_by_whoever_comes_to_it()
    {
        _store.OnDelete = StoreStage.Unavailable;
        (await _here.SendAsync(_ann, _chat, null, Parts.File("a.txt", "a"), Parts.File("b.exe", "b"))).Refusal!.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
        _here.BlobCount.ShouldBe(1);
        _store.OnDelete = _ => Task.CompletedTask;

        await _there.StartAsync<JobRunner>();

        await Eventually.HoldsAsync(() => _here.BlobCount == 0, "the blob is gone");
        (await CountIntentsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task After_a_COMMIT_without_an_answer_the_database_alone_says_whether_a_blob_is_left_over()
    {
        var intents = IntentsOf(_here);
        await intents.BeginAsync("committed", CancellationToken.None);
        await intents.BeginAsync("lost", CancellationToken.None);
        await using var connection = await _here.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand("""DELETE FROM "BlobIntents" WHERE "Key" = 'committed'""", connection, transaction))
            await take.ExecuteNonQueryAsync();
        await intents.EndAsync("committed", BlobEnd.Unknown);
        await intents.EndAsync("lost", BlobEnd.Unknown);

        await Should.ThrowAsync<NpgsqlException>(intents.SweepAsync(CancellationToken.None), "the transaction may still be committed");
        (await SubjectsOfJobsAsync()).ShouldBeEmpty();
        await transaction.CommitAsync();
        await intents.SweepAsync(CancellationToken.None);

        (await SubjectsOfJobsAsync()).ShouldBe(["lost"]);
    }

    [Fact]
    public async Task The_same_key_at_both_at_once_makes_one_message_and_one_blob()
    {
        for (var round = 1; round <= 5; round++)
        {
            var key = $"key-{round}";
            var sent = await Task.WhenAll(new[] { _here, _there, _here, _there }.Select(world => Task.Run(() => world.SendAsync(_ann, _chat, key, Parts.File("x.txt", "x")))));

            sent.Select(s => s.Value.Id).Distinct().ShouldHaveSingleItem();
            _here.BlobCount.ShouldBe(round);
            (await CountIntentsAsync()).ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_quota_is_not_passed_by_two_at_once()
    {
        var other = await _here.ChatAsync(_ann);
        var half = new string('x', 300_000);

        var sent = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(n => Task.Run(() => (n % 2 == 0 ? _here : _there).SendAsync(_ann, n % 4 < 2 ? _chat : other, null, Parts.File("x.txt", half))))
        );

        sent.Count(s => s.Refusal is null).ShouldBe(3);
        sent.Select(s => s.Refusal).OfType<Refusal>().ShouldAllBe(refusal => refusal.Reason == RefusalReason.QuotaExceeded);
        _here.BlobCount.ShouldBe(3);
        (await CountIntentsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_limit_of_a_minute_holds_over_both_and_says_when_to_come_back()
    {
        var before = await CountedAsync();

        var refusals = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(n => Task.Run(() => LimitsOf(n % 2 == 0 ? _here : _there).CountMessageAsync(_ann.Id).AsTask()))
        );

        refusals.Count(refusal => refusal is null).ShouldBe(20 - before);
        refusals.OfType<Refusal>().ShouldAllBe(r => r.RetryAfter > TimeSpan.Zero && r.RetryAfter <= TimeSpan.FromMinutes(1));
        (await LimitsOf(_there).CountMessageAsync("ben")).ShouldBeNull("everybody has a share of their own");
        (await LimitsOf(_there).CountSearchAsync(_ann.Id)).ShouldBeNull("searches have a share of their own");
    }

    [Fact]
    public async Task What_one_person_may_have_open_at_a_time_holds_over_both_and_a_place_that_is_given_back_is_free()
    {
        await Task.WhenAll(_here.StartAsync<SharedPlaces>(), _there.StartAsync<SharedPlaces>());

        var opened = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(n => Task.Run(() => LimitsOf(n % 2 == 0 ? _here : _there).OpenStreamAsync(_ann.Id).AsTask()))
        );

        var places = opened.OfType<IDisposable>().ToList();
        places.Count.ShouldBe(5);
        (LimitsOf(_here).OpenStreams + LimitsOf(_there).OpenStreams).ShouldBe(5);
        (await LimitsOf(_there).OpenStreamAsync("ben")).ShouldNotBeNull("everybody has a share of their own");
        (await LimitsOf(_there).OpenCircuitAsync(_ann.Id)).ShouldNotBeNull("pages have a share of their own");
        places[0].Dispose();
        places[0].Dispose();
        await Eventually.HoldsAsync(async () => await LimitsOf(_there).OpenStreamAsync(_ann.Id) is not null, "there is a place");
        (await LimitsOf(_here).OpenStreamAsync(_ann.Id)).ShouldBeNull("it was one place");
    }

    [Fact]
    public async Task A_place_that_was_given_back_is_free_for_the_next_one_at_once()
    {
        for (var n = 0; n < 20; n++)
            (await LimitsOf(_here).OpenStreamAsync(_ann.Id)).ShouldNotBeNull().Dispose();
    }

    [Fact]
    public async Task What_was_open_at_a_process_that_has_died_counts_no_longer()
    {
        for (var n = 0; n < 5; n++)
            (await LimitsOf(_here).OpenStreamAsync(_ann.Id)).ShouldNotBeNull();
        (await LimitsOf(_here).OpenConnectionAsync(_ann.Id)).ShouldNotBeNull();
        (await LimitsOf(_there).OpenStreamAsync(_ann.Id)).ShouldBeNull();
        (await LimitsOf(_there).WithPageAsync([_ann.Id, "ben"])).ShouldBe([_ann.Id]);

        await FallSilentAsync(_here);

        (await LimitsOf(_there).OpenStreamAsync(_ann.Id)).ShouldNotBeNull();
        (await LimitsOf(_there).WithPageAsync([_ann.Id, "ben"])).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_counted_a_minute_ago_counts_no_longer()
    {
        var counters = _here.Services.GetRequiredService<IMinuteCounters>();
        (await counters.Of("tests", 3).CountAsync("ann")).ShouldBeNull();
        (await counters.Of("tests", 3).CountAsync("ann")).ShouldBeNull();
        await MinutePassesAsync(parts: 3);
        (await counters.Of("tests", 3).CountAsync("ann")).ShouldBeNull();
        (await counters.Of("tests", 3).CountAsync("ann")).ShouldNotBeNull().ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(30));

        await MinutePassesAsync(parts: 3);
        (await counters.Of("tests", 3).CountAsync("ann")).ShouldBeNull();
        (await counters.Of("tests", 3).CountAsync("ann")).ShouldBeNull("the first two are a minute old");
        (await counters.Of("tests", 3).CountAsync("ann")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Where_many_come_over_with_all_that_their_chats_have_no_log_is_read_before_there_is_something_new()
    {
        List<long> chats = [_chat];
        while (chats.Count < 6)
            chats.Add(await _here.ChatAsync(_ann));
        foreach (var chat in chats)
            (await _here.SendAsync(_ann, chat, null, Parts.File("x.txt", "x"))).Refusal.ShouldBeNull();
        await _there.StartAsync<EventDispatcher>();
        await _there.StartAsync<EventsElsewhere>();
        foreach (var chat in chats.Skip(1))
            _ = (await _there.Live.SubscribeAsync(_ann.Id, chat, after: null)).Value;
        using var subscription = (await _there.Live.SubscribeAsync(_ann.Id, _chat, after: null)).Value;
        _askedThere.Reset();
        await Eventually.HoldsAsync(() => _askedThere.CountOf("\"LastSeq\"") >= 2, "it has looked at all of them");

        var sent = await ShouldBeSentAsync(_here);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var heard in subscription.ReadAsync(patience.Token))
        {
            heard.MessageId.ShouldBe(sent.Id);
            break;
        }

        // Of this one: by whoever tells everybody, and by the reader.
        _askedThere.CountOf("FROM \"Events\"").ShouldBeLessThan(chats.Count - 1);
    }

    [Fact]
    public async Task Each_job_is_done_by_one_of_them()
    {
        var keys = Enumerable.Range(0, 200).Select(n => $"job-{n}").ToList();
        await _here.Writer.WriteAsync(db =>
        {
            db.Jobs.AddRange(keys.Select(key => new Job { Kind = JobKind.DeleteBlob, Subject = key, CreatedAt = DateTime.UnixEpoch }));
            return db.SaveChangesAsync();
        });

        await Task.WhenAll(_here.StartAsync<JobRunner>(), _there.StartAsync<JobRunner>());

        await Eventually.HoldsAsync(async () => (await SubjectsOfJobsAsync()).Count == 0, "all jobs are done");
        _store.Deleted.Order().ShouldBe(keys.Order());
    }

    [Fact]
    public async Task A_job_that_a_process_took_and_did_not_do_is_done_by_another_when_its_time_is_over()
    {
        await _here.Writer.WriteAsync(db =>
        {
            db.Jobs.Add(new Job { Kind = JobKind.DeleteBlob, Subject = "job", CreatedAt = DateTime.UnixEpoch });
            return db.SaveChangesAsync();
        });
        (await QueueOf(_here).TakeDueAsync(CancellationToken.None)).ShouldHaveSingleItem().Subject.ShouldBe("job");
        (await QueueOf(_there).TakeDueAsync(CancellationToken.None)).ShouldBeEmpty();

        await _here.Writer.WriteAsync(db => db.Jobs.ExecuteUpdateAsync(set => set.SetProperty(j => j.DueAt, j => DateTime.UnixEpoch)));

        (await QueueOf(_there).TakeDueAsync(CancellationToken.None)).ShouldHaveSingleItem().Subject.ShouldBe("job");
    }

    [Fact]
    public async Task Who_has_nothing_to_do_finds_the_jobs_that_another_adds()
    {
        await _there.StartAsync<JobRunner>();
        var sent = await ShouldBeSentAsync(_here);

        await _here.Chats.DeleteMessageAsync(_ann.Id, _chat, sent.Id);

        await Eventually.HoldsAsync(() => _here.BlobCount == 0, "the blob is gone");
    }

    [Fact]
    public async Task What_a_process_whose_clock_is_ahead_wants_done_is_done_at_once()
    {
        var ahead = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(1));
        await using var early = await ChatWorld.OnPostgreSqlAsync(_database, _here, Settings, services => services.AddSingleton<TimeProvider>(ahead));
        await _there.StartAsync<JobRunner>();
        var sent = await ShouldBeSentAsync(_here);

        (await early.Chats.DeleteMessageAsync(_ann.Id, _chat, sent.Id)).Refusal.ShouldBeNull();

        await Eventually.HoldsAsync(() => _here.BlobCount == 0, "the blob is gone");
    }

    [Fact]
    public async Task A_chat_is_removed_in_parts_without_a_rest_between_them()
    {
        await ExecuteAsync(
            _here,
            $"""
            INSERT INTO "Messages"("ChatId", "Seq", "AuthorId", "Text", "SentAt", "Deleted")
            SELECT {_chat}, 1000 + n, '{_ann.Id}', 'x', 0, FALSE FROM generate_series(1, 250) AS n;
            INSERT INTO "Jobs"("Kind", "Subject", "CreatedAt", "DueAt", "Attempts") VALUES (1, '{_chat}', 0, 0, 0)
            """
        );

        await _there.StartAsync<JobRunner>();

        await Eventually.HoldsAsync(async () => (await SubjectsOfJobsAsync()).Count == 0, "the chat is gone");
    }

    [Fact]
    public async Task A_work_is_one_process_s_until_that_is_dead()
    {
        var (here, there) = (_here.Services.GetRequiredService<Leases>(), _there.Services.GetRequiredService<Leases>());
        (await here.HoldAsync("work", CancellationToken.None)).ShouldBe(1);
        (await there.HoldAsync("work", CancellationToken.None)).ShouldBeNull();
        (await there.HoldAsync("other work", CancellationToken.None)).ShouldBe(1);

        await FallSilentAsync(_here);

        await Eventually.HoldsAsync(async () => await there.HoldAsync("work", CancellationToken.None) == 2, "the other has it");
        await Eventually.HoldsAsync(async () => await here.HoldAsync("work", CancellationToken.None) is null, "who wakes has it no longer");
    }

    [Fact]
    public async Task Who_is_stopped_leaves_its_work_to_others_at_once()
    {
        await _here.StartAsync<Node>();
        var leases = _here.Services.GetRequiredService<Leases>();
        (await leases.HoldAsync("work", CancellationToken.None)).ShouldBe(1);

        await _here.Hosted<Node>().StopAsync(CancellationToken.None);

        (await _there.Services.GetRequiredService<Leases>().HoldAsync("work", CancellationToken.None)).ShouldBe(2);
    }

    [Fact]
    public async Task One_process_looks_after_the_blobs_and_another_when_that_is_dead()
    {
        await _here.Hosted<DriftCheck>().StepAsync(CancellationToken.None);
        var sent = await ShouldBeSentAsync(_here);
        var key = await _here.ReadAsync(db => db.Attachments.Where(a => a.Id == sent.Attachments[0].Id).Select(a => a.BlobKey).SingleAsync());
        await _here.Store.DeleteAsync(key!, CancellationToken.None);
        await _here.Writer.WriteAsync(db => db.Markers.ExecuteDeleteAsync()); // a round is due for whoever does them

        await _there.Hosted<DriftCheck>().StepAsync(CancellationToken.None);
        (await CountMissingAsync()).ShouldBe(0);
        await FallSilentAsync(_here);

        await Eventually.HoldsAsync(
            async () =>
            {
                await _there.Hosted<DriftCheck>().StepAsync(CancellationToken.None);
                return await CountMissingAsync() == 1;
            },
            "the other has looked"
        );
    }

    [Fact]
    public async Task Of_two_that_make_a_picture_of_the_same_file_one_is_kept()
    {
        var sent = (await _here.SendAsync(_ann, _chat, null, Parts.File("x.png", PictureFiles.Of("png", 80, 80)))).Value;
        var file = await _here.ReadAsync(db => db.Attachments.AsNoTracking().SingleAsync(a => a.Id == sent.Attachments[0].Id));
        var made = new PictureMade((80, 80), [1, 2, 3]);

        await Task.WhenAll(new[] { _here, _there }.Select(world => world.Services.GetRequiredService<MadePictures>().KeepAsync(file, made, CancellationToken.None)));

        _here.BlobCount.ShouldBe(2);
        (await CountIntentsAsync()).ShouldBe(0);
        (await _here.ReadAsync(db => db.Chats.Where(c => c.Id == _chat).Select(c => c.StorageBytes).SingleAsync())).ShouldBe(file.Size + 3);
    }

    private static BlobIntents IntentsOf(ChatWorld world) => world.Services.GetRequiredService<BlobIntents>();

    private static JobQueue QueueOf(ChatWorld world) => world.Services.GetRequiredService<JobQueue>();

    private static PersonLimits LimitsOf(ChatWorld world) => world.Services.GetRequiredService<PersonLimits>();

    /// <summary>As if it had not been heard of for longer than a process may be silent.</summary>
    private static async Task FallSilentAsync(ChatWorld world) =>
        (await ExecuteAsync(world, $"""UPDATE "Nodes" SET "SeenAt" = "SeenAt" - 21000 WHERE "Id" = '{world.Services.GetRequiredService<Node>().Id}'""")).ShouldBe(1);

    private Task<int> MinutePassesAsync(int parts) => ExecuteAsync(_here, $"""UPDATE "RateCounts" SET "At" = "At" - {parts}, "Counts" = "Counts"[{parts + 1}:6] || "Counts"[1:{parts}]""");

    private static Task<int> ExecuteAsync(ChatWorld world, string sql) => world.Writer.WriteAsync(db => db.Database.ExecuteSqlRawAsync(sql));

    private Task<int> CountIntentsAsync() => _there.ReadAsync(db => db.Database.SqlQuery<int>($"""SELECT COUNT(*)::int AS "Value" FROM "BlobIntents" """).SingleAsync());

    private async Task<int> CountedAsync() =>
        await _there.ReadAsync(db =>
            db.Database.SqlQuery<int>($"""SELECT COALESCE(SUM(n), 0)::int AS "Value" FROM "RateCounts", unnest("Counts") AS n WHERE "Who" = {"messages " + _ann.Id}""").SingleAsync()
        );

    private Task<List<string>> SubjectsOfJobsAsync() => _there.ReadAsync(db => db.Jobs.Select(j => j.Subject).ToListAsync());

    private Task<int> CountMissingAsync() => _there.ReadAsync(db => db.Attachments.CountAsync(a => a.State == AttachmentState.Missing));

    private async Task<(HeldParts Parts, Task<Result<MessageView>> Sending)> BeginSendingAsync(ChatWorld world)
    {
        var parts = new HeldParts(Parts.File("x.txt", "first"));
        var sending = world.Chats.SendFilesAsync(_ann.Id, _chat, null, null, parts.ReadAsync());
        await parts.FirstIsStored;
        _here.BlobCount.ShouldBe(1);
        return (parts, sending);
    }

    private async Task<MessageView> ShouldBeSentAsync(ChatWorld world)
    {
        var sent = await world.SendAsync(_ann, _chat, null, Parts.File("x.txt", "x"));
        sent.Refusal.ShouldBeNull();
        return sent.Value;
    }

    private async Task ShouldBeWholeAsync(MessageView sent) =>
        (await _there.Chats.OpenFileAsync(_ann.Id, _chat, sent.Attachments[0].Id)).Refusal.ShouldBeNull();
}
