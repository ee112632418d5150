using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace ChatFiles.E2E.Stage;

/// <summary>A real nginx in front of the server, or of several, over https, with the configuration that an admin is given.</summary>
public sealed partial class Nginx : INetwork, IAsyncDisposable
{
    /// <summary>By it a browser stays at one machine, where there are several.</summary>
    private const string MachineCookie = "chatfiles_node";

    private const string Program = "nginx";
    private const string Machine = "x-machine";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("chatfiles-e2e-nginx-");
    private readonly Process process;

    private Nginx(IReadOnlyList<ServerProcess> servers, string configuration)
    {
        var port = Ports.Next();
        Address = new Uri($"https://127.0.0.1:{port}/");
        Certificate = WriteCertificate();
        File.WriteAllText(At("site.conf"), Adapt(File.ReadAllText(configuration), servers, port));
        // One process, which ends when it is told to, and writes nothing into the system's folders. That a server does not answer
        // is no news where tests kill it.
        File.WriteAllText(
            At("nginx.conf"),
            $$"""
            daemon off;
            master_process off;
            pid pid;
            error_log stderr crit;
            events { }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                include site.conf;
            }
            """
        );
        process = Process.Start(Path.Combine(Folder(), Program), ["-p", folder.FullName, "-e", "stderr", "-c", "nginx.conf"]);
        AppDomain.CurrentDomain.ProcessExit += KillIt;
    }

    public Uri Address { get; }

    /// <summary>Its own, which nobody else knows.</summary>
    public X509Certificate2 Certificate { get; }

    /// <param name="configuration">A file for nginx's folder conf.d; what it says of one machine is replaced by what is so on this one.</param>
    /// <param name="servers">What it is put in front of, as many as the file has.</param>
    public static async Task<Nginx> StartAsync(string configuration, params ServerProcess[] servers)
    {
        var nginx = new Nginx(servers, configuration);
        await Eventually.HoldsAsync(nginx.ListensAsync, "nginx listened");
        return nginx;
    }

    /// <summary>From now on this browser is sent to that machine.</summary>
    public async Task SeatAsync(IBrowserContext browser, ServerProcess server)
    {
        for (var key = 1; key < 100; key++)
        {
            await browser.AddCookiesAsync([new() { Name = MachineCookie, Value = $"{key}", Url = Address.ToString() }]);
            var answer = await browser.APIRequest.GetAsync("health/live");
            if (answer.Headers[Machine] == $"127.0.0.1:{server.Port}")
                return;
        }

        throw new InvalidOperationException("nginx sends nobody there.");
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillIt;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Certificate.Dispose();
        folder.Delete(recursive: true);
    }

    private void KillIt(object? sender, EventArgs exit) => process.Kill();

    private string Adapt(string configuration, IReadOnlyList<ServerProcess> servers, int port)
    {
        Upstream().Count(configuration).ShouldBe(servers.Count);
        var next = 0;
        configuration = Upstream().Replace(configuration, _ => $"    server 127.0.0.1:{servers[next++].Port}");
        foreach (
            var (here, there) in new[]
            {
                ("    listen 443 ssl", $"    listen 127.0.0.1:{port} ssl"),
                ("    listen [::]:443 ssl http2;", ""),
                // The port without https is everybody's; here nobody comes by it.
                ("    listen 80;", $"    listen unix:{At("plain")};"),
                ("    listen [::]:80;", ""),
                ("/etc/chatfiles/", ""),
                // Says to the tests whose answer it is.
                ("    location / {", $"    add_header {Machine} $upstream_addr;\n    location / {{"),
            }
        )
        {
            configuration.ShouldContain(here);
            configuration = configuration.Replace(here, there, StringComparison.Ordinal);
        }

        return configuration;
    }

    /// <summary>Debian has it where only root's shell looks.</summary>
    private static string Folder() =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':').FirstOrDefault(folder => File.Exists(Path.Combine(folder, Program)))
        ?? throw new FileNotFoundException("These tests need nginx; ./test.sh installs it.");

    [GeneratedRegex(@"^    server [0-9.]+:5080\b", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Upstream();

    private string At(string name) => Path.Combine(folder.FullName, name);

    private X509Certificate2 WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=chat.example.com", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(At("certificate.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(At("certificate.key"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }

    private async Task<bool> ListensAsync()
    {
        if (process.HasExited)
            throw new InvalidOperationException($"nginx ended with exit code {process.ExitCode}; it has said why.");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
