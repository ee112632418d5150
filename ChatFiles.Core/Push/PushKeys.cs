using System.Buffers.Text;
using System.Security.Cryptography;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Push;

/// <summary>
/// By what push services know this server (VAPID, RFC 8292). Made once and kept in the database: with other keys every
/// subscription that there is would be worth nothing, so they go into backups and are those of all processes.
/// </summary>
public sealed class PushKeys(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer)
{
    private volatile KeyPair? _keys;

    /// <summary>The public key, Base64url of its 65 bytes: browsers ask for it when they subscribe.</summary>
    public async Task<string> PublicKeyAsync(CancellationToken cancellationToken = default) => (await ReadAsync(cancellationToken)).Public;

    internal async Task<KeyPair> ReadAsync(CancellationToken cancellationToken)
    {
        if (_keys is { } known)
            return known;
        return _keys = await FindAsync(cancellationToken) ?? await MakeAsync();
    }

    private async Task<KeyPair?> FindAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return Parse((await db.Markers.SingleOrDefaultAsync(m => m.Name == Marker.PushKeys, cancellationToken))?.Value);
    }

    private Task<KeyPair> MakeAsync() =>
        writer.WriteAsync(async db =>
        {
            // Of two that find none one comes too late.
            if (Parse((await db.Markers.SingleOrDefaultAsync(m => m.Name == Marker.PushKeys))?.Value) is { } there)
                return there;
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var point = made.ExportParameters(includePrivateParameters: true);
            var keys = new KeyPair(Base64Url.EncodeToString([4, .. point.Q.X!, .. point.Q.Y!]), Base64Url.EncodeToString(point.D));
            db.Markers.Add(new Marker { Name = Marker.PushKeys, Value = $"{keys.Public} {keys.Private}" });
            await db.SaveChangesAsync(CancellationToken.None);
            return keys;
        });

    private static KeyPair? Parse(string? value) => value?.Split(' ') is [var ofAll, var own] ? new KeyPair(ofAll, own) : null;

    /// <param name="Private">Known to nobody else.</param>
    internal sealed record KeyPair(string Public, string Private);
}
