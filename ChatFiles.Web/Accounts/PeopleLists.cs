using System.Collections.Concurrent;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Accounts;

/// <summary>
/// Adds many people at once: an operator's file is read, judged line by line, looked at, and then done. It is kept for an
/// hour in memory, with the links, which are shown this once; each operator has one at a time.
/// </summary>
public sealed class PeopleLists : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private static readonly Refusal NoSuchList = new(RefusalReason.FileNotFound, "This list is not there any more; send the file again. Who was added has an account already.");

    private static readonly Refusal HasBegun = new(RefusalReason.NotAllowed, "These people are being added, or have been, already.");

    private readonly ConcurrentDictionary<string, PeopleList> _lists = new(StringComparer.Ordinal);
    private readonly PeopleService _people;
    private readonly IServiceScopeFactory _scopes;
    private readonly IOptions<AccountOptions> _accounts;
    private readonly TimeProvider _time;

    /// <summary>Set at each list: links of people who have not come yet are not kept until somebody asks.</summary>
    private readonly ITimer _forgetting;

    public PeopleLists(PeopleService people, IServiceScopeFactory scopes, IOptions<AccountOptions> accounts, TimeProvider time)
    {
        (_people, _scopes, _accounts, _time) = (people, scopes, accounts, time);
        _forgetting = time.CreateTimer(_ => ForgetOld(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many are held.</summary>
    internal int Count => _lists.Count;

    /// <summary>Says of each line of the file what would become of it; nobody is added.</summary>
    public async Task<Result<PeopleList>> ReadAsync(Operator by, Stream file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(file);
        if (_accounts.Value.RefuseLocal() is { } off)
            return off;
        ForgetOld();
        if (await ReadBytesAsync(file, cancellationToken) is not { } bytes)
            return new Refusal(RefusalReason.FileTooLarge, $"A list has at most {PeopleList.MaxBytes:N0} bytes.");
        if (!PeopleList.Read(bytes, _time.GetUtcNow()).Succeeded(out var list, out var refusal))
            return refusal;
        list.Mark(await _people.JudgeAddressesAsync(by, [.. list.Lines.Select(line => line.Email)], cancellationToken));
        _lists[by.UserId ?? ""] = list;
        _forgetting.Change(Lifetime, Timeout.InfiniteTimeSpan);
        return list;
    }

    /// <summary>The operator's own list of that id.</summary>
    public Result<PeopleList> Find(Operator by, Guid id)
    {
        ArgumentNullException.ThrowIfNull(by);
        ForgetOld();
        return _lists.TryGetValue(by.UserId ?? "", out var list) && list.Id == id ? list : NoSuchList;
    }

    /// <summary>Adds who is new in it. What could not be done to one keeps nobody else from being added.</summary>
    /// <param name="addressOf">The whole address of a link.</param>
    /// <param name="tell">Called now and then, while it goes on.</param>
    public async Task<Result<PeopleList>> AddAsync(Operator by, Guid id, Func<NewPasswordLink, string> addressOf, Func<Task>? tell = null)
    {
        ArgumentNullException.ThrowIfNull(addressOf);
        if (_accounts.Value.RefuseLocal() is { } off)
            return off;
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

    public void Dispose() => _forgetting.Dispose();

    private async Task<PersonLine> AddAsync(Operator by, PersonLine line, Func<NewPasswordLink, string> addressOf)
    {
        // Each in a scope of its own: what one remembers of the people before would be more at every line.
        await using var scope = _scopes.CreateAsyncScope();
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

    private void ForgetOld()
    {
        var now = _time.GetUtcNow();
        foreach (var (userId, old) in _lists.Where(list => now - list.Value.ReadAt >= Lifetime))
            _lists.TryRemove(KeyValuePair.Create(userId, old));
    }
}
