using System.Collections.Concurrent;
using System.Net;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Faults;

internal sealed record Upload(string Key, SampleFile File)
{
    public string? Path { get; set; }

    public bool Deleting { get; set; }

    public bool Deleted { get; set; }
}

/// <summary>Uploads and deletes as fast as it can; what was in doubt when a server died is asked for again, as a good client does.</summary>
internal sealed class Uploader(ApiClient client, long chat, int number, int seed)
{
    /// <summary>What a proxy answers in place of a server that is gone, it answers at once.</summary>
    internal static readonly TimeSpan BeforeItTriesAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>So long a proxy may say that nobody is there, before it looks again.</summary>
    private const double Patience = 30;

    private readonly Random random = new(seed);
    private readonly ConcurrentQueue<Upload> inDoubt = new();
    private readonly List<Upload> known = [];
    private int count;

    public IReadOnlyList<Upload> Known => known;

    /// <summary>Until it is told to end, or the server dies; it can be called again then.</summary>
    public async Task WorkUntilKilledAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested && await TryStepAsync()) { }
    }

    /// <summary>Until it is told to end; where one server dies there is another one.</summary>
    public async Task WorkAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            if (!await TryStepAsync())
                await Task.Delay(BeforeItTriesAgain, CancellationToken.None);
        }
    }

    /// <summary>Everything in doubt is brought to its end; who is told to come back later does.</summary>
    public async Task SettleAsync()
    {
        while (!inDoubt.IsEmpty)
            await Eventually.HoldsAsync(() => TryAsync(RepeatAsync), "what was in doubt was sent", Patience);
        foreach (var upload in known.Where(u => u.Deleting && !u.Deleted))
            await Eventually.HoldsAsync(() => TryAsync(() => DeleteAsync(upload)), "what was to be deleted was", Patience);
    }

    private Task<bool> TryStepAsync() => TryAsync(StepAsync);

    private static async Task<bool> TryAsync(Func<Task> step)
    {
        try
        {
            await step();
            return true;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError })
        {
            return false;
        }
    }

    private async Task StepAsync()
    {
        if (!inDoubt.IsEmpty)
            await RepeatAsync();
        else if (known.Count > 0 && random.Next(4) == 0 && known[random.Next(known.Count)] is { Deleted: false } victim)
            await DeleteAsync(victim);
        else
            inDoubt.Enqueue(NewUpload());
    }

    private Upload NewUpload()
    {
        var key = $"{number}-{++count}";
        var size = random.Next(10) == 0 ? random.Next(200_000, 3_000_000) : random.Next(1, 60_000);
        return new Upload(key, SampleFile.Text($"{key}.txt", key + new string((char)random.Next('a', 'z'), size)));
    }

    private async Task RepeatAsync()
    {
        inDoubt.TryPeek(out var upload);
        var message = await client.ShareAsync(chat, upload!.Key, upload.File, upload.Key);
        upload.Path = message.Attachments.Single().Path;
        known.Add(upload);
        inDoubt.TryDequeue(out _);
    }

    private async Task DeleteAsync(Upload upload)
    {
        upload.Deleting = true;
        await client.DeleteAsync(upload.Path!);
        upload.Deleted = true;
    }
}
