using System.Text;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data.PostgreSql;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Files;

/// <summary>Resumable uploads that go on at another process, on PostgreSQL and Azure.</summary>
public sealed class SharedUploadsTests(PostgreSqlServer server, Azurite azurite) : IClassFixture<PostgreSqlServer>, IClassFixture<Azurite>, IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private ChatWorld _here = null!;
    private ChatWorld _there = null!;
    private Person _ann = null!;
    private long _chat;

    public async Task InitializeAsync()
    {
        var (database, container) = (await server.CreateDatabaseAsync(), azurite.NewContainer());
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Storage:Provider"] = "Azure",
            ["Storage:Azure:ConnectionString"] = container.ConnectionString,
            ["Storage:Azure:Container"] = container.Container,
            ["Quotas:BytesPerUser"] = "20000000",
        };
        _here = await ChatWorld.OnPostgreSqlAsync(database, settings: settings, change: services => services.AddSingleton<TimeProvider>(_time));
        _there = await ChatWorld.OnPostgreSqlAsync(database, settings: settings, change: services => services.AddSingleton<TimeProvider>(_time));
        _ann = await _here.PersonAsync("ann");
        _chat = await _here.ChatAsync(_ann);
    }

    public async Task DisposeAsync()
    {
        await _there.DisposeAsync();
        await _here.DisposeAsync();
    }

    [Fact]
    public async Task What_began_at_one_process_goes_on_at_another_and_is_sent_from_either()
    {
        var upload = await BeginAsync(_here, 11);
        (await AppendAsync(_here, upload, 0, "hello ")).Value.Offset.ShouldBe(6);
        (await _there.Uploads.FindUploadAsync(_ann.Id, _chat, upload.Id)).Value.Offset.ShouldBe(6);
        (await AppendAsync(_there, upload, 6, "world")).Value.Offset.ShouldBe(11);

        var sent = (await _here.SendAsync(_ann, _chat, "key", Part(upload))).Value;

        await using (var opened = (await _there.Chats.OpenFileAsync(_ann.Id, _chat, sent.Attachments[0].Id)).Value.Content)
            (await new StreamReader(opened).ReadToEndAsync()).ShouldBe("hello world");
        (await _there.Uploads.FindUploadAsync(_ann.Id, _chat, upload.Id)).Refusal!.Reason.ShouldBe(RefusalReason.FileNotFound);
        (await _there.SendAsync(_ann, _chat, "key", Part(upload))).Value.Id.ShouldBe(sent.Id, "a repeat is answered like the first");
        await _there.StartAsync<JobRunner>();
        await Eventually.HoldsAsync(async () => await _here.Store.ListAsync("uploads/", default).CountAsync() == 0, "the bytes of the upload are gone");
    }

    [Fact]
    public async Task What_has_arrived_can_be_read_while_more_arrives_at_another_process()
    {
        var upload = await BeginAsync(_here, 11);
        await AppendAsync(_here, upload, 0, "hello ");
        var staged = (await _here.Services.GetRequiredService<StagedUploads>().FindAsync(_ann.Id, _chat, upload.Id, default))!;
        await using var opened = await staged.OpenAsync(default);

        (await AppendAsync(_there, upload, 6, "world")).Value.Offset.ShouldBe(11);

        var head = new byte[6];
        await opened.ReadExactlyAsync(head);
        Encoding.Latin1.GetString(head).ShouldBe("hello ");
    }

    [Fact]
    public async Task Of_two_that_go_on_at_the_same_place_one_wins()
    {
        var upload = await BeginAsync(_here, 10);

        var appended = await Task.WhenAll(AppendAsync(_here, upload, 0, "aaaaaaaaaa"), AppendAsync(_there, upload, 0, "bbbbbbbbbb"));

        appended.Count(a => a.Refusal is null).ShouldBe(1);
        appended.Select(a => a.Refusal).OfType<Refusal>().ShouldHaveSingleItem().Reason.ShouldBe(RefusalReason.OffsetConflict);
        (await _here.Uploads.FindUploadAsync(_ann.Id, _chat, upload.Id)).Value.Offset.ShouldBe(10);
    }

    [Fact]
    public async Task An_upload_of_several_blocks_that_breaks_off_keeps_what_had_arrived()
    {
        var content = Enumerable.Range(0, 9_000_000).Select(n => (byte)('a' + n % 7)).ToArray();
        var upload = await BeginAsync(_here, content.Length);

        (await _here.Uploads.ContinueUploadAsync(_ann.Id, _chat, upload.Id, 0, null, new BreakingOff(content[..5_000_000]))).Refusal!.Reason.ShouldBe(RefusalReason.UploadTooSlow);
        (await _there.Uploads.FindUploadAsync(_ann.Id, _chat, upload.Id)).Value.Offset.ShouldBe(5_000_000);
        (await _there.Uploads.ContinueUploadAsync(_ann.Id, _chat, upload.Id, 5_000_000, null, new MemoryStream(content[5_000_000..]))).Value.Offset.ShouldBe(9_000_000);

        var sent = (await _there.SendAsync(_ann, _chat, null, Part(upload))).Value;
        await using var opened = (await _here.Chats.OpenFileAsync(_ann.Id, _chat, sent.Attachments[0].Id)).Value.Content;
        using var bytes = new MemoryStream();
        await opened.CopyToAsync(bytes);
        bytes.ToArray().SequenceEqual(content).ShouldBeTrue();
    }

    [Fact]
    public async Task However_many_are_begun_at_both_at_the_same_time_one_person_has_a_hundred_at_most()
    {
        var expiry = _time.GetUtcNow().UtcDateTime.AddDays(1);

        var added = await Task.WhenAll(
            Enumerable
                .Range(0, 130)
                .Select(n => Task.Run(() => RowsOf(n % 2 == 0 ? _here : _there).AddAsync(new UploadRow(Guid.NewGuid(), _ann.Id, _chat, $"{n}.txt", 1, null, expiry), 100, default)))
        );

        added.Count(wasAdded => wasAdded).ShouldBe(100);
        (await _there.Uploads.BeginUploadAsync(_ann.Id, _chat, "note.txt", 1, metadata: null)).Refusal!.Reason.ShouldBe(RefusalReason.QuotaExceeded);
    }

    [Fact]
    public async Task Two_forms_at_two_processes_send_an_upload_once()
    {
        var upload = await BeginAsync(_here, 5);
        await AppendAsync(_here, upload, 0, "hello");

        var sent = await Task.WhenAll(new[] { _here, _there }.Select(world => Task.Run(() => world.SendAsync(_ann, _chat, null, Part(upload)))));

        sent.Count(s => s.Refusal is null).ShouldBe(1);
        sent.Select(s => s.Refusal).OfType<Refusal>().ShouldHaveSingleItem().Reason.ShouldBe(RefusalReason.FileNotFound);
        (await _here.ReadAsync(db => db.Attachments.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_uploaded_at_one_process_counts_in_the_quota_at_the_other_until_it_ends()
    {
        var upload = await BeginAsync(_here, 15_000_000);

        (await _there.Uploads.BeginUploadAsync(_ann.Id, _chat, "note.txt", 6_000_000, null)).Refusal!.Reason.ShouldBe(RefusalReason.QuotaExceeded);
        (await _there.Uploads.EndUploadAsync(_ann.Id, _chat, upload.Id)).Refusal.ShouldBeNull();

        await BeginAsync(_there, 6_000_000);
    }

    [Fact]
    public async Task What_the_bytes_are_not_is_refused_at_whichever_process_it_shows()
    {
        var upload = (await _here.Uploads.BeginUploadAsync(_ann.Id, _chat, "x.png", 20, null)).Value;
        (await AppendAsync(_here, upload, 0, "\u0089PN")).Refusal.ShouldBeNull();

        (await AppendAsync(_there, upload, 3, "no picture at all")).Refusal!.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);

        (await _here.Uploads.FindUploadAsync(_ann.Id, _chat, upload.Id)).Refusal!.Reason.ShouldBe(RefusalReason.FileNotFound);
    }

    [Fact]
    public async Task What_nobody_sends_in_time_is_removed()
    {
        var upload = await BeginAsync(_here, 5);
        _time.Advance(TimeSpan.FromHours(25));

        (await _there.Uploads.FindUploadAsync(_ann.Id, _chat, upload.Id)).Refusal!.Reason.ShouldBe(RefusalReason.FileNotFound);
        (await _there.Services.GetRequiredService<StagedUploads>().RemoveExpiredAsync(default)).ShouldBe(1);

        await _there.StartAsync<JobRunner>();
        await Eventually.HoldsAsync(async () => await _here.Store.ListAsync("uploads/", default).CountAsync() == 0, "its bytes are gone");
    }

    private async Task<UploadView> BeginAsync(ChatWorld world, long length) =>
        (await world.Uploads.BeginUploadAsync(_ann.Id, _chat, "note.txt", length, metadata: null)).Value;

    private Task<Result<UploadView>> AppendAsync(ChatWorld world, UploadView upload, long offset, string text) =>
        world.Uploads.ContinueUploadAsync(_ann.Id, _chat, upload.Id, offset, declaredBytes: null, new MemoryStream(Encoding.Latin1.GetBytes(text)));

    private static UploadRows RowsOf(ChatWorld world) => world.Services.GetRequiredService<UploadRows>();

    private static UploadPart Part(UploadView upload) => new(UploadPartKind.Upload, null, new MemoryStream(Encoding.UTF8.GetBytes(upload.Id.ToString())));

    /// <summary>A body whose sender is gone after these bytes.</summary>
    private sealed class BreakingOff(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var count
                ? count
                : throw new UploadRefusedException(new Refusal(RefusalReason.UploadTooSlow, "Nothing arrives any more."));
    }
}
