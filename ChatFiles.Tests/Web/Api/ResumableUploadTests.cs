using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Api;

/// <summary>The tus protocol on the wire: begin, go on, break off, resume, end.</summary>
public sealed class ResumableUploadTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task What_the_server_knows_of_the_protocol_is_told()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        // Without Tus-Resumable: the protocol has OPTIONS ignore it.
        using var described = await ann.SendAsync(HttpMethod.Options, $"chat/{chat}/uploads");

        described.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        described.Header("Tus-Resumable").ShouldBe("1.0.0");
        described.Header("Tus-Version").ShouldBe("1.0.0");
        described.Header("Tus-Extension").ShouldBe("creation,termination,expiration");
        described.Number("Tus-Max-Size").ShouldBe(1L << 30);
    }

    [Fact]
    public async Task An_upload_grows_piece_by_piece_and_tells_where_it_is()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        using var begun = await ann.TryBeginUploadAsync(chat, "Grüße.txt", 11);
        begun.StatusCode.ShouldBe(HttpStatusCode.Created);
        begun.Header("Tus-Resumable").ShouldBe("1.0.0");
        ShouldExpireInADay(begun);
        var path = begun.Headers.Location!.ToString();
        path.ShouldStartWith($"/chat/{chat}/uploads/");
        path = path.TrimStart('/');

        (await ann.AppendAsync(path, 0, "hello "u8.ToArray())).ShouldBe(6);
        using (var asked = await ann.TusAsync(HttpMethod.Head, path))
        {
            asked.StatusCode.ShouldBe(HttpStatusCode.OK);
            asked.Header("Tus-Resumable").ShouldBe("1.0.0");
            asked.Headers.CacheControl!.NoStore.ShouldBeTrue();
            (asked.Number("Upload-Offset"), asked.Number("Upload-Length")).ShouldBe((6, 11));
            asked.Header("Upload-Metadata").ShouldBe(Tus.Named("Grüße.txt"));
        }

        using (var last = await ann.TryAppendAsync(path, 6, "world"u8.ToArray()))
        {
            last.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            last.Number("Upload-Offset").ShouldBe(11);
            ShouldExpireInADay(last);
        }

        (await ann.OffsetAsync(path)).ShouldBe(11);
        (await ann.AppendAsync(path, 11, [])).ShouldBe(11);
    }

    [Fact]
    public async Task Another_version_of_the_protocol_is_refused_with_the_one_that_is_spoken()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = await ann.BeginUploadAsync(chat, "note.txt", 5);

        foreach (var version in new[] { "0.2.2", "" })
        {
            using var refused = await ann.SendAsync(HttpMethod.Patch, path, Tus.Bytes([1]), ("Tus-Resumable", version), ("Upload-Offset", "0"));
            refused.Header("Tus-Version").ShouldBe("1.0.0");
            refused.Header("Tus-Resumable").ShouldBe("1.0.0");
            await Task.FromResult(refused).ShouldBeProblemAsync(412, "precondition-failed");
        }

        await ann.SendAsync(HttpMethod.Post, $"chat/{chat}/uploads", null, ("Upload-Length", "5")).ShouldBeProblemAsync(412, "precondition-failed");
        (await ann.OffsetAsync(path)).ShouldBe(0);
    }

    [Fact]
    public async Task Bytes_that_belong_elsewhere_or_are_no_bytes_change_nothing()
    {
        var ann = await server.UserAsync("ann");
        var path = await ann.BeginUploadAsync(await ann.ChatAsync(), "note.txt", 10);
        await ann.AppendAsync(path, 0, "hello"u8.ToArray());

        (await ann.TryAppendAsync(path, 0, "hello"u8.ToArray()).ShouldBeProblemAsync(409, "offset-conflict")).ShouldContain("byte 5");
        await ann.TryAppendAsync(path, 6, "world"u8.ToArray()).ShouldBeProblemAsync(409, "offset-conflict");
        await ann.TryAppendAsync(path, -1, "world"u8.ToArray()).ShouldBeProblemAsync(400, "invalid-form");
        await ann.TusAsync(HttpMethod.Patch, path, Tus.Bytes([1])).ShouldBeProblemAsync(400, "invalid-form");
        using var plain = new ByteArrayContent("world"u8.ToArray());
        await ann.TusAsync(HttpMethod.Patch, path, plain, ("Upload-Offset", "5")).ShouldBeProblemAsync(415, "invalid-form");
        (await ann.OffsetAsync(path)).ShouldBe(5);
    }

    [Fact]
    public async Task An_upload_never_grows_past_what_was_announced()
    {
        var ann = await server.UserAsync("ann");
        var path = await ann.BeginUploadAsync(await ann.ChatAsync(), "note.txt", 5);

        await ann.TryAppendAsync(path, 0, "hello!"u8.ToArray()).ShouldBeProblemAsync(413, "file-too-large");
        (await ann.OffsetAsync(path)).ShouldBe(0);

        // Chunked, a body does not say how long it is.
        using var endless = Tus.Bytes("hello, world"u8.ToArray());
        endless.Headers.ContentLength = null;
        using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = endless };
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Offset", "0");
        request.Headers.TransferEncodingChunked = true;
        await ann.Http.SendAsync(request).ShouldBeProblemAsync(413, "file-too-large");
        (await ann.OffsetAsync(path)).ShouldBe(5);
    }

    [Theory]
    [InlineData(400, "invalid-form", null, "filename bm90ZS50eHQ=")]
    [InlineData(400, "invalid-form", "-5", "filename bm90ZS50eHQ=")]
    [InlineData(400, "invalid-form", "5", "filename no-base64")]
    [InlineData(400, "invalid-file-name", "5", "filename /w==")] // a byte that UTF-8 does not have
    [InlineData(400, "invalid-form", "5", "a,a,filename bm90ZS50eHQ=")]
    [InlineData(400, "invalid-file-name", "5", null)]
    [InlineData(400, "invalid-file-name", "5", "filename")]
    [InlineData(400, "invalid-file-name", "5", "name bm90ZS50eHQ=")]
    [InlineData(400, "invalid-file-name", "5", "filename Li4vLi4=")]
    [InlineData(415, "file-type-not-allowed", "5", "filename dmlydXMuZXhl")]
    [InlineData(400, "empty-file", "0", "filename bm90ZS50eHQ=")]
    [InlineData(413, "file-too-large", "1073741825", "filename bm90ZS50eHQ=")]
    public async Task What_is_wrong_with_a_file_is_said_before_its_first_byte(int status, string slug, string? length, string? metadata)
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var headers = new List<(string, string)>();
        if (length is not null)
            headers.Add(("Upload-Length", length));
        if (metadata is not null)
            headers.Add(("Upload-Metadata", metadata));

        using var refused = await ann.TusAsync(HttpMethod.Post, $"chat/{chat}/uploads", null, [.. headers]);

        refused.Header("Tus-Resumable").ShouldBe("1.0.0");
        await Task.FromResult(refused).ShouldBeProblemAsync(status, slug);
    }

    [Theory]
    [InlineData("größe")]
    [InlineData("a b")]
    [InlineData(4097)]
    public async Task Metadata_that_could_not_be_given_back_are_refused(object key)
    {
        var ann = await server.UserAsync("ann");
        var name = key as string ?? new string('x', (int)key);
        var head = $"POST /chat/{await ann.ChatAsync()}/uploads HTTP/1.1\nAuthorization: Bearer {ann.Token}\nTus-Resumable: 1.0.0\nUpload-Length: 5\n";

        var answer = await RawRequest.SendAsync(server.Address, $"{head}Upload-Metadata: {Tus.Named("note.txt")},{name} eA==\nContent-Length: 0", []);

        answer.ShouldStartWith("HTTP/1.1 400");
        answer.ShouldContain("invalid-form");
    }

    [Fact]
    public async Task A_length_that_is_to_come_later_is_not_supported()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        var detail = await ann.TusAsync(
                HttpMethod.Post,
                $"chat/{chat}/uploads",
                null,
                ("Upload-Defer-Length", "1"),
                ("Upload-Metadata", Tus.Named("note.txt"))
            )
            .ShouldBeProblemAsync(400, "invalid-form");

        detail.ShouldContain("Upload-Length");
    }

    [Theory]
    [InlineData("picture.png", "MZ, a program of more than sixty-four bytes, so that its head is whole at once.")]
    [InlineData("short.png", "MZ")]
    [InlineData("note.txt", "%PDF-1.7\nis no text, whatever its name says; this is longer than a head is.")]
    [InlineData("late.txt", "The head of this one is good text, and then there is something that no text has: \0")]
    public async Task First_bytes_that_are_not_what_the_name_says_end_the_upload(string name, string content)
    {
        var ann = await server.UserAsync("ann");
        var bytes = Encoding.ASCII.GetBytes(content);
        var path = await ann.BeginUploadAsync(await ann.ChatAsync(), name, name == "short.png" ? bytes.Length : 1_000_000);

        // In two pieces: neither shows alone what it is.
        await ann.AppendAsync(path, 0, bytes[..1]);
        (await ann.TryAppendAsync(path, 1, bytes[1..]).ShouldBeProblemAsync(415, "file-type-not-allowed")).ShouldContain(name);

        await ann.TryAppendAsync(path, 1, bytes[1..]).ShouldBeProblemAsync(404, "file-not-found");
    }

    [Fact]
    public async Task An_ended_upload_is_gone()
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.UserAsync("ann");
        var path = await ann.BeginUploadAsync(await ann.ChatAsync(), "note.txt", 10);
        await ann.AppendAsync(path, 0, "hello"u8.ToArray());
        own.StagedBytes().ShouldBe(5);

        using (var ended = await ann.TusAsync(HttpMethod.Delete, path))
        {
            ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            ended.Header("Tus-Resumable").ShouldBe("1.0.0");
        }

        await ann.TusAsync(HttpMethod.Head, path).ShouldBeAsync(HttpStatusCode.NotFound);
        await ann.TryAppendAsync(path, 5, "world"u8.ToArray()).ShouldBeProblemAsync(404, "file-not-found");
        await ann.TusAsync(HttpMethod.Delete, path).ShouldBeProblemAsync(404, "file-not-found");
        Directory.EnumerateFileSystemEntries(Path.Combine(own.Data, "uploads")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_but_its_creator_reaches_an_upload()
    {
        var (ann, bob, eve) = (await server.UserAsync("ann"), await server.UserAsync("bob"), await server.UserAsync("eve"));
        var chat = await ann.ChatAsync(bob);
        var path = await ann.BeginUploadAsync(chat, "note.txt", 10);
        var elsewhere = path.Replace($"chat/{chat}/", $"chat/{await ann.ChatAsync()}/", StringComparison.Ordinal);

        await ShouldNotReachAsync(bob, path, "file-not-found");
        await ShouldNotReachAsync(ann, elsewhere, "file-not-found");
        await ShouldNotReachAsync(ann, $"chat/{chat}/uploads/abc", "file-not-found");
        await ShouldNotReachAsync(ann, $"chat/{chat}/uploads/{Guid.NewGuid()}", "file-not-found");
        await ShouldNotReachAsync(eve, path, "chat-not-found");
        await ShouldNotReachAsync(eve, "chat/abc/uploads/abc", "chat-not-found");
        await eve.TryBeginUploadAsync(chat, "note.txt", 10).ShouldBeProblemAsync(404, "chat-not-found");
        await eve.SendAsync(HttpMethod.Options, $"chat/{chat}/uploads").ShouldBeProblemAsync(404, "chat-not-found");
        await eve.SendAsync(HttpMethod.Post, $"chat/{chat}/uploads").ShouldBeProblemAsync(404, "chat-not-found");

        (await ann.AppendAsync(path, 0, "hello"u8.ToArray())).ShouldBe(5);
    }

    [Fact]
    public async Task Who_leaves_the_chat_loses_the_upload()
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var chat = await ann.ChatAsync(bob);
        var path = await bob.BeginUploadAsync(chat, "note.txt", 10);

        await ann.SendAsync(HttpMethod.Delete, $"chat/{chat}/members/{await bob.IdAsync()}").ShouldBeAsync(HttpStatusCode.NoContent);

        await ShouldNotReachAsync(bob, path, "chat-not-found");
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_told_so()
    {
        using var answer = await server.Stranger.PostAsync("chat/1/uploads", content: null);
        answer.Header("Tus-Resumable").ShouldBe("1.0.0");
        await Task.FromResult(answer).ShouldBeProblemAsync(401, "not-signed-in");
    }

    [Fact]
    public async Task The_method_may_stand_in_a_header()
    {
        var ann = await server.UserAsync("ann");
        var path = await ann.BeginUploadAsync(await ann.ChatAsync(), "note.txt", 5);

        using (var patched = await ann.TusAsync(HttpMethod.Post, path, Tus.Bytes("hello"u8.ToArray()), ("X-HTTP-Method-Override", "PATCH"), ("Upload-Offset", "0")))
            (patched.StatusCode, patched.Number("Upload-Offset")).ShouldBe((HttpStatusCode.NoContent, 5));
        await ann.TusAsync(HttpMethod.Post, path, null, ("X-HTTP-Method-Override", "DELETE")).ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.TusAsync(HttpMethod.Post, path).ShouldBeProblemAsync(405, "method-not-allowed");
    }

    [Fact]
    public async Task Beginning_too_often_is_told()
    {
        await using var own = await TestServer.StartAsync(("RateLimits:UploadsPerMinute", "2"));
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = await ann.BeginUploadAsync(chat, "note.txt", 5);
        await ann.BeginUploadAsync(chat, "note.txt", 5);

        using (var refused = await ann.TryBeginUploadAsync(chat, "note.txt", 5))
        {
            refused.Headers.RetryAfter.ShouldNotBeNull();
            refused.Header("Tus-Resumable").ShouldBe("1.0.0");
            await Task.FromResult(refused).ShouldBeProblemAsync(429, "too-many-requests");
        }

        (await ann.AppendAsync(path, 0, "hello"u8.ToArray())).ShouldBe(5, "going on is no beginning");
    }

    [Fact]
    public async Task What_arrived_before_a_request_broke_off_is_kept_and_outlives_a_restart()
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var content = Tus.Archive(600_000);
        var path = await ann.BeginUploadAsync(chat, "backup.7z", content.Length);

        using (var connection = await BeginPatchAsync(own, ann.PatchHead(path, 0, content.Length), content[..400_000]))
        {
            await Eventually.HoldsAsync(() => own.StagedBytes() == 400_000, "the bytes had arrived");
            connection.Client.LingerState = new LingerOption(enable: true, seconds: 0); // a reset, no farewell
        }

        (await ann.OffsetAsync(path)).ShouldBe(400_000);

        await own.RestartAsync();
        using var http = own.Client();
        http.DefaultRequestHeaders.Authorization = new("Bearer", ann.Token);
        ann = ann with { Http = http };
        (await ann.OffsetAsync(path)).ShouldBe(400_000);
        (await ann.AppendAsync(path, 400_000, content[400_000..])).ShouldBe(content.Length);
        using var sent = await ann.PostFileAsync(chat, new Form().Upload(Tus.IdOf(path)).Content);

        sent.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await ann.Http.GetByteArrayAsync((await sent.JsonAsync()).Text("path"))).ShouldBe(content);
    }

    /// <summary>A cut network leaves the server with a connection that says nothing any more.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_has_fallen_silent_makes_way_for_the_next(bool asksFirst)
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var content = Tus.Archive(500_000);
        var path = await ann.BeginUploadAsync(chat, "backup.7z", content.Length);
        using var silent = await BeginPatchAsync(own, ann.PatchHead(path, 0, content.Length), content[..200_000]);
        await Eventually.HoldsAsync(() => own.StagedBytes() == 200_000, "the bytes had arrived");

        var watch = Stopwatch.StartNew();
        if (asksFirst)
            (await ann.OffsetAsync(path)).ShouldBe(200_000);
        (await ann.AppendAsync(path, 200_000, content[200_000..])).ShouldBe(content.Length);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(4), "Kestrel itself gives a silent body up after 5 s");
        var told = new byte[12];
        await silent.GetStream().ReadExactlyAsync(told);
        Encoding.ASCII.GetString(told).ShouldBe("HTTP/1.1 409");
        using var sent = await ann.PostFileAsync(chat, new Form().Upload(Tus.IdOf(path)).Content);
        (await ann.Http.GetByteArrayAsync((await sent.JsonAsync()).Text("path"))).ShouldBe(content);
    }

    [Fact]
    public async Task A_server_that_ends_waits_for_no_upload_and_keeps_what_it_has()
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.UserAsync("ann");
        var path = await ann.BeginUploadAsync(await ann.ChatAsync(), "backup.7z", 500_000);
        using var connection = await BeginPatchAsync(own, ann.PatchHead(path, 0, 500_000), Tus.Archive(200_000));
        await Eventually.HoldsAsync(() => own.StagedBytes() == 200_000, "the bytes had arrived");

        await own.RestartAsync();

        var told = new byte[12];
        await connection.GetStream().ReadExactlyAsync(told);
        Encoding.ASCII.GetString(told).ShouldBe("HTTP/1.1 503");
        (await (await own.SignInAsync(ann.Email)).OffsetAsync(path)).ShouldBe(200_000);
    }

    [Fact]
    public async Task Many_at_the_same_time_write_every_byte_once()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var content = Tus.Archive(2_000_000);
        var path = await ann.BeginUploadAsync(chat, "backup.7z", content.Length);

        await AtOnce.RunAsync(
            8,
            async _ =>
            {
                for (var offset = await OffsetAsync(); offset < content.Length; offset = await OffsetAsync())
                {
                    using var answer = await TryAsync(() => ann.TryAppendAsync(path, offset, content[(int)offset..]));
                    answer?.StatusCode.ShouldBeOneOf(HttpStatusCode.NoContent, HttpStatusCode.Conflict);
                }
            }
        );

        using var sent = await ann.PostFileAsync(chat, new Form().Upload(Tus.IdOf(path)).Content);
        (await ann.Http.GetByteArrayAsync((await sent.JsonAsync()).Text("path"))).ShouldBe(content);

        // Whoever asks may be overtaken like whoever writes.
        async Task<long> OffsetAsync()
        {
            using var answer = await TryAsync(() => ann.TusAsync(HttpMethod.Head, path));
            answer?.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Conflict);
            return answer?.StatusCode == HttpStatusCode.OK ? answer.Number("Upload-Offset") : 0;
        }

        // A body that is refused may cost the connection, under whoever sends it or asks next.
        static async Task<HttpResponseMessage?> TryAsync(Func<Task<HttpResponseMessage>> ask)
        {
            try
            {
                return await ask();
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }

    [Fact]
    public async Task An_upload_that_is_not_sent_within_a_day_expires()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-11-23T12:00:00Z", CultureInfo.InvariantCulture));
        await using var own = await TestServer.StartAsync(time);
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        string path;
        using (var begun = await ann.TryBeginUploadAsync(chat, "note.txt", 5))
        {
            begun.Header("Upload-Expires").ShouldBe("Tue, 24 Nov 2026 12:00:00 GMT");
            path = begun.Headers.Location!.ToString().TrimStart('/');
        }

        time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        ann = await own.SignInAsync(ann.Email);
        (await ann.AppendAsync(path, 0, "hello"u8.ToArray())).ShouldBe(5);

        time.Advance(TimeSpan.FromSeconds(1));
        await ann.TusAsync(HttpMethod.Head, path).ShouldBeAsync(HttpStatusCode.NotFound);
        await ann.PostFileAsync(chat, new Form().Upload(Tus.IdOf(path)).Content).ShouldBeProblemAsync(404, "file-not-found");
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return !Directory.EnumerateFileSystemEntries(Path.Combine(own.Data, "uploads")).Any();
            },
            "its bytes were removed"
        );
    }

    [Fact]
    public async Task Uploads_under_way_count_against_the_quota_until_they_end()
    {
        await using var own = await TestServer.StartAsync(("Quotas:BytesPerUser", "1000"));
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await ann.SendFileAsync(chat, "note.txt", new string('x', 300));
        var path = await ann.BeginUploadAsync(chat, "a.txt", 400);

        await ann.TryBeginUploadAsync(chat, "b.txt", 301).ShouldBeProblemAsync(413, "quota-exceeded");
        await ann.BeginUploadAsync(chat, "b.txt", 300);
        await ann.TryBeginUploadAsync(chat, "c.txt", 1).ShouldBeProblemAsync(413, "quota-exceeded");

        await ann.TusAsync(HttpMethod.Delete, path).ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.BeginUploadAsync(chat, "c.txt", 400);
    }

    [Fact]
    public async Task While_the_folder_of_the_uploads_is_away_the_answer_is_503()
    {
        await using var own = await TestServer.StartAsync();
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var folder = Path.Combine(own.Data, "uploads");
        Directory.Delete(folder);

        using (var refused = await ann.TryBeginUploadAsync(chat, "note.txt", 5))
        {
            refused.Headers.RetryAfter.ShouldNotBeNull();
            refused.Header("Tus-Resumable").ShouldBe("1.0.0");
            (await Task.FromResult(refused).ShouldBeProblemAsync(503, "storage-unavailable")).ShouldNotContain(own.Data);
        }

        Directory.CreateDirectory(folder);
        await ann.BeginUploadAsync(chat, "note.txt", 5);
    }

    private static async Task ShouldNotReachAsync(ApiUser user, string path, string slug)
    {
        await user.TusAsync(HttpMethod.Head, path).ShouldBeAsync(HttpStatusCode.NotFound);
        await user.TryAppendAsync(path, 0, [1]).ShouldBeProblemAsync(404, slug);
        await user.TusAsync(HttpMethod.Delete, path).ShouldBeProblemAsync(404, slug);
    }

    private static async Task<TcpClient> BeginPatchAsync(TestServer server, string head, byte[] bytes)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(server.Address.Host, server.Address.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\nHost: localhost\r\n\r\n"));
        await connection.GetStream().WriteAsync(bytes);
        return connection;
    }

    private static void ShouldExpireInADay(HttpResponseMessage answer)
    {
        var expires = DateTimeOffset.ParseExact(answer.Header("Upload-Expires")!, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        expires.ShouldBe(TimeProvider.System.GetUtcNow().AddHours(24), TimeSpan.FromMinutes(2));
    }
}
