using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SkiaSharp;

namespace ChatFiles.Tests.Core.Upkeep;

/// <summary>Pictures of files that came without one, made by real children.</summary>
public sealed class PictureMakerTests
{
    private static readonly byte[] Png = PictureFiles.Of("png", 300, 200);

    [Fact]
    public async Task A_picture_that_came_without_one_gets_it_and_the_room_is_told()
    {
        await using var stage = await BeginAsync();
        var sent = await stage.SendAsync("a.png", Png);
        sent.Thumbnail.ShouldBeNull();

        await stage.World.StartAsync<PictureMaker>();
        var file = await stage.MadeAsync(sent.Id);

        file.ThumbnailType.ShouldBe("image/webp");
        await using var open = (await stage.World.Chats.OpenThumbnailAsync(stage.Ann.Id, stage.Chat, sent.Id)).Value;
        using var thumbnail = SKBitmap.Decode(open.Content);
        (thumbnail.Width, thumbnail.Height).ShouldBe((300, 200));
        var changed = (await stage.World.EventsAsync(stage.Chat))[^1];
        (changed.Type, changed.FileId, changed.MessageId).ShouldBe((ChatEventType.FileChanged, sent.Id, file.MessageId));
    }

    [Fact]
    public async Task What_is_sent_while_it_works_is_heard_of()
    {
        await using var stage = await BeginAsync();
        await stage.World.StartAsync<PictureMaker>();
        await stage.MadeAsync((await stage.SendAsync("a.png", Png)).Id);
        await stage.MadeAsync((await stage.SendAsync("b.jpg", PictureFiles.Of("jpg", 30, 20))).Id);
    }

    [Fact]
    public async Task It_counts_as_one_that_its_sender_made_and_goes_with_its_file()
    {
        await using var stage = await BeginAsync();
        await stage.World.StartAsync<PictureMaker>();
        var sent = await stage.SendAsync("a.png", Png);
        var file = await stage.MadeAsync(sent.Id);

        (await stage.BytesAsync()).ShouldBe((Png.Length + file.ThumbnailSize, Png.Length + file.ThumbnailSize));
        stage.World.BlobCount.ShouldBe(2);

        (await stage.World.Chats.DeleteFileAsync(stage.Ann.Id, stage.Chat, sent.Id)).Refusal.ShouldBeNull();
        (await stage.BytesAsync()).ShouldBe((0, 0));
        await stage.World.StartAsync<JobRunner>();
        await Eventually.HoldsAsync(() => stage.World.BlobCount == 0, "file and thumbnail are gone");
    }

    [Fact]
    public async Task Where_the_quota_leaves_no_room_the_file_stays_without_one()
    {
        await using var stage = await BeginAsync(("Quotas:BytesPerUser", $"{Png.Length + 10}"));
        var sent = await stage.SendAsync("a.png", Png);
        await stage.World.StartAsync<PictureMaker>();

        await stage.SettledAsync(sent.Id);

        (await stage.BytesAsync()).Person.ShouldBe(Png.Length);
        stage.World.BlobCount.ShouldBe(1);
        (await stage.World.EventsAsync(stage.Chat)).ShouldNotContain(e => e.Type == ChatEventType.FileChanged);
    }

    [Fact]
    public async Task Nothing_is_made_of_what_was_deleted_before_or_meanwhile()
    {
        await using var stage = await BeginAsync();
        var sent = await stage.SendAsync("a.png", Png);
        var found = await stage.FindAsync(sent.Id);
        await stage.World.Chats.DeleteFileAsync(stage.Ann.Id, stage.Chat, sent.Id);

        await stage.Kept.KeepAsync(found, new PictureMade((1, 1), [1, 2, 3]), CancellationToken.None);

        (await stage.FindAsync(sent.Id)).ThumbnailKey.ShouldBeNull();
        (await stage.BytesAsync()).ShouldBe((0, 0));
        stage.World.BlobCount.ShouldBe(1, "the file's own waits for the queue");
        (await stage.World.EventsAsync(stage.Chat))[^1].Type.ShouldBe(ChatEventType.FileDeleted);
    }

    [Fact]
    public async Task A_file_that_was_being_tried_when_all_ended_is_tried_once_more_and_never_again()
    {
        await using var stage = await BeginAsync();
        var once = await stage.SendAsync("once.png", Png);
        var twice = await stage.SendAsync("twice.png", Png);
        await stage.Kept.RememberTryAsync(await stage.FindAsync(once.Id));
        await stage.Kept.RememberTryAsync(await stage.FindAsync(twice.Id));
        await stage.Kept.RememberTryAsync(await stage.FindAsync(twice.Id));

        await stage.World.RestartAsync();
        await stage.World.StartAsync<PictureMaker>();

        await stage.MadeAsync(once.Id);
        (await stage.FindAsync(twice.Id)).ThumbnailKey.ShouldBeNull();
    }

    [Fact]
    public async Task A_file_that_cannot_be_tried_is_not_forgotten()
    {
        await using var stage = await BeginAsync();
        var sent = await stage.SendAsync("a.png", Png);
        var found = await stage.FindAsync(sent.Id);

        await stage.Kept.RememberTryAsync(found);
        (await stage.FindAsync(sent.Id)).Picture.ShouldBe(PictureState.Begun);
        await stage.Kept.ForgetTryAsync(found);

        (await stage.FindAsync(sent.Id)).Picture.ShouldBe(PictureState.Wanted);
    }

    [Fact]
    public async Task What_is_broken_is_asked_once_and_holds_nobody_up()
    {
        await using var stage = await BeginAsync();
        var good = await stage.SendAsync("good.png", Png);
        var broken = await stage.SendAsync("broken.png", Png[..40]);
        var none = await stage.SendAsync("none.docx", [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8]);
        await stage.World.StartAsync<PictureMaker>();

        await stage.MadeAsync(good.Id);

        foreach (var file in new[] { broken, none })
            (await stage.FindAsync(file.Id)).ShouldSatisfyAllConditions(f => f.Picture.ShouldBe(PictureState.Settled), f => f.ThumbnailKey.ShouldBeNull());
    }

    [Fact]
    public async Task One_that_the_store_does_not_give_holds_nobody_up_and_is_not_given_up()
    {
        await using var stage = await BeginAsync(FlakyStore.Register);
        var good = await stage.SendAsync("good.png", Png);
        var bad = await stage.SendAsync("bad.png", Png);
        var blob = Path.GetFileName(await stage.World.BlobPathAsync(bad.Id));
        ((FlakyStore)stage.World.Store).BeforeOpen = key =>
        {
            if (key.EndsWith(blob, StringComparison.Ordinal))
                throw new StoreUnavailableException("Input/output error");
        };
        await stage.World.StartAsync<PictureMaker>();

        await stage.MadeAsync(good.Id);

        (await stage.FindAsync(bad.Id)).Picture.ShouldBe(PictureState.Wanted);
    }

    [Fact]
    public async Task Those_of_who_has_sent_slow_ones_wait_behind_those_of_others()
    {
        await using var stage = await BeginAsync();
        var bob = await stage.World.PersonAsync("bob");
        var bobs = (await stage.World.SendAsync(bob, Chat.GeneralId, null, Parts.File("a.png", Png))).Value.Attachments[0];
        var anns = await stage.SendAsync("b.png", Png);
        stage.World.Services.GetRequiredService<SlowAuthors>().Note(stage.Ann.Id, TimeSpan.FromSeconds(20));
        await stage.World.StartAsync<PictureMaker>();

        await stage.MadeAsync(bobs.Id);

        (await stage.FindAsync(anns.Id)).Picture.ShouldBe(PictureState.Wanted);
    }

    [Fact]
    public async Task A_picture_whose_sender_has_made_one_is_only_measured_where_nobody_knows_its_size()
    {
        await using var stage = await BeginAsync();
        byte[] thumbnail = [0xFF, 0xD8, 0xFF, 0xE0];
        var known = (await stage.World.SendAsync(stage.Ann, stage.Chat, null, Parts.File("a.png", Png), Parts.Thumbnail(thumbnail))).Value.Attachments[0];
        var unknown = (await stage.World.SendAsync(stage.Ann, stage.Chat, null, Parts.File("a.bmp", PictureFiles.Of("bmp", 30, 20)), Parts.Thumbnail(thumbnail))).Value.Attachments[0];
        (await stage.FindAsync(known.Id)).Picture.ShouldBe(PictureState.Settled);

        await stage.World.StartAsync<PictureMaker>();
        await stage.SettledAsync(unknown.Id);

        var file = await stage.FindAsync(unknown.Id);
        (file.Width, file.Height, file.ThumbnailType, file.ThumbnailSize).ShouldBe((30, 20, "image/jpeg", 4));
    }

    /// <summary>Where the programs are that can do it; elsewhere nobody waits for one.</summary>
    [Fact]
    public async Task A_PDF_gets_its_first_page_and_a_film_its_first_second()
    {
        await using var stage = await BeginAsync();
        var pdf = await stage.SendAsync("a.pdf", PictureFiles.Pdf());
        var film = await stage.SendAsync("a.webm", await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "ChatFiles.Tests/Examples/Files/film.webm")));
        await stage.World.StartAsync<PictureMaker>();

        await stage.SettledAsync(pdf.Id);
        await stage.SettledAsync(film.Id);

        ((await stage.FindAsync(pdf.Id)).ThumbnailKey is not null).ShouldBe(Pictures.MayBeMadeOf("application/pdf"));
        ((await stage.FindAsync(film.Id)).ThumbnailKey is not null).ShouldBe(Pictures.MayBeMadeOf("video/webm"));
        (await stage.FindAsync(pdf.Id)).Width.ShouldBeNull();
    }

    private static Task<PictureStage> BeginAsync(params (string Name, string Value)[] settings) => BeginAsync(change: null, settings);

    private static async Task<PictureStage> BeginAsync(Action<IServiceCollection>? change, params (string Name, string Value)[] settings)
    {
        var world = await ChatWorld.BeginAsync(settings.ToDictionary(s => s.Name, s => (string?)s.Value, StringComparer.Ordinal), change);
        var ann = await world.PersonAsync("ann");
        return new PictureStage(world, ann, await world.ChatAsync(ann));
    }

    private sealed record PictureStage(ChatWorld World, Person Ann, long Chat) : IAsyncDisposable
    {
        private const double Patience = 60;

        public MadePictures Kept => World.Services.GetRequiredService<MadePictures>();

        public async Task<AttachmentView> SendAsync(string name, byte[] content) =>
            (await World.SendAsync(Ann, Chat, key: null, Parts.File(name, content))).Value.Attachments[0];

        public Task<Attachment> FindAsync(Guid id) => World.ReadAsync(db => db.Attachments.AsNoTracking().SingleAsync(a => a.Id == id));

        public Task SettledAsync(Guid id) => Eventually.HoldsAsync(async () => (await FindAsync(id)).Picture == PictureState.Settled, "the file was tried", Patience);

        public async Task<Attachment> MadeAsync(Guid id)
        {
            await Eventually.HoldsAsync(async () => (await FindAsync(id)).ThumbnailKey is not null, "a picture was made", Patience);
            return await FindAsync(id);
        }

        public Task<(long Person, long Chat)> BytesAsync() =>
            World.ReadAsync(async db =>
                ((await db.PersonStates.SingleAsync(s => s.UserId == Ann.Id)).StorageBytes, (await db.Chats.SingleAsync(c => c.Id == Chat)).StorageBytes)
            );

        public ValueTask DisposeAsync() => World.DisposeAsync();
    }
}
