using System.Globalization;

namespace ChatFiles.Core.Upkeep;

/// <summary>A round over all files: how far it is, and when the last one ended.</summary>
internal sealed class CheckRound(string name, TimeSpan every)
{
    private bool _isLoaded;
    private DateTimeOffset? _endedAt;
    private long? _position;

    /// <summary>Under this marker stands when the last round ended.</summary>
    public static string EndMarker(string name) => name + "-ended";

    /// <summary>The message whose files were looked at last; 0 at the beginning of a round.</summary>
    public long Position => _position ?? 0;

    /// <summary>A round that has begun is due; a new one when the last is long enough ago.</summary>
    public bool IsDue(DateTimeOffset now) => _position > 0 || _endedAt is null || now - _endedAt >= every;

    /// <summary>Another process may have gone on with it meanwhile.</summary>
    public void Forget() => _isLoaded = false;

    public async Task LoadAsync(Markers markers, CancellationToken cancellationToken)
    {
        if (_isLoaded)
            return;
        _position = await markers.GetNumberAsync(name, cancellationToken);
        _endedAt = await markers.GetTimeAsync(EndMarker(name), cancellationToken);
        _isLoaded = true;
    }

    /// <summary>Keeps the position; null ends the round.</summary>
    public async Task RememberAsync(Markers markers, long? position, DateTimeOffset now)
    {
        await markers.SetAsync(name, $"{position ?? 0}");
        _position = position;
        if (position is not null)
            return;
        await markers.SetAsync(EndMarker(name), $"{now.ToString("O", CultureInfo.InvariantCulture)}");
        _endedAt = now;
    }
}
