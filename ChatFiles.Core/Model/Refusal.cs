using System.Diagnostics.CodeAnalysis;

namespace ChatFiles.Core.Model;

/// <summary>Everything that can be refused. Each has its slug and status in the contract.</summary>
public enum RefusalReason
{
    InvalidJson,
    InvalidQuery,
    InvalidName,
    NameTaken,
    InvalidText,
    InvalidSeq,
    InvalidIdempotencyKey,
    InvalidForm,
    InvalidFileName,
    NoFile,
    EmptyFile,
    TooManyFiles,
    FileTooLarge,
    QuotaExceeded,
    FileTypeNotAllowed,
    FileInfected,
    ChatNotFound,
    MessageNotFound,
    MessageDeleted,
    FileNotFound,
    FileMissing,
    FileDeleted,
    NoThumbnail,
    NoPicture,
    NotFound,
    UserNotFound,
    NotAllowed,
    FileNotMissing,
    ContentDiffers,
    OffsetConflict,
    UploadTooSlow,
    TooManyRequests,
    SearchTooSlow,
    StorageUnavailable,
    StorageFull,
    ScannerUnavailable,
    InvalidRegistration,
    RegistrationClosed,
    InvalidCredentials,
    InvalidDays,
    InvalidEndpoint,
    InvalidKeys,
    InvalidKeepDays,
    InvalidOpen,
    InvalidRole,
    InvalidLevel,
    InvalidEmoji,
    TokenNotFound,
    TooManyTokens,
    TooManyReactions,
    LastOperator,
    MailNotSet,
    LocalSignInOff,
}

/// <summary>A "no" that the caller can act on.</summary>
/// <param name="Reason">Which of the contract's refusals it is.</param>
/// <param name="Detail">A sentence for people: what was wrong and what would be accepted.</param>
public sealed record Refusal(RefusalReason Reason, string Detail)
{
    public static readonly Refusal ChatNotFound = new(RefusalReason.ChatNotFound, "There is no such chat, or you are not a member of it.");
    public static readonly Refusal MessageNotFound = new(RefusalReason.MessageNotFound, "There is no such message in this chat.");
    public static readonly Refusal FileNotFound = new(RefusalReason.FileNotFound, "There is no such file in this chat.");
    public static readonly Refusal UserNotFound = new(RefusalReason.UserNotFound, "Nobody with this address has an account here.");

    public static readonly Refusal TooManyRequests = new(
        RefusalReason.TooManyRequests,
        "That is more at once than one person's share of this server; wait a moment."
    );

    /// <summary>When it may work; null when that is not known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Which file of the message it is about, from 0; null when it is about all of it.</summary>
    public int? File { get; init; }
}

/// <summary>What a use case gives back: the value, or why not.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Refusal? refusal)
    {
        _value = value;
        Refusal = refusal;
    }

    public Refusal? Refusal { get; }

    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public T Value => Refusal is null ? _value! : throw new InvalidOperationException($"Refused: {Refusal.Detail}");

    public bool Succeeded([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Refusal? refusal)
    {
        (value, refusal) = (_value, Refusal);
        return refusal is null;
    }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);
}

/// <summary>The value of a use case that only succeeds.</summary>
public readonly record struct Done;

/// <summary>
/// Breaks off the reading of an upload's bytes: a stream has no other way to. Whoever asked for them (a store, the reader of
/// a form) makes a result of it again.
/// </summary>
public sealed class UploadRefusedException(Refusal refusal) : Exception(refusal.Detail)
{
    public Refusal Refusal { get; } = refusal;
}
