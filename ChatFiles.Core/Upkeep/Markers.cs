using System.Globalization;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Upkeep;

/// <summary>Reads and writes the markers.</summary>
public sealed class Markers(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, Leases leases)
{
    /// <inheritdoc cref="Leases.HoldAsync"/>
    public ValueTask<long?> HoldAsync(string work, CancellationToken cancellationToken) => leases.HoldAsync(work, cancellationToken);

    public async Task<string?> GetAsync(string name, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Markers.Where(m => m.Name == name).Select(m => m.Value).SingleOrDefaultAsync(cancellationToken);
    }

    public async Task<long> GetNumberAsync(string name, CancellationToken cancellationToken) =>
        long.TryParse(await GetAsync(name, cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public async Task<DateTimeOffset?> GetTimeAsync(string name, CancellationToken cancellationToken) =>
        await GetAsync(name, cancellationToken) is { } text
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : null;

    public Task SetAsync(string name, FormattableString value, CancellationToken cancellationToken = default)
    {
        var text = FormattableString.Invariant(value);
        return writer.WriteAsync(
            async db =>
            {
                if (await db.Markers.FindAsync(name) is { } marker)
                    marker.Value = text;
                else
                    db.Markers.Add(new Marker { Name = name, Value = text });
                await db.SaveChangesAsync(CancellationToken.None);
            },
            cancellationToken
        );
    }
}
