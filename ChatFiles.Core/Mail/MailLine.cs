using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace ChatFiles.Core.Mail;

/// <summary>What became of a mail.</summary>
public enum MailOutcome
{
    Taken,

    /// <summary>The server does not take it now; it may another time.</summary>
    NotNow,

    /// <summary>The server will not take it.</summary>
    Never,

    /// <summary>It has an address that no server could be given.</summary>
    NoAddress,
}

/// <summary>A line to the mail server, for mails one after another; there is none before the first.</summary>
public sealed class MailLine : IDisposable
{
    /// <summary>The server is given up when a mail, with the connection where there is none yet, has taken that long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SmtpOptions _options;
    private readonly TimeProvider _time;
    private readonly SmtpClient _client = new();

    /// <param name="options">Of a server that is set.</param>
    public MailLine(SmtpOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        // As browsers and mail servers do: a company's own authority rarely has a list that could be asked.
        _client.CheckCertificateRevocation = false;
        // A relay on the machine itself offers the certificate that came with it; nobody stands between.
        if (options is { Security: SmtpSecurity.StartTlsWhenOffered, IsOnThisMachine: true })
            _client.ServerCertificateValidationCallback = (_, _, _, _) => options.IsOnThisMachine;
    }

    /// <summary>Why the server did not take the last mail, where it did not.</summary>
    public string Refusal { get; private set; } = "";

    /// <summary>Hands a mail over.</summary>
    /// <exception cref="IOException">The server can't be reached, or the line to it has ended: no other mail is taken now either.</exception>
    public async Task<MailOutcome> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mail);
        if (mail.ToMessage(_options.Sender!, _time.GetUtcNow()) is not { } message)
        {
            Refusal = "its address is none that a mail server takes";
            return MailOutcome.NoAddress;
        }

        using var patience = new CancellationTokenSource(Patience, _time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            if (!_client.IsConnected)
                await ConnectAsync(ended.Token);
            try
            {
                await _client.SendAsync(message, ended.Token);
                return MailOutcome.Taken;
            }
            catch (Exception refused) when (refused is not OperationCanceledException && _client.IsConnected)
            {
                Refusal = refused.Message;
                // What it has against the sender an administrator puts right.
                return refused is SmtpCommandException { StatusCode: >= SmtpStatusCode.SyntaxError, ErrorCode: not SmtpErrorCode.SenderNotAccepted }
                    ? MailOutcome.Never
                    : MailOutcome.NotNow;
            }
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no answer within {Patience.TotalSeconds} seconds", late);
        }
        catch (Exception failure) when (failure is not (IOException or OperationCanceledException))
        {
            throw new IOException(failure.Message, failure);
        }
    }

    /// <summary>Says goodbye, so that the server need not wait for more; nothing depends on it.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (!_client.IsConnected)
            return;
        using var patience = new CancellationTokenSource(Patience, _time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await _client.DisconnectAsync(quit: true, ended.Token);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // It has every mail that it said it has.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var security = _options.Security switch
        {
            SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
            SmtpSecurity.None => SecureSocketOptions.None,
            // Somebody on the way could take the offer out of the server's answer, and read the password.
            SmtpSecurity.StartTlsWhenOffered when !_options.HasUser || _options.IsOnThisMachine => SecureSocketOptions.StartTlsWhenAvailable,
            _ => SecureSocketOptions.StartTls,
        };
        await _client.ConnectAsync(_options.Host!, _options.PortToUse, security, cancellationToken);
        if (_options.HasUser)
            await _client.AuthenticateAsync(_options.User!, _options.Password!, cancellationToken);
    }
}
