using System.Collections.Concurrent;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;

namespace ChatFiles.Web.Accounts;

/// <summary>
/// Adds many people at once: an operator's file is read, judged line by line, looked at, and then done. It is kept for an
/// hour in memory, with the links, which are shown this once; each operator has one at a time.
/// </summary>
public sealed class PeopleLists(PeopleService people, IServiceScopeFactory scopes, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private static readonly Refusal NoSuchList = new(RefusalReason.FileNotFound, "This list is not there any more; send the file again. Who was added has an account already.");

    private static readonly Refusal HasBegun = new(RefusalReason.NotAllowed, "These people are being added, or have been, already.");

    private readonly ConcurrentDictionary<string, PeopleList> _lists = new(StringComparer.Ordinal);

    /// <summary>Says of each line of the file what would become of it; nobody is added.</summary>
    public async Task<Result<PeopleList>> ReadAsync(Operator by, Stream file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(file);
        foreach (var (userId, old) in _lists.Where(list => IsOld(list.Value)))
            _lists.TryRemove(KeyValuePair.Create(userId, old));
        if (await ReadBytesAsync(file, cancellationToken) is not { } bytes)
            return new Refusal(RefusalReason.FileTooLarge, $"A list has at most {PeopleList.MaxBytes:N0} bytes.");
        if (!PeopleList.Read(bytes, time.GetUtcNow()).Succeeded(out var list, out var refusal))
            return refusal;
        list.Mark(await people.JudgeAddressesAsync(by, [.. list.Lines.Select(line => line.Email)], cancellationToken));
        return _lists[by.UserId ?? ""] = list;
    }

    /// <summary>The operator's own list of that id.</summary>
    public Result<PeopleList> Find(Operator by, Guid id)
    {
        ArgumentNullException.ThrowIfNull(by);
        return _lists.TryGetValue(by.UserId ?? "", out var list) && list.Id == id && !IsOld(list) ? list : NoSuchList;
    }

    /// <summary>Adds who is new in it. What could not be done to one keeps nobody else from being added.</summary>
    /// <param name="addressOf">The whole address of a link.</param>
    /// <param name="tell">Called now and then, while it goes on.</param>
    public async Task<Result<PeopleList>> AddAsync(Operator by, Guid id, Func<NewPasswordLink, string> addressOf, Func<Task>? tell = null)
    {
        ArgumentNullException.ThrowIfNull(addressOf);
        if (!Find(by, id).Succeeded(out var list, out var refusal))
            return refusal;
        if (!list.TryBegin())
            return HasBegun;
        foreach (var (line, i) in list.Lines.Select((line, i) => (line, i)).Where(x => x.line.State == LineState.New).ToList())
        {
            list.Set(i, await AddAsync(by, line, addressOf));
            if (tell is not null && list.Done % 20 == 0)
                await tell();
        }

        return list;
    }

    private async Task<PersonLine> AddAsync(Operator by, PersonLine line, Func<NewPasswordLink, string> addressOf)
    {
        // Each in a scope of its own: what one remembers of the people before would be more at every line.
        await using var scope = scopes.CreateAsyncScope();
        // Asked at each: it may take a minute, and a role ends at once. Else accounts would be left without a link.
        var operators = scope.ServiceProvider.GetRequiredService<Operators>();
        if (by.UserId is not null && (await operators.FindAsync(by.UserId)).Refusal is { } lost)
            return line with { State = LineState.Failed, Reason = lost.Detail };
        Result<NewPasswordLink> added;
        try
        {
            added = await scope.ServiceProvider.GetRequiredService<Enrolment>().AddPersonAsync(by, line.Email, line.Name);
        }
        catch (Exception failure) when (failure is TimeoutException or System.Data.Common.DbException or Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            return line with { State = LineState.Failed, Reason = "The database did not answer; try this one again." };
        }

        return added.Succeeded(out var link, out var refusal)
            ? line with { State = LineState.Added, Link = addressOf(link), ExpiresAt = link.ExpiresAt }
            : line with { State = LineState.Failed, Reason = refusal.Detail };
    }

    /// <summary>All of it; null when that is too much.</summary>
    private static async Task<byte[]?> ReadBytesAsync(Stream file, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await file.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > PeopleList.MaxBytes)
                return null;
        }

        return bytes.ToArray();
    }

    private bool IsOld(PeopleList list) => time.GetUtcNow() - list.ReadAt > Lifetime;
}
