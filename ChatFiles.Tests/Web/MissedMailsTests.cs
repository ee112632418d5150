using System.Net.Http.Json;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Mail;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using ChatFiles.Web;
using ChatFiles.Web.Mails;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MimeKit;

namespace ChatFiles.Tests.Web;

/// <summary>Mail about what people missed, on its way to a mail server that fails as those do. The time is the tests' own.</summary>
public sealed class MissedMailsTests : IAsyncLifetime
{
    private static readonly TimeSpan HalfAnHour = TimeSpan.FromMinutes(30);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 8, 0, 0, TimeSpan.Zero));
    private readonly MailServer _mails = new();
    private readonly EphemeralDataProtectionProvider _protection = new(NullLoggerFactory.Instance);

    private ChatWorld _world = null!;
    private Person _ann = null!;
    private Person _ben = null!;
    private long _room;
    private long _direct;

    public async Task InitializeAsync()
    {
        _world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(_time));
        (_ann, _ben) = (await _world.PersonAsync("ann"), await _world.PersonAsync("ben"));
        _room = await _world.ChatAsync(_ann, _ben);
        _direct = (await _world.ChatDirectory.OpenDirectChatAsync(_ann.Id, _ben.Email)).Value.Chat.Id;
        await RunAsync();
    }

    public async Task DisposeAsync()
    {
        await _world.DisposeAsync();
        await _mails.DisposeAsync();
    }

    [Fact]
    public async Task What_was_for_somebody_and_unread_for_half_an_hour_comes_by_mail_and_not_before()
    {
        var said = await SayAsync(_direct, "Can you **look** at this?");
        var mention = await SayAsync(_room, $"And you, {Mentions.Mark(_ben.Id)}");
        await SayAsync(_room, "for everybody");
        _time.Advance(HalfAnHour - TimeSpan.FromSeconds(1));
        await RunAsync();
        _mails.Count.ShouldBe(0);

        _time.Advance(TimeSpan.FromSeconds(1));
        await RunAsync();

        var mail = (await _mails.NextAsync()).Parsed;
        (mail.To.ToString(), mail.From.ToString(), mail.Subject).ShouldBe(("ben@example.org", "\"ChatFiles\" <files@example.com>", "2 messages for you in ChatFiles"));
        mail.Headers[HeaderId.AutoSubmitted].ShouldBe("auto-generated");
        foreach (var part in new[]
        {
            "ann (direct message)",
            "Can you look at this?",
            $"https://files.example.com/chats/{_direct}?message={said}",
            "Room",
            "ann: And you, @ben",
            $"https://files.example.com/chats/{_room}?message={mention}",
        })
            mail.Plain.ShouldContain(part);
        mail.Plain.ShouldNotContain("for everybody");
        mail.Looks.ShouldContain($"<a href=\"https://files.example.com/chats/{_direct}?message={said}\"");
        mail.Looks.ShouldContain("Can you look at this?");
        foreach (var elsewhere in new[] { "<img", "src=", "url(", "<link", "<script" })
            mail.Looks.ShouldNotContain(elsewhere);
        await NothingComesAsync("the writer is not told, and nobody twice");
    }

    [Fact]
    public async Task What_comes_within_an_hour_of_a_mail_waits_for_the_next()
    {
        await SayAsync(_direct, "one");
        _time.Advance(HalfAnHour);
        await RunAsync();
        (await NextTextAsync()).ShouldContain("one");

        await SayAsync(_direct, "two");
        _time.Advance(HalfAnHour);
        await NothingComesAsync("the last one was half an hour ago");
        await SayAsync(_direct, "three");
        _time.Advance(HalfAnHour);
        await RunAsync();

        var text = await NextTextAsync();
        text.ShouldContain("two");
        text.ShouldContain("three");
        text.ShouldNotContain("one");
    }

    [Fact]
    public async Task What_is_not_for_somebody_any_more_when_it_would_be_sent_is_not_told()
    {
        var chats = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var why in new[] { "was-read", "is-quiet", "is-muted", "was-left", "was-deleted", "was-seen" })
        {
            chats[why] = await _world.ChatAsync(_ann, _ben);
            await SayAsync(chats[why], $"{why}, {Mentions.Mark(_ben.Id)}");
        }

        var (deleted, seen) = (await LastAsync(chats["was-deleted"]), await LastAsync(chats["was-seen"]));
        var file = await _world.SendFileAsync(_ann, _direct, "gone.txt");
        await SayAsync(_direct, "stays");
        _time.Advance(HalfAnHour);
        await _world.Services.GetRequiredService<MissedMessages>().LookAsync(CancellationToken.None);

        await _world.ChatDirectory.MarkReadAsync(_ben.Id, chats["was-read"], long.MaxValue);
        await _world.ChatDirectory.SetNotifyLevelAsync(_ben.Id, chats["is-quiet"], NotifyLevel.None);
        await _world.ChatDirectory.MuteAsync(_ben.Id, chats["is-muted"], TimeSpan.FromHours(1));
        await _world.Members.RemoveMemberAsync(_ben.Id, chats["was-left"], _ben.Id);
        await _world.Chats.DeleteMessageAsync(_ann.Id, chats["was-deleted"], deleted);
        await _world.Chats.DeleteFileAsync(_ann.Id, _direct, file.Attachments[0].Id);
        await _world.ChatDirectory.MarkReadAsync(_ben.Id, chats["was-seen"], long.MaxValue);
        await _world.ChatDirectory.MarkUnreadAsync(_ben.Id, chats["was-seen"], seen);
        await RunAsync();

        var mail = (await _mails.NextAsync()).Parsed;
        mail.Plain.ShouldContain("stays");
        foreach (var why in chats.Keys.Append("gone.txt"))
            mail.Plain.ShouldNotContain(why);
        mail.Subject.ShouldBe("1 message for you in ChatFiles", mail.Plain);
    }

    [Fact]
    public async Task Who_has_read_everything_or_is_shut_out_or_wants_no_mail_gets_none()
    {
        var (cleo, dora) = (await _world.PersonAsync("cleo"), await _world.PersonAsync("dora"));
        foreach (var person in new[] { _ben, cleo, dora })
            await SayAsync((await _world.ChatDirectory.OpenDirectChatAsync(_ann.Id, person.Email)).Value.Chat.Id, "for you");
        await _world.Services.GetRequiredService<PeopleService>().ChangeAsync(Operator.AtTheMachine, cleo.Id, new PersonChange(Active: false));
        await Missed.WantAsync(dora.Id, areWanted: false);
        _world.ChatDirectory.MarkSeen(_ben.Id, _direct, await LastAsync(_direct)); // by a page, a moment ago

        _time.Advance(HalfAnHour);

        await NothingComesAsync("nobody is to be told");
    }

    [Fact]
    public async Task A_direct_chat_of_which_somebody_wants_mentions_alone_tells_of_these_and_a_room_of_nothing_else_at_any_level()
    {
        await _world.ChatDirectory.SetNotifyLevelAsync(_ben.Id, _direct, NotifyLevel.Mentions);
        await _world.ChatDirectory.SetNotifyLevelAsync(_ben.Id, _room, NotifyLevel.All);
        await SayAsync(_room, "for everybody");
        await SayAsync(_direct, "by the way");
        await SayAsync(_direct, $"now {Mentions.Mark(_ben.Id)}");
        _time.Advance(HalfAnHour);

        await RunAsync();

        var mail = (await _mails.NextAsync()).Parsed;
        mail.Subject.ShouldBe("1 message for you in ChatFiles");
        mail.Plain.ShouldContain("now @ben");
    }

    [Fact]
    public async Task Who_has_a_page_open_is_not_told_until_it_is_closed_or_was_left_for_hours()
    {
        var page = (await _world.Services.GetRequiredService<PersonLimits>().OpenConnectionAsync(_ben.Id))!;
        await SayAsync(_direct, "on screen");
        _time.Advance(HalfAnHour);
        await NothingComesAsync("they are reading");

        page.Dispose();
        _time.Advance(TimeSpan.FromMinutes(5));
        await RunAsync();
        (await NextTextAsync()).ShouldContain("on screen");

        using var left = await _world.Services.GetRequiredService<PersonLimits>().OpenConnectionAsync(_ben.Id);
        await SayAsync(_direct, "nobody looks");
        _time.Advance(TimeSpan.FromHours(3));
        await NothingComesAsync("they may be reading");
        _time.Advance(TimeSpan.FromHours(1));
        await RunAsync();
        (await NextTextAsync()).ShouldContain("nobody looks");
    }

    [Fact]
    public async Task A_restart_tells_nothing_twice_and_loses_nothing()
    {
        await SayAsync(_direct, "before");
        _time.Advance(HalfAnHour);
        await RunAsync();
        (await NextTextAsync()).ShouldContain("before");
        await SayAsync(_direct, "between");

        await _world.RestartAsync();
        await NothingComesAsync("it was told");
        _time.Advance(TimeSpan.FromHours(1));
        await RunAsync();

        var text = await NextTextAsync();
        text.ShouldContain("between");
        text.ShouldNotContain("before");
    }

    [Fact]
    public async Task A_mail_that_a_crash_has_cut_off_goes_out_once_more_as_the_same_one()
    {
        var told = await SayAsync(_direct, "told");
        _time.Advance(HalfAnHour);
        await Missed.LookAsync(CancellationToken.None);
        (await Missed.TakeAsync(CancellationToken.None)).ShouldHaveSingleItem();
        await SayAsync(_direct, "later");
        await _world.RestartAsync();
        _time.Advance(HalfAnHour);

        await RunAsync();

        var mail = (await _mails.NextAsync()).Parsed;
        mail.MessageId.ShouldBe($"missed.{_ben.Id}.{told}@example.com");
        mail.Plain.ShouldContain("told");
        mail.Plain.ShouldNotContain("later", Case.Sensitive, "it may have been handed over, without this");
        _time.Advance(TimeSpan.FromHours(1));
        await RunAsync();
        (await NextTextAsync()).ShouldContain("later");
    }

    [Theory]
    [InlineData(nameof(MailServer.Mood.HangsUp))]
    [InlineData(nameof(MailServer.Mood.Refuses))]
    public async Task A_mail_server_that_is_away_loses_nothing_and_gets_it_once_when_it_is_back(string mood)
    {
        await SayAsync(_direct, "waits");
        _time.Advance(HalfAnHour);
        _mails.Now = Enum.Parse<MailServer.Mood>(mood);
        for (var tries = 0; tries < 3; tries++)
        {
            await RunAsync();
            _time.Advance(TimeSpan.FromMinutes(15));
        }

        _mails.Now = MailServer.Mood.Serves;
        await RunAsync();

        (await NextTextAsync()).ShouldContain("waits");
        await NothingComesAsync("it was told");
    }

    [Fact]
    public async Task A_mail_server_that_says_nothing_is_given_up_for_a_while_and_tried_more_and_more_seldom()
    {
        await SayAsync(_direct, "waits");
        _time.Advance(HalfAnHour);
        _mails.Now = MailServer.Mood.SaysNothing;
        using var mails = NewMails();
        var pauses = new List<TimeSpan>();
        for (var tries = 0; tries < 6; tries++)
        {
            var run = mails.RunAsync(CancellationToken.None);
            await _mails.VisitAsync();
            await Eventually.HoldsAsync(() =>
            {
                _time.Advance(TimeSpan.FromSeconds(10));
                return run.IsCompleted;
            }, "it is given up");
            pauses.Add((await run).ShouldNotBeNull() - _time.GetUtcNow());
        }

        pauses.ConvertAll(pause => (int)Math.Ceiling(pause.TotalMinutes)).ShouldBe([1, 2, 4, 8, 15, 15]);
    }

    [Fact]
    public async Task An_address_that_the_mail_server_does_not_know_keeps_nobody_else_waiting()
    {
        var cleo = await _world.PersonAsync("cleo");
        var other = (await _world.ChatDirectory.OpenDirectChatAsync(_ann.Id, cleo.Email)).Value.Chat.Id;
        _mails.Unknown = "ben@example.org";
        await SayAsync(_direct, "for nobody");
        await SayAsync(other, "for Cleo");
        _time.Advance(HalfAnHour);

        await RunAsync();

        (await _mails.NextAsync()).To.ShouldBe("cleo@example.org");
        _time.Advance(TimeSpan.FromDays(2));
        _mails.Unknown = null;
        await NothingComesAsync("a mail that is not taken is given up");
        await SayAsync(_direct, "for Ben");
        _time.Advance(HalfAnHour);
        await RunAsync();
        (await NextTextAsync()).ShouldContain("for Ben");
    }

    [Fact]
    public async Task Where_mail_is_turned_on_nobody_is_told_of_more_than_the_last_day()
    {
        await SayAsync(_direct, "of the first days");
        _time.Advance(HalfAnHour);
        await RunAsync(mail: false);
        await SayAsync(_direct, "of the year without");
        _time.Advance(TimeSpan.FromDays(300));
        await SayAsync(_direct, "of today");
        _time.Advance(TimeSpan.FromHours(1));

        await RunAsync();

        var mail = (await _mails.NextAsync()).Parsed;
        mail.Subject.ShouldBe("1 message for you in ChatFiles");
        mail.Plain.ShouldContain("of today");
    }

    [Fact]
    public async Task Without_an_address_of_this_site_nobody_is_told()
    {
        await SayAsync(_direct, "one");
        _time.Advance(HalfAnHour);

        using var mails = NewMails(publicUrl: "");
        (await mails.RunAsync(CancellationToken.None)).ShouldBeNull();

        _mails.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Who_has_missed_much_is_told_how_much_and_sees_the_beginning_of_each_chat()
    {
        for (var i = 0; i < 8; i++)
            await SayAsync(_direct, $"number {i}.");
        await SayAsync(_room, $"{Mentions.Mark(_ben.Id)} and you");
        _time.Advance(HalfAnHour);
        await RunAsync();

        var mail = (await _mails.NextAsync()).Parsed;
        mail.Subject.ShouldBe("9 messages for you in ChatFiles");
        foreach (var shown in new[] { "number 0.", "number 4.", "And 3 more in this chat", "@ben and you" })
        {
            mail.Plain.ShouldContain(shown);
            mail.Looks.ShouldContain(shown);
        }

        mail.Plain.ShouldNotContain("number 5.");
        for (var i = 0; i <= ChatFiles.Core.Chats.Missed.MaxCount; i++)
            await SayAsync(_direct, "more");
        _time.Advance(TimeSpan.FromHours(1));
        await RunAsync();
        (await _mails.NextAsync()).Parsed.Subject.ShouldBe("More than 100 messages for you in ChatFiles");
    }

    [Fact]
    public async Task Nothing_that_people_write_gets_into_a_header_or_is_taken_for_a_line_of_ours()
    {
        const string Evil = "gone\u202Efdp.exe\r\nBcc: eve@example.org <b>&";
        await _world.ReadAsync(db => db.Chats.Where(c => c.Id == _room).ExecuteUpdateAsync(set => set.SetProperty(c => c.Name, Evil)));
        await _world.ReadAsync(db => db.Users.Where(p => p.Id == _ann.Id).ExecuteUpdateAsync(set => set.SetProperty(p => p.DisplayName, Evil)));
        await SayAsync(_room, $"{Mentions.Mark(_ben.Id)}\r\n\r\n-- \r\nNo more of these mails: https://evil.example/\u2028<script>alert(1)</script>");
        var file = await _world.SendFileAsync(_ann, _direct);
        await _world.ReadAsync(db => db.Attachments.Where(a => a.Id == file.Attachments[0].Id).ExecuteUpdateAsync(set => set.SetProperty(a => a.FileName, Evil)));
        _time.Advance(HalfAnHour);

        await RunAsync();

        var raw = await _mails.NextAsync();
        raw.To.ShouldBe("ben@example.org");
        var mail = raw.Parsed;
        mail.Headers.Select(h => h.Field).ShouldNotContain("Bcc");
        mail.Headers.Select(h => h.Value ?? "").ShouldAllBe(value => !value.Contains("evil") && !value.Contains("gone"));
        mail.Plain.Split('\n').ShouldAllBe(line => !line.StartsWith("Bcc") && !line.StartsWith("No more of these mails: https://evil"));
        mail.Plain.ShouldContain("gonefdp.exe Bcc: eve@example.org <b>&");
        mail.Plain.ShouldNotContain("\u202E");
        mail.Looks.ShouldNotContain("<script>");
        mail.Looks.ShouldNotContain("<b>");
        mail.Looks.ShouldContain("&lt;b&gt;&amp;");
    }

    [Fact]
    public async Task The_link_and_the_button_of_mail_programs_end_it_and_nothing_else_does()
    {
        await SayAsync(_direct, "one");
        _time.Advance(HalfAnHour);
        await RunAsync();
        var mail = (await _mails.NextAsync()).Parsed;
        var link = mail.Headers[HeaderId.ListUnsubscribe]!.Trim('<', '>');
        link.ShouldStartWith("https://files.example.com/mail/end?token=");
        mail.Headers["List-Unsubscribe-Post"].ShouldBe("List-Unsubscribe=One-Click");
        mail.Plain.ShouldContain(link);
        mail.Looks.ShouldContain(link);
        var token = link.Split('=')[1];

        foreach (var wrong in new[] { null, "", "x", token[..^1], new string('A', 5_000), _protection.CreateProtector("another").Protect(_ben.Id) })
            (await Choice().EndAsync(wrong)).ShouldNotBeNull();
        (await Missed.AreWantedAsync(_ben.Id)).ShouldBeTrue();
        (await Choice().EndAsync(token)).ShouldBeNull();

        (await Missed.AreWantedAsync(_ben.Id)).ShouldBeFalse();
        (await Missed.AreWantedAsync(_ann.Id)).ShouldBeTrue();
        await SayAsync(_direct, "two");
        _time.Advance(TimeSpan.FromHours(2));
        await NothingComesAsync("they want none");
        await Missed.WantAsync(_ben.Id, areWanted: true);
        await NothingComesAsync("what came meanwhile was not wanted");
        await SayAsync(_direct, "three");
        _time.Advance(HalfAnHour);
        await RunAsync();
        (await NextTextAsync()).ShouldNotContain("two");
    }

    /// <summary>What waits for the gate waits for a few writes, and not for one a person.</summary>
    [Fact]
    public async Task A_thousand_people_who_are_named_at_once_are_noted_in_a_few_writes()
    {
        await _world.FillAsync(_room, 1_000);
        await _world.ReadAsync(db => db.Users.Where(p => p.Email == null).ExecuteUpdateAsync(set => set.SetProperty(p => p.Email, "somebody@example.org")));
        var people = await _world.ReadAsync(db => db.Members.Where(m => m.ChatId == _room && m.UserId != _ann.Id && m.UserId != _ben.Id).Select(m => m.UserId).ToListAsync());
        var first = await SayAsync(_room, "all of you");
        await _world.ReadAsync(async db =>
        {
            db.Mentions.AddRange(people.Select(userId => new Mention { MessageId = first, UserId = userId, ChatId = _room }));
            return await db.SaveChangesAsync();
        });
        _time.Advance(HalfAnHour);
        var commits = 0;
        _world.Writer.Committed += _ => commits++;

        await Missed.LookAsync(CancellationToken.None);

        commits.ShouldBeInRange(1, 10);
        (await _world.ReadAsync(db => db.MissedMails.CountAsync(m => m.DueAt != null))).ShouldBe(1_000);
        await Missed.LookAsync(CancellationToken.None);
        commits.ShouldBeLessThanOrEqualTo(10, "each message is looked at once");
    }

    private MissedMessages Missed => _world.Services.GetRequiredService<MissedMessages>();

    private async Task RunAsync(bool mail = true)
    {
        using var mails = NewMails(mail);
        await mails.RunAsync(CancellationToken.None);
    }

    private async Task NothingComesAsync(string why)
    {
        await RunAsync();
        _mails.Count.ShouldBe(0, why);
    }

    private MissedMails NewMails(bool mail = true, string publicUrl = "https://files.example.com/") =>
        new(Missed, Choice(mail, publicUrl), Options.Create(Smtp(mail)), _world.Writer, new Leases(), _time, NullLogger<MissedMails>.Instance);

    private MissedMailChoice Choice(bool mail = true, string publicUrl = "https://files.example.com/") =>
        new(Missed, Options.Create(Smtp(mail)), Options.Create(new SiteOptions { PublicUrl = publicUrl }), _protection);

    private SmtpOptions Smtp(bool mail) => new() { Host = mail ? "localhost" : null, Port = _mails.Port, From = "ChatFiles <files@example.com>" };

    private async Task<string> NextTextAsync() => (await _mails.NextAsync()).Parsed.Plain;

    private async Task<long> SayAsync(long chat, string text) => (await _world.Chats.SendTextAsync(_ann.Id, chat, text)).Value.Id;

    private Task<long> LastAsync(long chat) => _world.ReadAsync(db => db.Messages.Where(m => m.ChatId == chat).MaxAsync(m => m.Id));
}
