using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace ChatFiles.Tests.Stage;

/// <summary>A mail server as a company has one, that can be made to fail: what it was handed a test reads.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    /// <summary>How it meets who comes.</summary>
    internal enum Mood
    {
        Serves,
        HangsUp,

        /// <summary>Takes the connection and never says a word.</summary>
        SaysNothing,

        /// <summary>Takes no mail for anybody.</summary>
        Refuses,
    }

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Channel<Received> _mails = Channel.CreateUnbounded<Received>();
    private readonly Channel<bool> _visits = Channel.CreateUnbounded<bool>();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly Lazy<X509Certificate2> _certificate = new(NewCertificate);
    private readonly Task _work;

    public MailServer()
    {
        _listener.Start();
        _work = ListenAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public volatile Mood Now = Mood.Serves;

    /// <summary>An address that it knows nobody by.</summary>
    public volatile string? Unknown;

    /// <summary>Whether it offers STARTTLS, with a certificate that nobody knows.</summary>
    public bool HasTls { get; init; }

    /// <summary>What has not been read of its mails.</summary>
    public int Count => _mails.Reader.Count;

    /// <summary>The settings that lead to it.</summary>
    public (string Name, string Value)[] Settings => [("Mail:Smtp:Host", "localhost"), ("Mail:Smtp:Port", $"{Port}"), ("Mail:Smtp:From", "ChatFiles <files@example.com>")];

    public async Task<Received> NextAsync() => await _mails.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Somebody has come since the last time.</summary>
    public async Task VisitAsync() => await _visits.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _work;
        await Task.WhenAll(_conversations);
        _end.Dispose();
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
                _conversations.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception) when (_end.IsCancellationRequested)
        {
            // It does not listen any more, be it that it waited or was just about to.
        }
    }

    private async Task TalkAsync(TcpClient visitor)
    {
        using var line = visitor;
        var mood = Now;
        _visits.Writer.TryWrite(true);
        try
        {
            if (mood == Mood.SaysNothing)
                await Task.Delay(Timeout.Infinite, _end.Token);
            if (mood != Mood.HangsUp)
                await ServeAsync(line.GetStream(), mood);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException) { }
    }

    private async Task ServeAsync(Stream plain, Mood mood)
    {
        var (stream, isSecure, user, to) = (plain, false, (string?)null, "");
        var reader = new StreamReader(stream, Encoding.UTF8);
        await SayAsync("220 mail.example.com ready");
        while (await reader.ReadLineAsync(_end.Token) is { } said)
        {
            var word = said.Split(' ', ':')[0].ToUpperInvariant();
            switch (word)
            {
                case "EHLO":
                    await SayAsync($"250-mail.example.com\r\n{(HasTls && !isSecure ? "250-STARTTLS\r\n" : "")}250 AUTH PLAIN");
                    break;
                case "STARTTLS":
                    await SayAsync("220 go on");
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate.Value }, _end.Token);
                    (stream, isSecure, reader) = (tls, true, new StreamReader(tls, Encoding.UTF8));
                    break;
                case "AUTH":
                    user = Encoding.UTF8.GetString(Convert.FromBase64String(said.Split(' ')[2])).Split('\0')[1];
                    await SayAsync("235 welcome");
                    break;
                case "RCPT" when mood == Mood.Refuses:
                    await SayAsync("450 not now");
                    break;
                case "RCPT" when Unknown is { } unknown && said.Contains($"<{unknown}>", StringComparison.Ordinal):
                    await SayAsync("550 no such person");
                    break;
                case "RCPT":
                    to += said[(said.IndexOf('<', StringComparison.Ordinal) + 1)..said.IndexOf('>', StringComparison.Ordinal)];
                    await SayAsync("250 ok");
                    break;
                case "DATA":
                    await SayAsync("354 go on");
                    var text = new StringBuilder();
                    while (await reader.ReadLineAsync(_end.Token) is { } row && row != ".")
                        text.Append(row.StartsWith('.') ? row[1..] : row).Append('\n'); // RFC 5321, section 4.5.2
                    _mails.Writer.TryWrite(new Received(to, text.ToString(), isSecure, user));
                    to = "";
                    await SayAsync("250 taken");
                    break;
                case "QUIT":
                    await SayAsync("221 bye");
                    return;
                default:
                    await SayAsync("250 ok");
                    break;
            }
        }

        async Task SayAsync(string words) => await stream.WriteAsync(Encoding.ASCII.GetBytes(words + "\r\n"), _end.Token);
    }

    /// <param name="Text">With its headers, as it came.</param>
    internal sealed record Received(string To, string Text, bool IsSecure, string? User)
    {
        /// <summary>The address that stands in it.</summary>
        public Uri Link => new(Text.Split('\n').Single(row => row.StartsWith("http", StringComparison.Ordinal)));
    }
}
