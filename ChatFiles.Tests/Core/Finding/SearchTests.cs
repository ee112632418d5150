using System.Text;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Finding;

public sealed class SearchTests
{
    [Theory]
    [InlineData("harbour", true)]
    [InlineData("HARB", true)]
    [InlineData("arbour", false)]
    [InlineData("the harbour", true)]
    [InlineData("harbour the", true)]
    [InlineData("harb the", false)]
    [InlineData("harbour sunset", false)]
    [InlineData("dawn", true)]
    [InlineData("harbour dawn png", true)]
    [InlineData("uber", true)]
    [InlineData("ÜBER", true)]
    [InlineData("café", true)]
    [InlineData("CAFE", true)]
    [InlineData("привет", true)]
    [InlineData("v2", true)]
    [InlineData("plan-v2", true)]
    [InlineData("v2-plan", false)]
    [InlineData("\"the harbour\"", true)]
    [InlineData("\"harbour", true)]
    [InlineData("(harbour", true)]
    [InlineData("harbour*", true)]
    [InlineData("harbour OR sunset", false)]
    [InlineData("harbour NOT the", false)]
    [InlineData("NEAR(harbour the)", false)]
    [InlineData("Text:harbour", false)]
    [InlineData("- + ^ harbour", true)]
    [InlineData("har\0bour", false)]
    [InlineData("harbour\0\"", true)]
    [InlineData("%", false)]
    [InlineData("_", false)]
    [InlineData("*", false)]
    [InlineData("\"", false)]
    [InlineData("';--", false)]
    [InlineData("👋", false)]
    [InlineData("\uFFFE", false)]
    public async Task Every_word_must_be_there_and_the_last_may_be_a_beginning(string text, bool found)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var caption = Parts.Caption("Über the Harbour, at the cafe\u0301. Привет! plan-v2");
        var sent = (await world.SendAsync(ann, Chat.GeneralId, null, Parts.File("Dawn_picture.png.txt", "x"), caption)).Value;
        await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "something else");

        var page = (await world.SearchAsync(ann.Id, text)).Value;

        page.Messages.Select(m => m.Id).ShouldBe(found ? [sent.Id] : []);
    }

    [Theory]
    [InlineData("4", false)]
    [InlineData("cafe", false)]
    [InlineData("please review", true)]
    [InlineData("<@bee>", true)]
    public async Task The_id_in_a_mention_is_no_word(string text, bool found)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var sent = (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "<@4b0e2f1a-cafe-4bee-8f00-0123456789ab> please<@4b0e2f1a-cafe-4bee-8f00-0123456789ab>review <@bee>")).Value;
        long[] expected = found ? [sent.Id] : [];

        Ids(await world.Finding.SearchAsync(ann.Id, text)).ShouldBe(expected, "before it is indexed");
        Ids(await world.SearchAsync(ann.Id, text)).ShouldBe(expected, "once it is");

        static IEnumerable<long> Ids(Result<FoundPage> page) => page.Value.Messages.Select(m => m.Id);
    }

    [Fact]
    public async Task Who_is_mentioned_is_found_by_their_name()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var sent = (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, $"{Mentions.Mark(ben.Id)} please review")).Value;

        var before = (await world.Finding.SearchAsync(ann.Id, "ben review")).Value.Messages.Single();
        var indexed = (await world.SearchAsync(ann.Id, "ben review")).Value.Messages.Single();
        var words = SearchWords.Parse("ben review").Value;
        var again = (await world.Finding.FindAgainAsync(ann.Id, [indexed], words)).Single();

        (before.Id, indexed.Id, again.Id).ShouldBe((sent.Id, sent.Id, sent.Id));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t\n")]
    public async Task Nothing_to_search_for_is_refused(string? text)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        (await world.SearchAsync(ann.Id, text)).Refusal!.Reason.ShouldBe(RefusalReason.InvalidQuery);
    }

    [Fact]
    public async Task A_search_has_at_most_200_characters_of_whatever_kind()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        (await world.SearchAsync(ann.Id, string.Concat(Enumerable.Repeat("a ", 100)))).Refusal.ShouldBeNull();
        (await world.SearchAsync(ann.Id, new string('"', 199) + "a")).Refusal.ShouldBeNull();
        (await world.SearchAsync(ann.Id, new string('a', 201))).Refusal!.Detail.ShouldContain("200");
    }

    [Fact]
    public async Task A_pasted_sentence_is_found_however_many_words_it_has()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var sentence = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"w{i}"));
        var path = string.Join('/', Enumerable.Range(0, 40).Select(i => $"p{i}"));
        var sent = (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, $"{sentence} {path}")).Value;

        foreach (var text in new[] { sentence, path, "w0 w0 w0 w1", "w0 w1 w", $"w3 {path}" })
            (await world.SearchAsync(ann.Id, text)).Value.Messages.Select(m => m.Id).ShouldBe([sent.Id], text);
        (await world.SearchAsync(ann.Id, "w0 w1 x")).Value.Messages.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a.")]
    [InlineData("a ")]
    [InlineData("a.b.c.d.e.f.g.h.i ")]
    [InlineData("a b.c ")]
    [InlineData("a\"b")]
    public void Whatever_is_typed_looks_for_few_words(string repeated)
    {
        var text = string.Concat(Enumerable.Range(0, 199).Select(i => repeated[i % repeated.Length] == 'b' ? (char)('b' + (i % 24)) : repeated[i % repeated.Length]));

        var words = SearchWords.Parse(text).Value.Expression.Split(['"', ' ', '.', '*'], StringSplitOptions.RemoveEmptyEntries);

        words.Length.ShouldBeInRange(1, 16);
    }

    [Fact]
    public async Task Only_my_chats_are_searched_and_one_of_them_when_I_say_so()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var (shared, own) = (await world.ChatAsync(ann, ben), await world.ChatAsync(ann));
        await world.Chats.SendTextAsync(ann.Id, shared, "plan for both");
        await world.SendFileAsync(ann, own, "plan.txt");

        (await ChatsAsync(ann, null)).ShouldBe([own, shared]);
        (await ChatsAsync(ann, shared)).ShouldBe([shared]);
        (await ChatsAsync(ben, null)).ShouldBe([shared]);
        (await world.SearchAsync(ben.Id, "plan", own)).Refusal.ShouldBe(Refusal.ChatNotFound);
        (await world.SearchAsync(ben.Id, "", own)).Refusal.ShouldBe(Refusal.ChatNotFound);

        await world.Members.RemoveMemberAsync(ann.Id, shared, ben.Id);
        (await ChatsAsync(ben, null)).ShouldBeEmpty();

        async Task<IEnumerable<long>> ChatsAsync(Person person, long? chat) =>
            (await world.SearchAsync(person.Id, "plan", chat)).Value.Messages.Select(m => m.ChatId);
    }

    [Fact]
    public async Task Pages_come_newest_first_and_skip_or_repeat_nothing()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = new List<long>();
        for (var i = 0; i < 23; i++)
            sent.Add((await world.Chats.SendTextAsync(ann.Id, chat, $"word {i}")).Value.Id);

        var seen = new List<long>();
        long? before = null;
        do
        {
            var page = (await world.SearchAsync(ann.Id, "wor", null, before, 5)).Value;
            seen.AddRange(page.Messages.Select(m => m.Id));
            before = page.NextBefore;
            await world.Chats.SendTextAsync(ann.Id, chat, "word meanwhile");
            if (before is { } last)
                await world.Chats.DeleteMessageAsync(ann.Id, chat, last);
        } while (before is not null);

        seen.ShouldBe(Enumerable.Reverse(sent));
    }

    [Fact]
    public async Task What_is_deleted_or_missing_is_not_found_any_more_and_what_is_restored_is()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Parts.Caption("caption"), Parts.File("apple.txt", "1"), Parts.File("pear.txt", "2"))).Value;
        var (apple, pear) = (sent.Attachments[0], sent.Attachments[1]);

        File.Delete(await world.BlobPathAsync(pear.Id));
        await world.Chats.OpenFileAsync(ann.Id, chat, pear.Id);
        (await FindsAsync("pear")).ShouldBeFalse();
        await world.Chats.PutBackAsync(ann.Id, chat, pear.Id, new[] { Parts.File("x.txt", "2") }.ToAsyncEnumerable());
        (await FindsAsync("pear")).ShouldBeTrue();

        await world.Chats.DeleteFileAsync(ann.Id, chat, apple.Id);
        (await FindsAsync("apple")).ShouldBeFalse();
        (await FindsAsync("caption pear")).ShouldBeTrue();

        await world.Chats.DeleteMessageAsync(ann.Id, chat, sent.Id);
        (await FindsAsync("pear")).ShouldBeFalse();
        (await FindsAsync("caption")).ShouldBeFalse();

        async Task<bool> FindsAsync(string text) => (await world.SearchAsync(ann.Id, text)).Value.Messages.Count > 0;
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task Deleted_words_can_not_be_read_from_the_database_file_any_more()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var text = (await world.Chats.SendTextAsync(ann.Id, chat, "the password is xylophonequartz")).Value;
        var file = await world.SendFileAsync(ann, chat, "zebraflute.txt");
        await world.Chats.SendTextAsync(ann.Id, chat, "kept marimbaopal");
        (await ReadableAsync(world)).ShouldBe((true, true, true));

        await world.Chats.DeleteMessageAsync(ann.Id, chat, text.Id);
        await world.Chats.DeleteFileAsync(ann.Id, chat, file.Attachments[0].Id);
        // The audit log names a file for as long as its entries are kept.
        await world.Writer.WriteAsync(db => db.AuditEntries.ExecuteDeleteAsync());

        (await ReadableAsync(world)).ShouldBe((false, false, true));
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task The_index_says_what_the_messages_say_after_any_mixture_of_changes()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var random = new Random(7);
        var sent = new List<MessageView>();
        for (var i = 0; i < 250; i++)
        {
            if (sent.Count > 5 && random.Next(3) == 0)
            {
                var victim = sent[random.Next(sent.Count)];
                if (victim.Attachments.Count > 0 && random.Next(2) == 0)
                    await world.Chats.DeleteFileAsync(ann.Id, chat, victim.Attachments[random.Next(victim.Attachments.Count)].Id);
                else
                    await world.Chats.DeleteMessageAsync(ann.Id, chat, victim.Id);
            }
            else if (random.Next(3) == 0)
            {
                var files = Enumerable.Range(0, random.Next(1, 5)).Select(n => Parts.File($"{Word()} {Word()}{n}.txt", "x"));
                sent.Add((await world.SendAsync(ann, chat, null, [.. files, Parts.Caption(Word())])).Value);
            }
            else
            {
                sent.Add((await world.Chats.SendTextAsync(ann.Id, chat, $"{Word()} {Word()} {Word()}")).Value);
            }
        }

        await CheckIndexAsync(world);
        // A rollback takes the words back as well.
        await Should.ThrowAsync<InvalidOperationException>(() =>
            world.Writer.WriteAsync(async db =>
            {
                await db.Messages.ExecuteUpdateAsync(set => set.SetProperty(m => m.Text, "overwritten"));
                throw new InvalidOperationException("changed my mind");
            })
        );
        await CheckIndexAsync(world);

        string Word() => "abcdefghijklm"[random.Next(13)] + "äöü"[random.Next(3)].ToString() + random.Next(4);
    }

    [Fact]
    public async Task What_is_not_in_the_index_yet_is_found_all_the_same_and_once()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann);
        var sent = new List<long>();
        for (var i = 0; i < 3; i++)
            sent.Add((await world.Chats.SendTextAsync(ann.Id, chat, $"Ärger {i}")).Value.Id);
        await world.IndexAsync();
        for (var i = 3; i < 6; i++)
            sent.Add((await world.Chats.SendTextAsync(ann.Id, chat, $"ärger {i}")).Value.Id);
        var gone = (await world.Chats.SendTextAsync(ann.Id, chat, "arger gone")).Value.Id;
        await world.Chats.DeleteMessageAsync(ann.Id, chat, gone);
        sent.Reverse();

        var first = (await world.Finding.SearchAsync(ann.Id, "arger", null, null, 4)).Value;
        var second = (await world.Finding.SearchAsync(ann.Id, "arger", null, first.NextBefore, 4)).Value;

        first.Messages.Select(m => m.Id).Concat(second.Messages.Select(m => m.Id)).ShouldBe(sent);
        second.NextBefore.ShouldBeNull();
        (await world.Finding.SearchAsync(bob.Id, "arger")).Value.Messages.ShouldBeEmpty();
        (await world.Finding.SearchAsync(ann.Id, "arger 4", chat)).Value.Messages.Select(m => m.Id).ShouldBe([sent[1]]);
        await world.IndexAsync();
        (await world.Finding.SearchAsync(ann.Id, "arger")).Value.Messages.Select(m => m.Id).ShouldBe(sent);
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task Long_messages_are_put_in_a_few_at_a_time_and_none_is_left_out()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        for (var i = 0; i < 12; i++)
            await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, $"heron {new string((char)('a' + i), Message.MaxTextLength - 10)}");

        (await world.Writer.WriteDirectlyAsync(scope => SearchIndex.PutInNext(scope, 200, []))).ShouldBeTrue("there are more");
        (await world.ReadAsync(db => db.Database.SqlQuery<int>($"""SELECT COUNT(*) AS "Value" FROM "Search" """).SingleAsync())).ShouldBe(9);

        await CheckIndexAsync(world);
        (await world.SearchAsync(ann.Id, "heron")).Value.Messages.Count.ShouldBe(12);
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task A_message_that_changes_while_its_words_are_made_ready_is_found_by_what_it_says_then()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var sent = await world.SendFileAsync(ann, Chat.GeneralId, "heron.txt");
        var prepared = await world.ReadAsync(db => SearchIndex.PrepareNextAsync(db, 200, CancellationToken.None));
        prepared.ShouldContainKey("heron.txt");
        await world.Chats.DeleteFileAsync(ann.Id, Chat.GeneralId, sent.Attachments[0].Id);

        await world.Writer.WriteDirectlyAsync(scope => SearchIndex.PutInNext(scope, 200, prepared));

        await CheckIndexAsync(world);
    }

    [Theory]
    [InlineData('\uFDFA')]
    [InlineData('\u3316')]
    [InlineData('\u6F22')]
    public void A_text_that_grows_when_it_is_cut_up_stays_within_bounds(char character)
    {
        var text = new string(character, FileText.MaxBytes / 3);

        SearchTerms.Of(text, FileText.MaxBytes).Length.ShouldBeInRange(1, FileText.MaxBytes + SearchTerms.MaxTermLength);
        SearchTerms.Fold(text).Length.ShouldBeInRange(1, text.Length * 6);
    }

    [Fact]
    public void Of_a_long_word_no_half_of_a_character_is_put_into_the_index_and_it_is_found_and_marked()
    {
        // Letters of two units each: where the word is cut off is within one of them.
        var word = "x" + string.Concat(Enumerable.Repeat("\U00010330", 40));
        var words = SearchWords.Parse($"{word} here").Value;

        SearchTerms.Of(word).IsText().ShouldBeTrue();
        words.Expression.IsText().ShouldBeTrue();
        words.AreIn([$"{word} here"]).ShouldBeTrue();
        words.FindIn($"{word} there").ShouldBe([0..word.Length]);
        words.FindIn($"{word[..^4]} there").ShouldBe([0..(word.Length - 4)]);
        words.FindIn($"{word[..^30]} there").ShouldBeEmpty();
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task An_index_that_does_not_say_what_the_messages_say_is_noticed()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "hello");

        await world.Writer.WriteAsync(db => db.Database.ExecuteSqlAsync($"""INSERT INTO "Search"(rowid, "Text", "FileNames") VALUES (77, 'stray', '')"""));

        await Assert.ThrowsAsync<ShouldAssertException>(() => CheckIndexAsync(world));
    }

    /// <summary>What it was made of is compared with the texts and names as they are now, the index with that, and SQLite compares every page with itself.</summary>
    private static async Task CheckIndexAsync(ChatWorld world)
    {
        await world.IndexAsync();
        var indexed = await world.ReadAsync(db =>
            db.Database.SqlQuery<Indexed>($"""SELECT rowid AS "Id", "Text", "FileNames" FROM "Search" ORDER BY rowid""").ToListAsync()
        );
        var messages = await world.ReadAsync(db => db.Messages.Include(m => m.Attachments).Where(m => !m.Deleted).OrderBy(m => m.Id).ToListAsync());
        indexed.ShouldBe(
            messages.Select(m => new Indexed(
                m.Id,
                SearchTerms.Of(m.Text),
                SearchTerms.Of(string.Join('\n', m.Attachments.Where(a => a.State == AttachmentState.Ready).OrderBy(a => a.Position).Select(a => a.FileName)))
            ))
        );
        await world.Writer.WriteAsync(db => db.Database.ExecuteSqlAsync($"""INSERT INTO "Search"("Search", rank) VALUES ('integrity-check', 1)"""));
        DatabaseIntegrity.Check(new DatabaseFile(Path.Combine(world.Folder, "chatfiles.db")), thoroughly: true);
    }

    private sealed record Indexed(long Id, string Text, string FileNames);

    private static async Task<(bool Text, bool Name, bool Kept)> ReadableAsync(ChatWorld world)
    {
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(world.Folder, "chatfiles.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var checkpoint = connection.CreateCommand();
            checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await checkpoint.ExecuteNonQueryAsync();
        }

        var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(world.Folder, "chatfiles.db")));
        return (Has("xylophonequartz"), Has("zebraflute"), Has("marimbaopal"));

        // The index keeps only what differs from the term before, so an end of the word is looked for as well.
        bool Has(string word) => bytes.Contains(word, StringComparison.OrdinalIgnoreCase) || bytes.Contains(word[5..], StringComparison.OrdinalIgnoreCase);
    }
}
