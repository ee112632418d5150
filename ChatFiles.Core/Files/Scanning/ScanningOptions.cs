namespace ChatFiles.Core.Files.Scanning;

/// <summary>Section <c>Scanning</c>.</summary>
public sealed class ScanningOptions
{
    /// <summary>Where clamd listens: <c>host:port</c>, or the path of its socket. Empty: nothing is scanned.</summary>
    public string ClamAv { get; set; } = "";
}
