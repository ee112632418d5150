using System.Text.Json;
using System.Text.RegularExpressions;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Live;

/// <summary>The one property that keeps live updates honest: stale state and the events since give a fresh load.</summary>
public sealed partial class TimelinePropertyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(2000)]
    [InlineData(3000)]
    public async Task Stale_state_and_the_events_since_give_what_a_fresh_load_gives(int firstSeed)
    {
        await using var world = await ChatWorld.BeginAsync();
        Person[] people = [await world.PersonAsync("ann"), await world.PersonAsync("bob"), await world.PersonAsync("cyd")];
        for (var seed = firstSeed; seed < firstSeed + Thorough.Rounds(6, 25); seed++)
            await new History(world, people, await world.ChatAsync(people), seed).TryAsync();
    }

    [GeneratedRegex("\"Name\":\"[^\"]*\"", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex NameOf();

    /// <summary>A random history of one chat. The first person, its owner, watches and never leaves.</summary>
    private sealed class History(ChatWorld world, Person[] people, long chat, int seed)
    {
        private readonly Random _random = new(seed);
        private readonly ChatService _chats = world.Chats;
        private readonly HashSet<Person> _members = [.. people];

        private Person Owner => people[0];

        private Reactions Reactions => world.Services.GetRequiredService<Reactions>();

        public async Task TryAsync()
        {
            await GoOnAsync();
            await WindowsAsync();
            using var opened = (await world.Live.OpenChatAsync(Owner.Id, chat, limit: _random.Next(1, 12))).Value;
            var position = opened.Changes.Position;
            var (once, twice) = (new Timeline(opened.Snapshot.Window, opened.Snapshot.Lines), new Timeline(opened.Snapshot.Window, opened.Snapshot.Lines));
            await GoOnAsync();
            var someEvents = await EventsAfterAsync(position);
            await GoOnAsync();
            var laterEvents = await EventsAfterAsync(position + someEvents.Count);
            var allEvents = await EventsAfterAsync(position);

            foreach (var roomEvent in someEvents.Concat(laterEvents))
                once.Apply(roomEvent);
            foreach (var roomEvent in someEvents.SelectMany(e => new[] { e, e }).Concat(allEvents).Concat(allEvents))
                twice.Apply(roomEvent);

            var fresh = (await _chats.HistoryAsync(Owner.Id, chat, limit: 200)).Value;
            await CheckAsync(once, fresh, "each event once");
            await CheckAsync(twice, fresh, "events repeated");
        }

        /// <summary>A reader who goes about in the chat, and hears of its events late, in portions.</summary>
        private async Task WindowsAsync()
        {
            var opened = (await world.Live.OpenChatAsync(Owner.Id, chat, limit: _random.Next(1, 12))).Value;
            using var changes = opened.Changes;
            var timeline = new Timeline(opened.Snapshot.Window, opened.Snapshot.Lines, maxMessages: _random.Next(2, 14));
            var position = changes.Position;
            for (var move = 0; move < 8; move++)
            {
                await StepAsync();
                await StepAsync();
                timeline.IsFollowed = _random.Next(2) == 0;
                await MoveAsync(timeline);
                var events = await EventsAfterAsync(position);
                foreach (var roomEvent in events.Take(_random.Next(events.Count + 1)))
                {
                    timeline.Apply(roomEvent);
                    position = roomEvent.Seq;
                }
            }

            foreach (var roomEvent in await EventsAfterAsync(position))
                timeline.Apply(roomEvent);
            await CheckWindowAsync(timeline);
        }

        private async Task MoveAsync(Timeline timeline)
        {
            var limit = _random.Next(2, 7);
            switch (_random.Next(5))
            {
                case 0 or 1 when timeline.NextBefore is { } before:
                    await PrependAsync(timeline, before, limit);
                    break;
                case 2 when timeline.NextAfter is { } after:
                    var newer = (await _chats.HistoryAfterAsync(Owner.Id, chat, after, limit)).Value;
                    timeline.Append(newer, await LinesAsync(timeline.SpanOf(newer)));
                    break;
                case 3 when Any((await _chats.HistoryAsync(Owner.Id, chat, limit: 200)).Value.Messages) is { } message:
                    await MoveToAsync(timeline, (await _chats.HistoryAroundAsync(Owner.Id, chat, message.Id, limit)).Value);
                    timeline.Messages.ShouldContain(m => m.Id == message.Id);
                    break;
                case 4:
                    await MoveToAsync(timeline, (await _chats.HistoryAsync(Owner.Id, chat, limit: limit)).Value.AtEnd());
                    break;
            }
        }

        private async Task MoveToAsync(Timeline timeline, MessageWindow window) => timeline.MoveTo(window, await LinesAsync(Timeline.SpanOf(window)));

        private async Task PrependAsync(Timeline timeline, long before, int limit)
        {
            var older = (await _chats.HistoryAsync(Owner.Id, chat, before, limit)).Value;
            timeline.Prepend(older, await LinesAsync(timeline.SpanOf(older)));
        }

        private Task<IReadOnlyList<TimelineLine>> LinesAsync((long, long) span) => world.Live.ReadLinesAsync(Owner.Id, chat, span);

        /// <summary>Those of the messages that it has, as they are when all of them are read.</summary>
        private async Task CheckLinesAsync(Timeline timeline, string how)
        {
            var first = timeline.NextBefore is null ? 0 : timeline.Messages[0].Seq;
            var last = timeline.NextAfter is null ? long.MaxValue : timeline.Messages[^1].Seq;
            var fresh = await LinesAsync((0, long.MaxValue));
            JsonSerializer.Serialize(timeline.Lines).ShouldBe(JsonSerializer.Serialize(fresh.Where(l => l.Seq > first && l.Seq < last)), $"seed {seed}, lines, {how}");
        }

        private async Task CheckWindowAsync(Timeline timeline)
        {
            var fresh = (await _chats.HistoryAsync(Owner.Id, chat, limit: 200)).Value.Messages;
            fresh.Count.ShouldBeLessThan(200);
            if (fresh.Count == 0)
                return;
            var (first, last) = (timeline.Messages[0].Id, timeline.Messages[^1].Id);
            Text(timeline.Messages).ShouldBe(Text(fresh.Where(m => m.Id >= first && m.Id <= last)), $"seed {seed}, the window");
            timeline.NextBefore.ShouldBe(first == fresh[0].Id ? null : first, $"seed {seed}, where older ones are");
            timeline.NextAfter.ShouldBe(last == fresh[^1].Id ? null : last, $"seed {seed}, where newer ones are");
            await CheckLinesAsync(timeline, "of the window");
        }

        private async Task CheckAsync(Timeline timeline, MessagePage fresh, string how)
        {
            var first = timeline.NextBefore ?? 0;
            Text(timeline.Messages).ShouldBe(Text(fresh.Messages.Where(m => m.Id >= first)), $"seed {seed}, {how}");
            await CheckLinesAsync(timeline, how);
            while (timeline.NextBefore is { } before)
                await PrependAsync(timeline, before, limit: 3);
            await CheckLinesAsync(timeline, $"{how}, older pages loaded");
            Text(timeline.Messages).ShouldBe(Text(fresh.Messages), $"seed {seed}, {how}, older pages loaded");
        }

        private async Task GoOnAsync()
        {
            var steps = _random.Next(2, 11);
            for (var step = 0; step < steps; step++)
                await StepAsync();
        }

        private Task StepAsync() =>
            _random.Next(20) switch
            {
                14 or 15 or 16 => ReactAsync(),
                17 => TakeReactionBackAsync(),
                18 => RenameAsync(),
                19 => world.Administration.ChangeAsync(Owner.Id, chat, new ChatChange($"Room {_random.Next(3)}", SetsKeepDays: true, KeepDays: _random.Next(1, 3))),
                11 or 12 => EditAsync(),
                13 => AnswerAsync(),
                0 or 1 => _chats.SendTextAsync(AnyMember().Id, chat, $"text {_random.Next()}{Mention()}"),
                2 or 3 or 4 => SendFilesAsync(),
                5 => DeleteMessageAsync(),
                6 => WithFileAsync(AttachmentState.Ready, file => _chats.DeleteFileAsync(Owner.Id, chat, file.Id)),
                7 => WithFileAsync(AttachmentState.Ready, LoseAsync),
                9 => WithFileAsync(AttachmentState.Ready, MakePictureAsync),
                8 => WithFileAsync(AttachmentState.Missing, PutBackAsync),
                _ => JoinOrLeaveAsync(AnyMember(), people[_random.Next(1, people.Length)]),
            };

        private async Task SendFilesAsync()
        {
            var parts = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => $"{_random.Next()}.txt").Select(name => Parts.File(name, name));
            (await world.SendAsync(AnyMember(), chat, key: null, [.. parts])).Refusal.ShouldBeNull();
        }

        private async Task DeleteMessageAsync()
        {
            if (Any((await _chats.HistoryAsync(Owner.Id, chat)).Value.Messages) is { } message)
                (await _chats.DeleteMessageAsync(Owner.Id, chat, message.Id)).Refusal.ShouldBeNull();
        }

        private async Task EditAsync()
        {
            if (Any([.. (await _chats.HistoryAsync(Owner.Id, chat)).Value.Messages.Where(m => !m.Deleted)]) is { } message)
                await _chats.EditMessageAsync(message.Author.UserId, chat, message.Id, new string('e', _random.Next(1, 400)) + Mention() + Mention());
        }

        private async Task ReactAsync()
        {
            if (Any([.. (await _chats.HistoryAsync(Owner.Id, chat)).Value.Messages.Where(m => !m.Deleted)]) is { } message)
                (await Reactions.SetAsync(AnyMember().Id, chat, message.Id, Any(["👍", "❤️", "🎉"])!, isThere: true)).Refusal.ShouldBeNull();
        }

        private async Task TakeReactionBackAsync()
        {
            var all = (await _chats.HistoryAsync(Owner.Id, chat)).Value.Messages.SelectMany(m => m.Reactions.SelectMany(r => r.Users.Select(u => (m.Id, r.Emoji, u.UserId)))).Where(r => _members.Any(m => m.Id == r.UserId)).ToList();
            if (all.Count == 0)
                return;
            var (message, emoji, by) = all[_random.Next(all.Count)];
            (await Reactions.SetAsync(by, chat, message, emoji, isThere: false)).Refusal.ShouldBeNull();
        }

        private async Task RenameAsync()
        {
            var (id, name) = (people[_random.Next(people.Length)].Id, $"name {_random.Next()}");
            await world.ReadAsync(db => db.Users.Where(p => p.Id == id).ExecuteUpdateAsync(set => set.SetProperty(p => p.DisplayName, name)));
        }

        /// <summary>Of anybody, in the chat or not.</summary>
        private string Mention() => _random.Next(3) == 0 ? Mentions.Mark(people[_random.Next(people.Length)].Id) : "";

        private async Task AnswerAsync()
        {
            if (Any((await _chats.HistoryAsync(Owner.Id, chat)).Value.Messages) is { } message)
                (await _chats.SendTextAsync(AnyMember().Id, chat, "I see", replyTo: message.Id)).Value.ReplyTo!.MessageId.ShouldBe(message.Id);
        }

        private async Task MakePictureAsync(AttachmentView file)
        {
            var found = await world.ReadAsync(db => db.Attachments.AsNoTracking().SingleAsync(a => a.Id == file.Id));
            var made = new PictureMade((_random.Next(1, 9), 1), _random.Next(2) == 0 ? [1, 2, 3] : null);
            await world.Services.GetRequiredService<MadePictures>().KeepAsync(found, made, CancellationToken.None);
        }

        private async Task LoseAsync(AttachmentView file)
        {
            File.Delete(await world.BlobPathAsync(file.Id));
            (await _chats.OpenFileAsync(Owner.Id, chat, file.Id)).Refusal!.Reason.ShouldBe(RefusalReason.FileMissing);
        }

        private async Task PutBackAsync(AttachmentView file)
        {
            var parts = new[] { Parts.File(file.FileName, file.FileName!) }.ToAsyncEnumerable();
            (await _chats.PutBackAsync(Owner.Id, chat, file.Id, parts)).Refusal.ShouldBeNull();
        }

        private async Task JoinOrLeaveAsync(Person remover, Person person)
        {
            if (_members.Add(person))
            {
                (await world.Members.AddMemberAsync(Owner.Id, chat, person.Email)).Refusal.ShouldBeNull();
                return;
            }

            var by = remover == person ? person : Owner;
            (await world.Members.RemoveMemberAsync(by.Id, chat, person.Id)).Refusal.ShouldBeNull();
            _members.Remove(person);
        }

        private async Task WithFileAsync(AttachmentState state, Func<AttachmentView, Task> act)
        {
            var messages = (await _chats.HistoryAsync(Owner.Id, chat)).Value.Messages;
            if (Any([.. messages.SelectMany(m => m.Attachments).Where(file => file.State == state)]) is { } file)
                await act(file);
        }

        private Person AnyMember() => Any([.. people.Where(_members.Contains)])!;

        private T? Any<T>(IReadOnlyList<T> all)
            where T : class => all.Count == 0 ? null : all[_random.Next(all.Count)];

        private async Task<IReadOnlyList<RoomEvent>> EventsAfterAsync(long position) =>
            (await world.Services.GetRequiredService<RoomLog>().ReadAsync(Owner.Id, chat, position, CancellationToken.None))!;

        /// <summary>Which file of what somebody answers is the first that is ready, and what people are called now, only a fresh load tells.</summary>
        private static string Text(IEnumerable<MessageView> messages) =>
            NameOf().Replace(JsonSerializer.Serialize(messages.Select(m => new { Message = m with { ReplyTo = m.ReplyTo is { } reply ? reply with { FileName = null } : null }, m.ReplyTo?.Mentions })), "");
    }
}
