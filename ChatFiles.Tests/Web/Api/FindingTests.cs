using System.Text.Json;
using ChatFiles.Core.Data;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Api;

public sealed class FindingTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly byte[] Zip = [0x50, 0x4B, 3, 4, 0, 0];

    [Fact]
    public async Task A_listed_file_is_its_attachment_with_message_author_and_time()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var message = (await ann.SendFileAsync(chat, "note.txt")).GetProperty("message");

        var listed = (await ann.GetAsync($"chat/{chat}/files")).GetProperty("files").EnumerateArray().Single();

        foreach (var member in message.GetProperty("attachments")[0].EnumerateObject())
            listed.GetProperty(member.Name).GetRawText().ShouldBe(member.Value.GetRawText(), member.Name);
        listed.GetProperty("messageId").GetInt64().ShouldBe(message.GetProperty("id").GetInt64());
        listed.GetProperty("author").GetRawText().ShouldBe(message.GetProperty("author").GetRawText());
        listed.GetProperty("sentAt").GetRawText().ShouldBe(message.GetProperty("sentAt").GetRawText());
        listed.EnumerateObject().Count().ShouldBe(13);
    }

    [Fact]
    public async Task Files_are_paged_newest_first_without_skip_or_repeat_while_others_send_and_delete()
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var chat = await ann.ChatAsync(bob);
        for (var i = 0; i < 9; i++)
            await ann.SendFileAsync(chat, $"{i}.txt");

        var seen = new List<string>();
        string? before = null;
        do
        {
            var page = await bob.GetAsync($"chat/{chat}/files?limit=4{(before is null ? "" : $"&before={before}")}");
            seen.AddRange(page.GetProperty("files").EnumerateArray().Select(f => f.Text("fileName")));
            before = page.GetProperty("nextBefore").GetString();
            await bob.SendFileAsync(chat, "meanwhile.txt");
            if (before is not null)
                await ann.Http.DeleteAsync($"chat/{chat}/file/{before}").ShouldBeAsync(HttpStatusCode.NoContent);
        } while (before is not null);

        seen.ShouldBe(["8.txt", "7.txt", "6.txt", "5.txt", "4.txt", "3.txt", "2.txt", "1.txt", "0.txt"]);
    }

    [Theory]
    [InlineData("", "b.zip a.zip %_\".md Ölig.txt")]
    [InlineData("q=", "b.zip a.zip %_\".md Ölig.txt")]
    [InlineData("q=.Z", "b.zip a.zip")]
    [InlineData("q=%C3%B6L", "Ölig.txt")]
    [InlineData("q=%25", "%_\".md")]
    [InlineData("q=%25_%22", "%_\".md")]
    [InlineData("q=*", "")]
    [InlineData("q=a%20OR%20b", "")]
    [InlineData("kind=archive", "b.zip a.zip")]
    [InlineData("kind=document", "%_\".md Ölig.txt")]
    [InlineData("kind=video", "")]
    [InlineData("kind=audio&q=a", "")]
    [InlineData("author=BOB", "b.zip")]
    [InlineData("author=BOB&kind=archive&q=B", "b.zip")]
    [InlineData("author=BOB&kind=document", "")]
    [InlineData("author=nobody", "")]
    public async Task Files_are_narrowed_by_name_kind_and_author(string query, string expected)
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var chat = await ann.ChatAsync(bob);
        await ann.SendFileAsync(chat, "Ölig.txt");
        await ann.SendFileAsync(chat, "%_\\\".md");
        await ann.SendFileAsync(chat, "a.zip", Zip);
        await bob.SendFileAsync(chat, "b.zip", Zip);

        var page = await ann.GetAsync($"chat/{chat}/files?{query.Replace("BOB", await bob.IdAsync())}");

        string.Join(' ', page.GetProperty("files").EnumerateArray().Select(f => f.Text("fileName"))).ShouldBe(expected);
        page.GetProperty("nextBefore").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=x")]
    [InlineData("before=x")]
    [InlineData("before=5")]
    [InlineData("before=018f0000-0000-7000-8000-000000000000")]
    [InlineData("kind=program")]
    [InlineData("kind=1")]
    [InlineData("kind=image,audio")]
    public async Task A_query_for_files_that_is_none_is_refused(string query)
    {
        var ann = await server.UserAsync("ann");
        await ann.Http.GetAsync($"chat/{await ann.ChatAsync()}/files?{query}").ShouldBeProblemAsync(400, "invalid-query");
    }

    [Fact]
    public async Task A_search_finds_texts_and_file_names_of_my_chats_newest_first()
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var (shared, own) = (await ann.ChatAsync(bob), await ann.ChatAsync());
        var text = await ann.SendTextAsync(shared, "Der Überblick zaunkönig");
        await ann.SendFileAsync(own, "Zaunkönig.txt");

        var mine = await SearchAsync(ann, "search?q=ZAUNKONIG");
        Chats(mine).ShouldBe([own, shared]);
        mine.GetProperty("nextBefore").ValueKind.ShouldBe(JsonValueKind.Null);
        var found = mine.GetProperty("messages")[1];
        foreach (var member in text.EnumerateObject())
            found.GetProperty(member.Name).GetRawText().ShouldBe(member.Value.GetRawText(), member.Name);
        found.GetProperty("found").ValueKind.ShouldBe(JsonValueKind.Null);
        found.EnumerateObject().Count().ShouldBe(text.EnumerateObject().Count() + 1);
        Chats(await SearchAsync(ann, $"search?q=zaun&chat={shared}")).ShouldBe([shared]);
        Chats(await SearchAsync(bob, "search?q=zaunk%C3%B6nig")).ShouldBe([shared]);

        var first = await SearchAsync(ann, "search?q=zaunkönig&limit=1");
        Chats(first).ShouldBe([own]);
        Chats(await SearchAsync(ann, $"search?q=zaunkönig&limit=1&before={first.GetProperty("nextBefore").GetInt64()}")).ShouldBe([shared]);
    }

    [Theory]
    [InlineData("%22heron")]
    [InlineData("heron*")]
    [InlineData("heron)")]
    [InlineData("%25_heron")]
    [InlineData("Text%3Aheron", false)]
    [InlineData("NEAR(heron lake)", false)]
    [InlineData("heron OR nothing", false)]
    [InlineData("'; DROP TABLE Messages", false)]
    [InlineData("%25", false)]
    [InlineData("*", false)]
    [InlineData("%EF%BF%BE", false)]
    [InlineData("%FF", false)]
    public async Task Whatever_people_search_for_is_words_and_never_a_language(string q, bool found = true)
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await ann.SendTextAsync(chat, "a heron at the lake");

        Chats(await SearchAsync(ann, $"search?chat={chat}&q={q}")).ShouldBe(found ? [chat] : []);
    }

    [Theory]
    [InlineData("search?q=heron%00")]
    [InlineData("search?q=heron&before=%00")]
    [InlineData("search?q=heron&chat=1%00")]
    [InlineData("search?q=heron&other=%00")]
    [InlineData("search?q=heron&%00=1")]
    [InlineData("chat/1/files?q=a%00b")]
    [InlineData("chat/1/files?author=%00")]
    [InlineData("chat/1/files?limit=%00")]
    [InlineData("chat/1/messages?before=%00")]
    [InlineData("chat/1/members?q=%00")]
    [InlineData("chat/1/events?after=%00")]
    public async Task A_query_that_is_no_text_is_refused_whatever_it_asks_for(string query)
    {
        var ann = await server.UserAsync("ann");
        await ann.Http.GetAsync(query).ShouldBeProblemAsync(400, "invalid-query");
        await server.Stranger.GetAsync(query).ShouldBeProblemAsync(401, "not-signed-in");
    }

    [Fact]
    public async Task What_is_deleted_leaves_the_search_and_the_list_with_the_answer()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var text = await ann.SendTextAsync(chat, "cormorant");
        var file = await ann.SendFileAsync(chat, "cormorant.txt");

        await ann.Http.DeleteAsync($"chat/{chat}/messages/{text.GetProperty("id")}").ShouldBeAsync(HttpStatusCode.NoContent);
        Chats(await SearchAsync(ann, $"search?q=cormorant&chat={chat}")).Count().ShouldBe(1);
        await ann.Http.DeleteAsync(file.Text("path")).ShouldBeAsync(HttpStatusCode.NoContent);
        Chats(await SearchAsync(ann, $"search?q=cormorant&chat={chat}")).ShouldBeEmpty();
        (await ann.GetAsync($"chat/{chat}/files")).GetProperty("files").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("q=")]
    [InlineData("q=%20%09")]
    [InlineData("q=a&limit=0")]
    [InlineData("q=a&limit=201")]
    [InlineData("q=a&before=x")]
    [InlineData("q=a&before=0")]
    public async Task A_search_that_is_none_is_refused(string query)
    {
        var ann = await server.UserAsync("ann");
        await ann.Http.GetAsync($"search?{query}").ShouldBeProblemAsync(400, "invalid-query");
    }

    [Fact]
    public async Task A_search_of_over_200_characters_is_refused_with_the_limit()
    {
        var ann = await server.UserAsync("ann");
        (await ann.Http.GetAsync($"search?q={new string('a', 201)}").ShouldBeProblemAsync(400, "invalid-query")).ShouldContain("200");
    }

    [Theory]
    [InlineData("q=a")]
    [InlineData("q=")]
    [InlineData("q=a&limit=0")]
    public async Task A_search_in_a_foreign_chat_is_a_search_in_none(string query)
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var chat = await ann.ChatAsync();
        foreach (var id in new[] { $"{chat}", "987654321", "abc", "-1", "0" })
            await bob.Http.GetAsync($"search?{query}&chat={id}").ShouldBeProblemAsync(404, "chat-not-found");
        await server.Stranger.GetAsync($"search?{query}").ShouldBeProblemAsync(401, "not-signed-in");
    }

    [Fact]
    public async Task The_pages_show_files_what_is_found_and_storage_before_any_script_runs()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await ann.SendFileAsync(chat, "kingfisher.txt", "12345");

        (await ann.Http.GetStringAsync($"chats/{chat}/files")).ShouldSatisfyAllConditions(
            page => page.ShouldContain("Download kingfisher.txt"),
            page => page.ShouldContain("This chat uses 5 bytes")
        );
        (await ann.Http.GetStringAsync($"find?q=KINGFISH&chat={chat}")).ShouldContain("<mark>kingfisher</mark>.txt");
        (await ann.Http.GetStringAsync("profile")).ShouldMatch("You use .* of 20 GiB");
    }

    private static IEnumerable<long> Chats(JsonElement page) => page.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("chatId").GetInt64());

    /// <summary>In all that was sent until now.</summary>
    private async Task<JsonElement> SearchAsync(ApiUser user, string address)
    {
        await server.Services.GetRequiredService<SearchIndexer>().CatchUpAsync(CancellationToken.None);
        return await user.GetAsync(address);
    }
}
