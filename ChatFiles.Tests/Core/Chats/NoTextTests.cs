using System.Collections.Concurrent;
using System.Data.Common;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Core.Push;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Chats;

/// <summary>NUL and halves of characters: pages ask for things too, past the checks of the API, and not every database takes them.</summary>
public sealed class NoTextTests
{
    private static readonly string[] NoTexts = ["a\0b", "\0", "a\uD83D", "\uDC4B\uD83D"];

    [Fact]
    public async Task Nothing_that_is_no_text_is_kept_or_asked_of_the_database_whatever_it_is_given_as()
    {
        var asked = new Asked();
        await using var world = await ChatWorld.BeginAsync(change: services => services.Intercept(asked));
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var sent = await world.SendFileAsync(ann, chat);
        asked.Count.ShouldBeGreaterThan(0);

        foreach (var noText in NoTexts)
        {
            foreach (var (what, reason, refusal) in await GiveAsync(world, ann.Id, chat, sent.Id, noText))
            {
                (refusal?.Reason).ShouldBe(reason, what);
                asked.NoTexts.ShouldBeEmpty(what);
            }
        }

        (await world.ReadAsync(db => db.Messages.CountAsync())).ShouldBe(1);
        (await world.ReadAsync(db => db.Chats.CountAsync())).ShouldBe(2);
    }

    private static async Task<(string What, RefusalReason Reason, Refusal? Refusal)[]> GiveAsync(ChatWorld world, string userId, long chat, long messageId, string noText)
    {
        T Of<T>()
            where T : notnull => world.Services.GetRequiredService<T>();
        var by = Operator.AtTheMachine;
        var (chats, members, finding) = (world.Chats, world.Members, world.Finding);
        await finding.ListFilesOfAsync(userId, chat, [messageId], new FileFilter(noText));
        await finding.ListFilesOfAsync(userId, chat, [messageId], new FileFilter(AuthorId: noText));
        await finding.SearchAsync(userId, noText);
        return
        [
            ("a person's name or address", RefusalReason.InvalidQuery, (await members.FindPeopleAsync(userId, chat, noText)).Refusal),
            ("a member's name", RefusalReason.InvalidQuery, (await members.ListMembersAsync(userId, chat, noText)).Refusal),
            ("the member before", RefusalReason.InvalidQuery, (await members.ListMembersAsync(userId, chat, after: noText)).Refusal),
            ("whom to add, by name", RefusalReason.UserNotFound, (await members.AddMemberByNameAsync(userId, chat, noText)).Refusal),
            ("whom to add, by address", RefusalReason.UserNotFound, (await members.AddMemberAsync(userId, chat, noText)).Refusal),
            ("whom to write to, by name", RefusalReason.UserNotFound, (await world.ChatDirectory.OpenDirectChatByNameAsync(userId, noText)).Refusal),
            ("whom to write to, by address", RefusalReason.UserNotFound, (await world.ChatDirectory.OpenDirectChatAsync(userId, noText)).Refusal),
            ("an open chat's name", RefusalReason.InvalidQuery, (await Of<OpenChats>().ListAsync(userId, noText)).Refusal),
            ("a file's name", RefusalReason.InvalidQuery, (await finding.ListFilesAsync(userId, chat, new FileFilter(noText))).Refusal),
            ("a file's author", RefusalReason.InvalidQuery, (await finding.ListFilesAsync(userId, chat, new FileFilter(AuthorId: noText))).Refusal),
            ("an own file's name", RefusalReason.InvalidQuery, (await finding.ListOwnFilesAsync(userId, new FileFilter(noText))).Refusal),
            ("any chat's name", RefusalReason.InvalidQuery, (await Of<AllChats>().ListAsync(by, noText)).Refusal),
            ("anybody's name or address", RefusalReason.InvalidQuery, (await Of<PeopleService>().ListAsync(by, noText)).Refusal),
            ("the person before", RefusalReason.InvalidQuery, (await Of<PeopleService>().ListAsync(by, before: noText)).Refusal),
            ("whom the audit log tells of", RefusalReason.InvalidQuery, (await Of<AuditLog>().ReadAsync(by, new AuditFilter(UserId: noText))).Refusal),
            ("a new chat's name", RefusalReason.InvalidName, (await world.ChatDirectory.CreateChatAsync(userId, noText)).Refusal),
            ("a chat's other name", RefusalReason.InvalidName, (await world.Administration.ChangeAsync(userId, chat, new ChatChange(noText))).Refusal),
            ("a text", RefusalReason.InvalidText, (await chats.SendTextAsync(userId, chat, noText)).Refusal),
            ("another text", RefusalReason.InvalidText, (await chats.EditMessageAsync(userId, chat, messageId, noText)).Refusal),
            ("a comment", RefusalReason.InvalidText, (await chats.ForwardMessageAsync(userId, chat, messageId, chat, key: null, noText)).Refusal),
            ("the key of a text", RefusalReason.InvalidIdempotencyKey, (await chats.SendTextAsync(userId, chat, "hello", noText)).Refusal),
            ("an emoji", RefusalReason.InvalidEmoji, (await Of<Reactions>().SetAsync(userId, chat, messageId, noText, isThere: true)).Refusal),
            ("a report's reason", RefusalReason.InvalidText, (await Of<Reports>().ReportAsync(userId, chat, messageId, fileId: null, noText)).Refusal),
            ("an export's reason", RefusalReason.InvalidQuery, (await Of<Exports>().OfChatAsync(by, chat, noText)).Refusal),
            ("one's own name", RefusalReason.InvalidName, (await Of<Profiles>().RenameAsync(userId, noText)).Refusal),
            ("a token's name", RefusalReason.InvalidName, (await Of<AccessTokens>().MakeAsync(userId, "a session", noText, days: 1)).Refusal),
            ("a link", RefusalReason.InvalidCredentials, (await Of<PasswordLinks>().FindAsync(noText)).Refusal),
            ("a push service's address", RefusalReason.InvalidEndpoint, (await Of<PushSubscriptions>().PutAsync(userId, "", noText, "", "")).Refusal),
            ("a push service's address that ends", RefusalReason.InvalidEndpoint, (await Of<PushSubscriptions>().EndAsync(userId, noText)).Refusal),
        ];
    }

    /// <summary>What of all that is asked is no text.</summary>
    private sealed class Asked : DbCommandInterceptor
    {
        private int _count;

        public ConcurrentQueue<string> NoTexts { get; } = new();

        public int Count => _count;

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            Note(command);
            return ValueTask.FromResult(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            Note(command);
            return ValueTask.FromResult(result);
        }

        private void Note(DbCommand command)
        {
            Interlocked.Increment(ref _count);
            foreach (DbParameter parameter in command.Parameters)
            {
                if (parameter.Value is string text && !text.IsText())
                    NoTexts.Enqueue(command.CommandText);
            }
        }
    }
}
