using System.ComponentModel.DataAnnotations;

namespace ChatFiles.Core.Model;

/// <summary>Section <c>Limits</c>: what one person may have open or under way at the same time; 0 is none.</summary>
public sealed class LimitOptions
{
    /// <summary>Event streams (<c>GET /chat/{id}/events</c>) of a person.</summary>
    [Range(0, int.MaxValue)]
    public int StreamsPerPerson { get; set; } = 50;

    /// <summary>Live connections of a person's browser tabs.</summary>
    [Range(0, int.MaxValue)]
    public int CircuitsPerPerson { get; set; } = 30;

    /// <summary>Requests of a person whose file bytes are being received.</summary>
    [Range(0, int.MaxValue)]
    public int UploadsUnderWayPerPerson { get; set; } = 8;
}
