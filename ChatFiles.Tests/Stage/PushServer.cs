using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Tests.Stage;

/// <summary>A push service (RFC 8030) over https on a port of its own, and the browsers that have subscribed with it.</summary>
internal sealed class PushServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, PushedBrowser> _browsers = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PushServer(WebApplication app) => _app = app;

    /// <summary>As the setting has it.</summary>
    public string Host => new Uri(_app.Urls.First()).Authority;

    /// <summary>Requests to any address of it.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public static async Task<PushServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(500));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var server = new PushServer(app);
        app.Run(server.TakeAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>What requests go out by that trust it; redirects are not followed, as in the program.</summary>
    public static HttpMessageHandler Handler() =>
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=127.0.0.1" },
        };

    /// <summary>Somebody's browser, whose push messages this service takes.</summary>
    public PushedBrowser NewBrowser()
    {
        var browser = new PushedBrowser($"https://{Host}/push/{Guid.NewGuid():N}");
        _browsers[new Uri(browser.Endpoint).AbsolutePath] = browser;
        return browser;
    }

    public async ValueTask DisposeAsync()
    {
        _over.TrySetResult();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        Asked.Enqueue($"{context.Request.Method} {context.Request.Path}");
        if (!_browsers.TryGetValue(context.Request.Path, out var browser))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        browser.Take(context.Request, body.ToArray());
        if (browser.Hangs)
            await _over.Task.WaitAsync(context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        if (browser.LeadsTo is { } elsewhere)
            context.Response.Headers.Location = elsewhere;
        context.Response.StatusCode = browser.Answers;
    }
}

/// <summary>A browser's end of a subscription: it alone can read what is pushed to it (RFC 8291).</summary>
internal sealed class PushedBrowser(string endpoint)
{
    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _auth = RandomNumberGenerator.GetBytes(16);

    public string Endpoint => endpoint;

    public int Answers { get; set; } = StatusCodes.Status201Created;

    public bool Hangs { get; set; }

    public string? LeadsTo { get; set; }

    /// <summary>In the order in which they came.</summary>
    public ConcurrentQueue<JsonElement> Notices { get; } = [];

    /// <summary>The token of the last one (RFC 8292), and the key that it is to be judged by.</summary>
    public (string Token, string Key)? Vapid { get; private set; }

    public string P256dh => Base64Url.EncodeToString(PublicKey);

    public string Auth => Base64Url.EncodeToString(_auth);

    public object Subscription => new { endpoint, keys = new { p256dh = P256dh, auth = Auth } };

    private byte[] PublicKey => PointOf(_key.ExportParameters(includePrivateParameters: false));

    public void Take(HttpRequest request, byte[] body)
    {
        request.Headers.ContentEncoding.ToString().ShouldBe("aes128gcm");
        request.Headers["TTL"].ToString().ShouldNotBeEmpty();
        var authorization = request.Headers.Authorization.ToString();
        authorization.ShouldStartWith("vapid ");
        var parts = authorization["vapid ".Length..].Split(',').Select(part => part.Trim().Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        Vapid = (parts["t"], parts["k"]);
        Notices.Enqueue(JsonDocument.Parse(Decrypt(body)).RootElement);
    }

    private byte[] Decrypt(byte[] body)
    {
        var (salt, sender) = (body[..16], body[21..(21 + body[20])]);
        using var other = ECDiffieHellman.Create(
            new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = sender[1..33], Y = sender[33..65] } }
        );
        var shared = _key.DeriveRawSecretAgreement(other.PublicKey);
        var info = (byte[])[.. "WebPush: info\0"u8, .. PublicKey, .. sender];
        var secret = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, _auth, info);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 16, salt, "Content-Encoding: aes128gcm\0"u8.ToArray());
        var nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 12, salt, "Content-Encoding: nonce\0"u8.ToArray());
        var sealedBytes = body[(21 + body[20])..];
        var plain = new byte[sealedBytes.Length - 16];
        using var cipher = new AesGcm(key, 16);
        cipher.Decrypt(nonce, sealedBytes[..^16], sealedBytes[^16..], plain);
        // One record, whose last byte that is no padding says that it is the last.
        var end = Array.FindLastIndex(plain, b => b != 0);
        plain[end].ShouldBe((byte)2);
        return plain[..end];
    }

    private static byte[] PointOf(ECParameters key) => [4, .. key.Q.X!, .. key.Q.Y!];
}
