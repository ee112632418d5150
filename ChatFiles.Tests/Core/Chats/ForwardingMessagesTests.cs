using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Chats;

/// <summary>A whole message goes on to another chat.</summary>
public sealed class ForwardingMessagesTests
{
    [Fact]
    public async Task Nobody_is_mentioned_anew_by_a_quotation_and_a_name_in_it_is_no_markup()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann_b*"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var sent = (await world.Chats.SendTextAsync(ann.Id, chat, $"Ask <@{ben.Id}>, not <@nobody>")).Value;

        var copy = (await world.Chats.ForwardMessageAsync(ann.Id, chat, sent.Id, Chat.GeneralId, key: null)).Value;

        copy.Text.ShouldBe("> **ann\\_b\\*:**\n>\n> Ask @ben, not <@nobody>");
        (await world.Chats.ReadTextAsync(ben.Id, chat, sent.Id)).Value.ShouldBe("Ask @ben, not <@nobody>");
    }

    [Fact]
    public async Task A_mentioned_name_becomes_no_markup_in_a_quotation_and_stays_as_it_is_where_its_text_is_taken_along()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync(@"ann\"), await world.PersonAsync(@"[a\](b) [ext.]"));
        var chat = await world.ChatAsync(ann, ben);
        var sent = (await world.Chats.SendTextAsync(ann.Id, chat, $"Hi <@{ben.Id}>")).Value;

        var copy = (await world.Chats.ForwardMessageAsync(ann.Id, chat, sent.Id, Chat.GeneralId, key: null)).Value;

        copy.Text.ShouldBe(@"> **ann\:**" + "\n>\n> " + @"Hi @\[a\\\](b) \[ext.\]");
        (await world.Chats.ReadTextAsync(ann.Id, chat, sent.Id)).Value.ShouldBe(@"Hi @[a\](b) [ext.]");
    }

    [Fact]
    public async Task Whoever_was_not_named_by_the_original_is_not_named_by_its_quotation()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, eve) = (await world.PersonAsync("ann"), await world.PersonAsync("eve"));
        var ben = await world.PersonAsync(eve.Id);
        var chat = await world.ChatAsync(ann, ben);
        var sent = (await world.Chats.SendTextAsync(ann.Id, chat, $"<@{eve.Id}> <<@<@{ben.Id}>> <<@{ben.Id}>>")).Value;
        var other = await world.ChatAsync(ann, eve);

        var copy = (await world.Chats.ForwardMessageAsync(ann.Id, chat, sent.Id, other, key: null, $"<@{eve.Id}>")).Value;
        var quoted = (await world.Chats.ForwardMessageAsync(ann.Id, chat, sent.Id, other, key: null)).Value;

        copy.Mentions.Select(p => p.UserId).ShouldBe([eve.Id]);
        quoted.Mentions.ShouldBeEmpty();
        (await world.Chats.ReadTextAsync(ann.Id, chat, sent.Id)).Value.ShouldStartWith($"<@{eve.Id}> ");
    }

    [Theory]
    [InlineData("```js\n", "\n> ```")]
    [InlineData("> ````\n> ```\n", "\n> ````")]
    [InlineData("```\n```\n", "x…")]
    public async Task Code_that_has_no_room_ends_all_the_same(string begun, string end)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var text = begun + new string('x', Message.MaxTextLength - begun.Length - 5) + "\n```";
        var sent = (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, text)).Value;

        var copy = (await world.Chats.ForwardMessageAsync(ann.Id, Chat.GeneralId, sent.Id, Chat.GeneralId, key: null, "x")).Value;

        copy.Text.ShouldEndWith(end);
        copy.Text.Length.ShouldBe(Message.MaxTextLength);
        copy.Text.ShouldContain("x…");
    }

    [Fact]
    public async Task A_comment_leaves_room_for_what_it_is_about()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var sent = (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, new string('y', Message.MaxTextLength))).Value;

        (await world.Chats.ForwardMessageAsync(ann.Id, Chat.GeneralId, sent.Id, Chat.GeneralId, key: null, new string('x', 7_000))).Value.Text.ShouldEndWith("y…");
        var refusal = (await world.Chats.ForwardMessageAsync(ann.Id, Chat.GeneralId, sent.Id, Chat.GeneralId, key: null, new string('x', 7_001))).Refusal!;
        (refusal.Reason, refusal.Detail).ShouldBe((RefusalReason.InvalidText, "A comment has at most 7,000 characters; this one has 7,001."));
    }

    [Fact]
    public async Task The_same_key_sends_it_once_also_when_the_original_has_gone_meanwhile()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.Chats.SendTextAsync(ann.Id, chat, "Once")).Value;

        var first = (await world.Chats.ForwardMessageAsync(ann.Id, chat, sent.Id, Chat.GeneralId, "key", "Look")).Value;
        await world.Chats.DeleteMessageAsync(ann.Id, chat, sent.Id);
        var again = (await world.Chats.ForwardMessageAsync(ann.Id, chat, sent.Id, Chat.GeneralId, "key", "Look")).Value;

        again.Id.ShouldBe(first.Id);
        (await world.Chats.ForwardMessageAsync(ann.Id, chat, sent.Id, Chat.GeneralId, "other")).Refusal!.Reason.ShouldBe(RefusalReason.MessageDeleted);
        (await world.Chats.HistoryAsync(ann.Id, Chat.GeneralId)).Value.Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_has_no_room_below_the_comment_is_left_out_and_an_ellipsis_says_so()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var text = string.Concat(Enumerable.Repeat("😀", Message.MaxTextLength / 2));
        var sent = (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, text)).Value;

        var copy = (await world.Chats.ForwardMessageAsync(ann.Id, Chat.GeneralId, sent.Id, Chat.GeneralId, key: null, "x")).Value;

        copy.Text.Length.ShouldBeInRange(Message.MaxTextLength - 1, Message.MaxTextLength);
        copy.Text.ShouldEndWith("😀…");
    }

    [Fact]
    public async Task What_is_in_a_chat_of_others_can_not_be_forwarded_and_not_be_read()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, eve) = (await world.PersonAsync("ann"), await world.PersonAsync("eve"));
        var chat = await world.ChatAsync(ann);
        var sent = (await world.Chats.SendTextAsync(ann.Id, chat, "Secret")).Value;

        (await world.Chats.ForwardMessageAsync(eve.Id, chat, sent.Id, Chat.GeneralId, key: null)).Refusal!.Reason.ShouldBe(RefusalReason.ChatNotFound);
        (await world.Chats.ForwardMessageAsync(eve.Id, Chat.GeneralId, sent.Id, Chat.GeneralId, key: null)).Refusal!.Reason.ShouldBe(RefusalReason.MessageNotFound);
        (await world.Chats.ForwardMessageAsync(ann.Id, chat, sent.Id, await world.ChatAsync(eve), key: null)).Refusal!.Reason.ShouldBe(RefusalReason.ChatNotFound);
        (await world.Chats.ReadTextAsync(eve.Id, chat, sent.Id)).Refusal!.Reason.ShouldBe(RefusalReason.ChatNotFound);
        (await world.Chats.HistoryAsync(ann.Id, Chat.GeneralId)).Value.Messages.ShouldBeEmpty();
    }
}
