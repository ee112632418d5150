using System.Threading.Channels;
using ChatFiles.Core.Mail;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Mail;

/// <summary>Mails on their way to a real server, which fails as servers do. The time is the tests' own.</summary>
public sealed class MailQueueTests
{
    private static readonly OutgoingMail Mail = new("1", "ann@example.org", "Hello", "Some words\r\n");

    private readonly FakeTimeProvider _time = new();
    private readonly Notes _notes = new();

    [Fact]
    public async Task A_mail_arrives_as_it_was_written()
    {
        await using var server = new MailServer();
        await using var queue = await StartAsync(server);

        queue.Send(Mail);

        var mail = await server.NextAsync();
        mail.To.ShouldBe("ann@example.org");
        foreach (var line in new[] { "From: ChatFiles <files@example.com>", "To: ann@example.org", "Subject: Hello", "Auto-Submitted: auto-generated", "\n\nSome words\n" })
            mail.Text.ShouldContain(line);
    }

    [Fact]
    public async Task A_server_that_is_down_gets_the_mail_when_it_is_back()
    {
        await using var server = new MailServer { Now = MailServer.Mood.HangsUp };
        await using var queue = await StartAsync(server);
        queue.Send(Mail);
        (await _notes.NextAsync()).ShouldContain("0 of them for the last time");

        server.Now = MailServer.Mood.Serves;
        _time.Advance(TimeSpan.FromMinutes(2));

        (await server.NextAsync()).To.ShouldBe("ann@example.org");
    }

    [Fact]
    public async Task After_three_tries_within_15_minutes_a_mail_is_given_up()
    {
        await using var server = new MailServer { Now = MailServer.Mood.Refuses };
        await using var queue = await StartAsync(server);
        queue.Send(Mail);

        (await _notes.NextAsync()).ShouldContain("0 of them for the last time");
        _time.Advance(TimeSpan.FromMinutes(2));
        (await _notes.NextAsync()).ShouldContain("0 of them for the last time");
        _time.Advance(TimeSpan.FromMinutes(12));
        (await _notes.NextAsync()).ShouldContain("1 of them for the last time");

        server.Now = MailServer.Mood.Serves;
        _time.Advance(TimeSpan.FromDays(1));
        queue.Send(Mail with { Key = "2", To = "ben@example.org" });
        (await server.NextAsync()).To.ShouldBe("ben@example.org");
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_after_30_seconds()
    {
        await using var server = new MailServer { Now = MailServer.Mood.SaysNothing };
        await using var queue = await StartAsync(server);
        queue.Send(Mail);
        await server.VisitAsync();

        _time.Advance(TimeSpan.FromSeconds(30));

        (await _notes.NextAsync()).ShouldContain("no answer within 30 seconds");
    }

    [Theory]
    [InlineData("ann@example.org>,<eve@example.org")]
    [InlineData("ann<eve@example.org>")] // an address to the eye, and another one to a mail server
    public async Task A_mail_that_no_server_takes_holds_up_no_other_and_goes_to_nobody_else(string address)
    {
        await using var server = new MailServer();
        await using var queue = await StartAsync(server);
        queue.Send(Mail with { Key = "0", To = address });
        queue.Send(Mail);

        (await server.NextAsync()).To.ShouldBe("ann@example.org");
        server.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("StartTlsWhenOffered", true, true)]
    [InlineData("StartTlsWhenOffered", false, false)]
    [InlineData("None", true, false)]
    public async Task On_this_machine_the_line_is_encrypted_where_it_is_offered_whoever_made_the_certificate(string security, bool isOffered, bool isSecure)
    {
        await using var server = new MailServer { HasTls = isOffered };
        await using var queue = await StartAsync(server, smtp => smtp.Security = Enum.Parse<SmtpSecurity>(security));

        queue.Send(Mail);

        (await server.NextAsync()).IsSecure.ShouldBe(isSecure);
    }

    [Theory]
    [InlineData("StartTls", false)]
    [InlineData("StartTls", true)] // by a certificate that nobody vouches for
    [InlineData("Tls", true)]
    public async Task Where_encryption_is_asked_for_nothing_is_sent_without_it(string security, bool isOffered)
    {
        await using var server = new MailServer { HasTls = isOffered };
        await using var queue = await StartAsync(server, smtp => smtp.Security = Enum.Parse<SmtpSecurity>(security));

        queue.Send(Mail);

        (await _notes.NextAsync()).ShouldContain("could not be handed to the mail server");
        server.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_password_is_told_to_a_server_on_this_machine()
    {
        await using var server = new MailServer();
        await using var queue = await StartAsync(server, smtp => (smtp.User, smtp.Password) = ("files", "secret"));

        queue.Send(Mail);

        (await server.NextAsync()).User.ShouldBe("files");
    }

    [Fact]
    public async Task A_newer_mail_about_the_same_takes_the_place_of_one_that_waits()
    {
        await using var server = new MailServer { Now = MailServer.Mood.HangsUp };
        await using var queue = await StartAsync(server);
        queue.Send(Mail);
        await _notes.NextAsync();

        server.Now = MailServer.Mood.Serves;
        queue.Send(Mail with { Subject = "Newer" });

        (await server.NextAsync()).Text.ShouldContain("Subject: Newer");
        _time.Advance(TimeSpan.FromMinutes(15));
        queue.Send(Mail with { Key = "2", To = "ben@example.org" });
        (await server.NextAsync()).To.ShouldBe("ben@example.org");
    }

    private async Task<Running> StartAsync(MailServer server, Action<SmtpOptions>? change = null)
    {
        var smtp = new SmtpOptions { Host = "localhost", Port = server.Port, From = "ChatFiles <files@example.com>" };
        change?.Invoke(smtp);
        var queue = new MailQueue(Options.Create(smtp), _time, _notes);
        await queue.StartAsync(CancellationToken.None);
        return new Running(queue);
    }

    private sealed class Running(MailQueue queue) : IAsyncDisposable
    {
        public void Send(OutgoingMail mail) => queue.Send(mail);

        public async ValueTask DisposeAsync()
        {
            await queue.StopAsync(CancellationToken.None);
            queue.Dispose();
        }
    }

    /// <summary>What the queue has said, in its order.</summary>
    private sealed class Notes : ILogger<MailQueue>
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public async Task<string> NextAsync() => await _lines.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Writer.TryWrite(formatter(state, exception));
    }
}
