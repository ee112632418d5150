using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace ChatFiles.Core.Push;

/// <summary>Section <c>Push</c>.</summary>
public sealed class PushOptions : IValidatableObject
{
    /// <summary>The push services of Chrome, Firefox, Edge and Safari.</summary>
    public static readonly IReadOnlyList<string> Defaults =
    [
        "fcm.googleapis.com",
        "*.push.services.mozilla.com",
        "*.notify.windows.com",
        "*.push.apple.com",
    ];

    /// <summary>
    /// The hosts that the server may send to, each as <c>host</c>, <c>*.host</c> or with a port: who subscribes says where to,
    /// and would else make the server talk to its own network. Empty: <see cref="Defaults"/>.
    /// </summary>
    public IList<string> AllowedHosts { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var host in Hosts)
        {
            var (name, port) = Parse(host);
            if (port is null || Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) == UriHostNameType.Unknown)
                yield return new ValidationResult($"“{host}” is none of host, *.host, host:port", [nameof(AllowedHosts)]);
        }
    }

    /// <summary>Whether an address is one of a push service that is allowed.</summary>
    internal bool Allows(Uri endpoint) =>
        endpoint.Scheme == Uri.UriSchemeHttps
        && endpoint.UserInfo.Length == 0
        && Hosts.Any(host =>
        {
            var (name, port) = Parse(host);
            return port == endpoint.Port
                && (name.StartsWith("*.", StringComparison.Ordinal)
                    ? endpoint.IdnHost.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase)
                    : endpoint.IdnHost.Equals(name, StringComparison.OrdinalIgnoreCase));
        });

    /// <summary>A list can also be written as one value.</summary>
    private IEnumerable<string> Hosts =>
        AllowedHosts.Count == 0 ? Defaults : AllowedHosts.SelectMany(hosts => hosts.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries));

    private static (string Name, int? Port) Parse(string host)
    {
        var colon = host.LastIndexOf(':');
        // An IPv6 address in its brackets has colons of its own.
        if (colon < 0 || host.EndsWith(']'))
            return (host.Trim('[', ']'), 443);
        var isPort = int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535;
        return (host[..colon].Trim('[', ']'), isPort ? port : null);
    }
}
