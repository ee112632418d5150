using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Metrics;

/// <summary>Where metrics are served; <c>Metrics:Address</c>.</summary>
/// <param name="EndPoint">Null: nowhere.</param>
/// <param name="IsSet">By somebody, who would miss them.</param>
internal sealed record MetricsAddress(IPEndPoint? EndPoint, bool IsSet)
{
    private const string Default = "127.0.0.1:9464";

    /// <exception cref="OptionsValidationException">It is no address.</exception>
    public static MetricsAddress Of(IConfiguration settings)
    {
        var setting = settings["Metrics:Address"];
        return setting?.Trim() is "" ? new(null, IsSet: true) : new(Parse(setting?.Trim() ?? Default), setting is not null);
    }

    public static OptionsValidationException Invalid(string reason) => new("Metrics", typeof(MetricsAddress), [$"Metrics:Address: {reason}"]);

    private static IPEndPoint Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = text[..Math.Max(colon, 0)];
        var isPort = int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort;
        if (isPort && host == "localhost")
            return new IPEndPoint(IPAddress.Loopback, port);
        return isPort && IPAddress.TryParse(host, out var address)
            ? new IPEndPoint(address, port)
            : throw Invalid($"“{text}” is no address as 127.0.0.1:9464, [::1]:9464 or, for all of this machine's, 0.0.0.0:9464.");
    }
}
