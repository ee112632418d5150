using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Files.Scanning;

/// <summary>The virus scanner, clamd, that everything from outside passes on its way into the store; or none.</summary>
public sealed class ClamAv
{
    private readonly EndPoint? _endPoint;
    private readonly TimeProvider _time;
    private readonly ILogger<ClamAv> _logger;

    /// <exception cref="OptionsValidationException">The setting leads nowhere.</exception>
    public ClamAv(IOptions<ScanningOptions> options, TimeProvider time, ILogger<ClamAv> logger)
    {
        (_time, _logger) = (time, logger);
        var setting = options.Value.ClamAv.Trim();
        _endPoint = setting.Length == 0 ? null : EndPointOf(setting);
    }

    public bool IsSet => _endPoint is not null;

    /// <summary>Returns when the scanner has answered that it is there.</summary>
    /// <exception cref="IOException">It is not, or says something else.</exception>
    /// <exception cref="SocketException">It can't be reached.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(_endPoint!, cancellationToken);
        await connection.WriteAsync("zPING\0"u8.ToArray(), cancellationToken);
        if (await ReadReplyAsync(connection, cancellationToken) is not "PONG" and var reply)
            throw new IOException($"The scanner answers a PING with “{reply}”.");
    }

    /// <summary>What the content is to be read through; null where there is no scanner.</summary>
    /// <param name="fileName">The file that it is, or belongs to.</param>
    internal ScannedStream? Begin(Stream content, string fileName) =>
        _endPoint is null ? null : new ScannedStream(content, new ClamAvScan(_endPoint, fileName, _time, _logger));

    internal static async Task<NetworkStream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One answer, which ends with NUL or with the connection; of what is longer than any, the beginning.</summary>
    internal static async Task<string> ReadReplyAsync(Stream connection, CancellationToken cancellationToken)
    {
        var buffer = new byte[1024];
        var length = 0;
        while (length < buffer.Length && await connection.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var count)
        {
            length += count;
            if (buffer.AsSpan(0, length).IndexOf((byte)0) is >= 0 and var end)
                return Encoding.UTF8.GetString(buffer.AsSpan(0, end));
        }

        return Encoding.UTF8.GetString(buffer.AsSpan(0, length));
    }

    private static EndPoint EndPointOf(string setting)
    {
        if (Path.IsPathFullyQualified(setting))
            return SocketOf(setting);
        var colon = setting.LastIndexOf(':');
        var host = setting[..Math.Max(colon, 0)];
        var isPort = int.TryParse(setting.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort;
        if (!isPort || Uri.CheckHostName(host) == UriHostNameType.Unknown)
            throw Invalid($"“{setting}” is neither host:port nor the whole path of a socket.");
        return IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
    }

    /// <summary>The socket itself may be there only later: the scanner makes it when it starts.</summary>
    private static UnixDomainSocketEndPoint SocketOf(string path)
    {
        if (Directory.Exists(path))
            throw Invalid($"“{path}” is a folder, not a socket.");
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (Exception failure) when (failure is ArgumentException or PlatformNotSupportedException)
        {
            throw Invalid($"“{path}” can't be the path of a socket: {failure.Message}");
        }
    }

    private static OptionsValidationException Invalid(string message) => new("Scanning", typeof(ScanningOptions), [$"Scanning:ClamAv: {message}"]);
}
