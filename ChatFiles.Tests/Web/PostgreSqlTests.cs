using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web;

/// <summary>The program on PostgreSQL, which may be away, die or stand still.</summary>
public sealed class PostgreSqlTests(PostgreSqlServer database) : IClassFixture<PostgreSqlServer>
{
    /// <summary>So long a request may take, whatever becomes of the database.</summary>
    private static readonly TimeSpan MostOfARequest = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task What_was_sent_is_there_after_a_restart_and_who_was_signed_in_still_is()
    {
        await using var server = await StartAsync(await database.CreateDatabaseAsync());
        var anna = await server.UserAsync("anna");
        var chat = await anna.ChatAsync();
        await using (var events = await EventReader.OpenAsync(anna, chat))
        {
            await anna.SendTextAsync(chat, "good morning");
            (await events.NextAsync()).ShouldNotBeNull().Type.ShouldBe("message-created");
        }

        var path = (await anna.SendFileAsync(chat, "note.txt", "hello")).Text("path");
        Directory.Exists(Path.Combine(server.Data, "keys")).ShouldBeFalse("they are in the database, for whichever process comes next");
        File.Exists(Path.Combine(server.Data, "chatfiles.db")).ShouldBeFalse();

        await server.RestartAsync();

        using var http = server.Client();
        http.DefaultRequestHeaders.Authorization = new("Bearer", anna.Token);
        var again = anna with { Http = http };
        (await again.MessagesAsync(chat)).Select(m => m.Text("text")).ShouldContain("good morning");
        (await http.GetStringAsync(path)).ShouldBe("hello");
    }

    [Fact]
    public async Task While_the_database_is_away_the_program_starts_and_refuses_what_needs_it_until_it_is_there()
    {
        var connection = await database.CreateDatabaseAsync();
        string token;
        await using (var before = await StartAsync(connection))
            token = (await before.UserAsync("bob")).Token;
        await database.KillAsync();
        try
        {
            await using var server = await StartAsync(connection);
            using var http = server.Client();
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);

            (await http.GetAsync("health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
            using var ready = await http.GetAsync("health/ready");
            ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await ready.JsonAsync()).GetProperty("checks").Text("database").ShouldBe("does not answer");
            foreach (var path in new[] { "chat", "chat/1/events", "chat/1/messages", "sign-in", "" })
                await ShouldBeAwayAsync(http.GetAsync(path));
            await ShouldBeAwayAsync(http.PostAsJsonAsync("account/login", new { email = "bob@example.org", password = "Passw0rd!" }));
            (await http.GetAsync("app.css")).StatusCode.ShouldBe(HttpStatusCode.OK);

            await database.StartAsync();

            // Who asks for its health is answered from a look that may be some seconds old.
            foreach (var path in new[] { "chat", "health/ready" })
                await Eventually.HoldsAsync(async () => (await http.GetAsync(path)).StatusCode == HttpStatusCode.OK, $"{path} is served", seconds: 20);
        }
        finally
        {
            await StartAgainAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_or_frozen_under_load_it_costs_no_request_more_than_ten_seconds_and_loses_nothing_that_was_confirmed(bool isKilled)
    {
        await using var server = await StartAsync(await database.CreateDatabaseAsync());
        var clara = await server.UserAsync("clara");
        var chats = new List<long>();
        for (var i = 0; i < 4; i++)
            chats.Add(await clara.ChatAsync());
        var load = new Load(clara, chats);
        try
        {
            await load.ShouldConfirmAsync(50);
            await (isKilled ? database.KillAsync() : database.FreezeAsync());
            await load.ShouldBeRefusedAsync();
        }
        finally
        {
            await (isKilled ? StartAgainAsync() : database.ThawAsync());
        }

        await load.ShouldConfirmAsync(50);
        await load.EndAsync();

        load.Unexpected.ShouldBeEmpty();
        load.Slowest.ShouldBeLessThan(MostOfARequest);
        foreach (var chat in chats)
        {
            var there = await AllTextsAsync(clara, chat);
            load.Confirmed.Where(sent => sent.Chat == chat).Select(sent => sent.Text).Except(there).ShouldBeEmpty();
            there.ShouldBeUnique();
        }
    }

    /// <summary>Ids are given before the commit, and those of other chats may be committed first.</summary>
    [Fact]
    public async Task The_words_in_a_file_are_found_also_when_newer_files_were_committed_before_it()
    {
        var connection = await database.CreateDatabaseAsync();
        await using var server = await StartAsync(connection);
        var finn = await server.UserAsync("finn");
        var chat = await finn.ChatAsync();
        await using var source = Npgsql.NpgsqlDataSource.Create(connection);
        var late = await AskAsync("SELECT nextval(pg_get_serial_sequence('\"Messages\"', 'Id'))");
        var newer = (await finn.SendFileAsync(chat, "newer.txt", "words")).GetProperty("message").GetProperty("id").GetInt64();
        await ShouldBeReadAsync(newer);

        await AskAsync(
            $"""
            INSERT INTO "Messages" SELECT (jsonb_populate_record(m, jsonb_build_object('Id', {late}, 'Seq', 1000))).* FROM "Messages" AS m WHERE "Id" = {newer};
            INSERT INTO "Attachments" SELECT (jsonb_populate_record(a, jsonb_build_object('Id', gen_random_uuid(), 'MessageId', {late}, 'BlobKey', gen_random_uuid()))).* FROM "Attachments" AS a WHERE "MessageId" = {newer};
            SELECT 0::bigint
            """
        );
        await finn.SendFileAsync(await finn.ChatAsync(), "newest.txt", "other words");

        await ShouldBeReadAsync(late);

        Task ShouldBeReadAsync(long message) =>
            Eventually.HoldsAsync(
                async () => await AskAsync($"""SELECT count(*) FROM "FileContents" WHERE "Key" / 16 = {message} AND "Text" = 'words'""") == 1,
                "the file was read",
                seconds: 30
            );

        async Task<long> AskAsync(string sql)
        {
#pragma warning disable CA2100 // What stands here.
            await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    [Fact]
    public async Task A_second_process_on_the_same_database_ends_with_one_line_where_files_lie_on_the_machine()
    {
        var connection = await database.CreateDatabaseAsync();
        await using var first = await StartAsync(connection);
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        // The lock goes with the server, and is taken again.
        await database.KillAsync();
        await database.StartAsync();
        await using var source = Npgsql.NpgsqlDataSource.Create(connection);
        await using var locks = source.CreateCommand(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database AND datname = current_database() WHERE locktype = 'advisory' AND objid = 7270003"
        );
        await Eventually.HoldsAsync(async () => await locks.ExecuteScalarAsync() is 1L, "the first one had its lock again", seconds: 40);

        var second = await ProgramRun.ToEndAsync([], Settings(connection, folder));

        second.ExitCode.ShouldBe(1);
        second.Errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith("ChatFiles can't start: Storage:Provider: Local is for one process");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Commands_work_beside_the_server_and_those_for_backups_name_what_PostgreSQL_has()
    {
        var connection = await database.CreateDatabaseAsync();
        await using var server = await StartAsync(connection);
        await server.UserAsync("dora");
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        var settings = Settings(connection, folder);

        var added = await ProgramRun.ToEndAsync(["add-person", "emil@example.org"], settings);
        added.Errors.ShouldBeEmpty();
        (await server.Stranger.GetStringAsync(new Uri(added.Output.Trim()).PathAndQuery)).ShouldContain("New password");
        (await ProgramRun.ToEndAsync(["export", "--person", "dora@example.org", "--to", Path.Combine(folder, "dora.zip")], settings)).Errors.ShouldBeEmpty();
        foreach (var command in new[] { "backup", "restore" })
        {
            var refused = await ProgramRun.ToEndAsync([command, Path.Combine(folder, "copy")], settings);
            refused.ExitCode.ShouldBe(1);
            refused.Errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("pg_dump");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("", "Database:ConnectionString: is one of PostgreSQL")]
    [InlineData("sesame", "Database:ConnectionString: is one of PostgreSQL")]
    [InlineData("Host=/nowhere;Pasword=sesame", "Database:ConnectionString: is one of PostgreSQL")]
    public async Task A_connection_string_that_is_none_is_refused_and_not_repeated(string connection, string reason)
    {
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        var run = await ProgramRun.ToEndAsync([], Settings(connection, folder));

        run.ExitCode.ShouldBe(1);
        run.Errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(reason);
        (run.Output + run.Errors).ShouldNotContain("sesame");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_stops_the_start()
    {
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        var run = await ProgramRun.ToEndAsync([], Settings(await database.CreateDatabaseAsync() + "x", folder));

        run.ExitCode.ShouldBe(1);
        run.Errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("does not exist");
        run.Errors.ShouldNotContain("sesame");
        Directory.Delete(folder, recursive: true);
    }

    private static Task<TestServer> StartAsync(string connection) =>
        TestServer.StartAsync(("Database:Provider", "PostgreSql"), ("Database:ConnectionString", connection));

    private static Dictionary<string, string> Settings(string connection, string folder) =>
        new(StringComparer.Ordinal)
        {
            ["Database__Provider"] = "PostgreSql",
            ["Database__ConnectionString"] = connection,
            ["Data__Directory"] = folder,
        };

    /// <summary>For the tests that follow, whatever has become of this one.</summary>
    private async Task StartAgainAsync()
    {
        if (!database.IsRunning)
            await database.StartAsync();
    }

    private static async Task ShouldBeAwayAsync(Task<HttpResponseMessage> request)
    {
        var began = Stopwatch.GetTimestamp();
        using var answer = await request;
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await answer.JsonAsync()).Text("type").ShouldBe("storage-unavailable");
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(MostOfARequest);
    }

    private static async Task<List<string>> AllTextsAsync(ApiUser person, long chat)
    {
        var texts = new List<string>();
        var before = "";
        while (true)
        {
            var page = (await person.GetAsync($"chat/{chat}/messages?limit=200{before}")).GetProperty("messages").EnumerateArray().ToList();
            if (page.Count == 0)
                return texts;
            texts.AddRange(page.Select(m => m.Text("text")));
            before = $"&before={page.Min(m => m.GetProperty("id").GetInt64())}";
        }
    }

    /// <summary>Many who send and read at the same time, and try again when they are refused.</summary>
    private sealed class Load
    {
        private const int Senders = 12;
        private const int Readers = 6;

        private readonly Task[] _all;
        private readonly ConcurrentDictionary<int, int> _refusals = new();
        private volatile bool _isOver;
        private long _slowest;

        public Load(ApiUser person, List<long> chats) =>
            _all =
            [
                .. Enumerable.Range(0, Senders).Select(i => Task.Run(() => SendAsync(person, i, chats[i % chats.Count]))),
                .. Enumerable.Range(Senders, Readers).Select(i => Task.Run(() => ReadAsync(person, i, chats[i % chats.Count]))),
            ];

        public ConcurrentQueue<(long Chat, string Text)> Confirmed { get; } = [];

        public ConcurrentQueue<string> Unexpected { get; } = [];

        public TimeSpan Slowest => new(Volatile.Read(ref _slowest));

        public Task ShouldConfirmAsync(int more)
        {
            var before = Confirmed.Count;
            return Eventually.HoldsAsync(() => Confirmed.Count >= before + more, $"{more} more were confirmed", seconds: 40);
        }

        /// <summary>Each of them, at least once.</summary>
        public Task ShouldBeRefusedAsync() => Eventually.HoldsAsync(() => _refusals.Count == Senders + Readers, "everybody was refused", seconds: 40);

        public Task EndAsync()
        {
            _isOver = true;
            return Task.WhenAll(_all);
        }

        private async Task SendAsync(ApiUser person, int who, long chat)
        {
            for (var i = 0; !_isOver; i++)
            {
                var text = $"{who}: {i}";
                while (!await AskAsync(who, () => person.Http.PostAsJsonAsync($"chat/{chat}/messages", new { text, clientId = $"load-{who}-{i}" })))
                {
                    if (_isOver)
                        return;
                }

                Confirmed.Enqueue((chat, text));
            }
        }

        private async Task ReadAsync(ApiUser person, int who, long chat)
        {
            while (!_isOver)
                await AskAsync(who, () => person.Http.GetAsync($"chat/{chat}/messages"));
        }

        private async Task<bool> AskAsync(int who, Func<Task<HttpResponseMessage>> ask)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await ask();
            var took = Stopwatch.GetElapsedTime(began).Ticks;
            for (var known = Volatile.Read(ref _slowest); took > known; known = Volatile.Read(ref _slowest))
                Interlocked.CompareExchange(ref _slowest, took, known);
            if (answer.IsSuccessStatusCode)
                return true;
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null)
                _refusals.AddOrUpdate(who, 1, static (_, count) => count + 1);
            else
                Unexpected.Enqueue($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            return false;
        }
    }
}
