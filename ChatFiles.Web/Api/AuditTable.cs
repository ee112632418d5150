using System.Globalization;
using System.Text;
using ChatFiles.Core.People;

namespace ChatFiles.Web.Api;

/// <summary>The audit log as comma-separated values (RFC 4180), written page by page while it is read.</summary>
internal static class AuditTable
{
    private const int PageSize = 200;

    public static async Task WriteAsync(Stream body, AuditLog audit, Operator by, AuditFilter filter, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await writer.WriteAsync("time,action,userId,email,address,subject,detail\r\n");
        long? before = null;
        do
        {
            // What has grown too old meanwhile is gone, and all before it.
            if (!(await audit.ReadAsync(by, filter, before, PageSize, cancellationToken)).Succeeded(out var page, out _))
                return;
            foreach (var entry in page.Entries)
                await writer.WriteAsync(LineOf(entry));
            before = page.NextBefore;
            await writer.FlushAsync(cancellationToken);
        } while (before is not null);
    }

    private static string LineOf(ListedEntry entry) =>
        Csv.LineOf(
            entry.At.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            entry.Action,
            entry.Actor?.UserId,
            entry.Actor?.Email,
            entry.Address,
            entry.Subject,
            entry.Detail
        );
}
