using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>What use cases have in common.</summary>
public static class UseCase
{
    /// <summary>Runs a use case for a page: that storage is away for a moment is its refusal then, and no exception.</summary>
    public static async Task<Refusal?> TryAsync(Func<Task<Refusal?>> useCase)
    {
        try
        {
            return await useCase();
        }
        catch (Exception failure) when (Outage.Explain(failure) is { } refusal)
        {
            return refusal;
        }
    }

    /// <summary>A write that counts as one of the person's messages and changes.</summary>
    /// <param name="chatId">The chat that it changes; null: none, or none that is known before.</param>
    internal static async Task<Result<T>> ChangeAsync<T>(
        this DatabaseWriter writer,
        PersonLimits limits,
        string userId,
        long? chatId,
        Func<ChatDbContext, Task<Result<T>>> change,
        CancellationToken cancellationToken
    )
    {
        if (await limits.CountMessageAsync(userId) is { } tooMany)
            return tooMany;
        return chatId is { } chat ? await writer.WriteAsync(chat, change, cancellationToken) : await writer.WriteAsync(change, cancellationToken);
    }

    /// <summary>Counts a reading as one of the person's searches when it looks for something; it must be text.</summary>
    internal static async ValueTask<Refusal?> CountSearchAsync(this PersonLimits limits, string userId, string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : Texts.CheckQuery(text) ?? await limits.CountSearchAsync(userId);

    /// <inheritdoc cref="Times.ToTheMillisecond"/>
    internal static DateTime Now(this TimeProvider time) => Times.ToTheMillisecond(time.GetUtcNow().UtcDateTime);

    /// <summary>How long a page may be.</summary>
    internal static Refusal? CheckLimit(int limit) =>
        limit is >= 1 and <= 200 ? null : new Refusal(RefusalReason.InvalidQuery, "“limit” is a number from 1 to 200.");
}
