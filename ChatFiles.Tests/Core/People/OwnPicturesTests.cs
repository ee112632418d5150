using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.People;

/// <summary>Which picture somebody has comes with their name, wherever that is read.</summary>
public sealed class OwnPicturesTests
{
    [Fact]
    public async Task Everything_that_shows_people_knows_which_picture_they_have_and_another_one_is_told_from_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var direct = (await world.ChatDirectory.OpenDirectChatAsync(ben.Id, ann.Email)).Value.Chat.Id;
        await PutAsync(world, ann, "png");
        var stamp = (await StampAsync(world, ann)).ShouldNotBeNull();

        var sent = (await world.Chats.SendTextAsync(ann.Id, chat, "hello")).Value;
        var read = (await world.Chats.HistoryAsync(ben.Id, chat)).Value.Messages.Single();
        var around = (await world.Chats.HistoryAroundAsync(ben.Id, chat, sent.Id)).Value.Messages.Single();
        using var open = (await world.Live.OpenChatAsync(ann.Id, chat)).Value;
        using var seen = (await world.Live.OpenChatAsync(ben.Id, chat)).Value;
        var list = await world.ChatDirectory.ListChatsAsync(ben.Id);

        new[]
        {
            sent.Author.Picture,
            read.Author.Picture,
            around.Author.Picture,
            open.Snapshot.Chat.Members[0].Picture,
            seen.Seat.Company.People[ann.Id].Picture,
            (await world.Members.ListMembersAsync(ben.Id, chat)).Value.Members.Single(m => m.UserId == ann.Id).Picture,
            (await world.Members.FindPeopleAsync(ben.Id, null, "ann")).Value.Single().Picture,
            (await world.Members.LookAtAsync(ann.Id)).Picture,
            list.Single(c => c.Id == direct).With!.Picture,
        }.ShouldAllBe(picture => picture == stamp);
        read.Author.ShouldBe(around.Author);

        await PutAsync(world, ann, "webp");
        (await world.Chats.HistoryAsync(ben.Id, chat)).Value.Messages.Single().Author.Picture.ShouldNotBe(stamp);
        await world.Services.GetRequiredService<OwnPictures>().DeleteAsync(ann.Id);
        (await world.Chats.HistoryAsync(ben.Id, chat)).Value.Messages.Single().Author.Picture.ShouldBeNull();
    }

    [Fact]
    public async Task A_store_that_takes_nothing_leaves_everything_as_it_was()
    {
        var stage = new StoreStage();
        await using var world = await ChatWorld.BeginAsync(change: stage.Register);
        var ann = await world.PersonAsync("ann");
        await PutAsync(world, ann, "png");
        var (stamp, blobs) = (await StampAsync(world, ann), world.BlobCount);
        var pictures = world.Services.GetRequiredService<OwnPictures>();
        stage.OnWrite = StoreStage.Unavailable;

        await Should.ThrowAsync<ChatFiles.Core.Files.StoreUnavailableException>(() => pictures.PutAsync(ann.Id, null, new MemoryStream(PictureFiles.Of("webp", 8, 8))));

        stage.OnWrite = _ => Task.CompletedTask;
        (await StampAsync(world, ann)).ShouldBe(stamp);
        world.BlobCount.ShouldBe(blobs);
        (await pictures.OpenAsync(ann.Id)).Value.ContentType.ShouldBe("image/png");
    }

    private static async Task PutAsync(ChatWorld world, Person person, string extension) =>
        (await world.Services.GetRequiredService<OwnPictures>().PutAsync(person.Id, null, new MemoryStream(PictureFiles.Of(extension, 8, 8)))).Refusal.ShouldBeNull();

    private static Task<string?> StampAsync(ChatWorld world, Person person) =>
        world.ReadAsync(db => db.Users.Where(p => p.Id == person.Id).Select(p => p.PictureStamp).SingleAsync());
}
