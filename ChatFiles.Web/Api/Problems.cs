using System.Globalization;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ChatFiles.Web.Api;

/// <summary>Every outcome that is not a success, as problem+json (RFC 9457).</summary>
internal static class Problems
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public static readonly IResult NotSignedIn = Problem(401, "not-signed-in", "Sign in, or send a bearer token that is still valid.");

    public static readonly IResult InvalidAntiforgeryToken = Problem(
        400,
        "antiforgery",
        "A change made with a cookie also needs the header RequestVerificationToken with the token of the page. Load the page again."
    );

    public static readonly IResult InternalError = Problem(500, "internal-error", "Something went wrong here; it was logged.");

    /// <summary>More uploads or sign-ins than a minute takes.</summary>
    public static IResult TooManyRequests(TimeSpan pause) =>
        Problem(429, "too-many-requests", "That was too often within a minute; wait a moment.", retryAfter: pause);

    /// <summary>The tus protocol decides the status; the contract has one slug for requests that are not as they should be.</summary>
    public static IResult InvalidUpload(int status, string detail) => InvalidForm(status, detail);

    /// <summary>A form, as a whole, that is not taken.</summary>
    public static IResult InvalidForm(int status, string detail) => Problem(status, "invalid-form", detail);

    public static IResult PreconditionFailed(string detail) => Problem(412, "precondition-failed", detail);

    /// <summary>The answer to a refusal, with the contract's slug and status.</summary>
    public static IResult Of(Refusal refusal) => AnswerOf(refusal);

    /// <summary>Status and slug of every refusal for that reason.</summary>
    public static (int Status, string Slug) AnswerTo(RefusalReason reason) => AnswerOf(new Refusal(reason, "")).Kind;

    private static Answer AnswerOf(Refusal refusal) =>
        refusal.Reason switch
        {
            RefusalReason.InvalidJson => Problem(400, "invalid-json", refusal.Detail),
            RefusalReason.InvalidQuery => Problem(400, "invalid-query", refusal.Detail),
            RefusalReason.InvalidName => Problem(400, "invalid-name", refusal.Detail),
            RefusalReason.NameTaken => Problem(400, "name-taken", refusal.Detail),
            RefusalReason.InvalidText => Problem(400, "invalid-text", refusal.Detail),
            RefusalReason.InvalidSeq => Problem(400, "invalid-seq", refusal.Detail),
            RefusalReason.InvalidIdempotencyKey => Problem(400, "invalid-idempotency-key", refusal.Detail),
            RefusalReason.InvalidForm => Problem(400, "invalid-form", refusal.Detail),
            RefusalReason.InvalidFileName => Problem(400, "invalid-file-name", refusal.Detail, refusal.File),
            RefusalReason.NoFile => Problem(400, "no-file", refusal.Detail),
            RefusalReason.EmptyFile => Problem(400, "empty-file", refusal.Detail, refusal.File),
            RefusalReason.TooManyFiles => Problem(400, "too-many-files", refusal.Detail),
            RefusalReason.InvalidRegistration => Problem(400, "invalid-registration", refusal.Detail),
            RefusalReason.InvalidKeepDays => Problem(400, "invalid-keep-days", refusal.Detail),
            RefusalReason.InvalidOpen => Problem(400, "invalid-open", refusal.Detail),
            RefusalReason.InvalidRole => Problem(400, "invalid-role", refusal.Detail),
            RefusalReason.InvalidLevel => Problem(400, "invalid-level", refusal.Detail),
            RefusalReason.InvalidEmoji => Problem(400, "invalid-emoji", refusal.Detail),
            RefusalReason.InvalidDays => Problem(400, "invalid-days", refusal.Detail),
            RefusalReason.InvalidEndpoint => Problem(400, "invalid-endpoint", refusal.Detail),
            RefusalReason.InvalidKeys => Problem(400, "invalid-keys", refusal.Detail),
            RefusalReason.InvalidCredentials => Problem(401, "invalid-credentials", refusal.Detail),
            RefusalReason.RegistrationClosed => Problem(403, "registration-closed", refusal.Detail),
            RefusalReason.MailNotSet => Problem(403, "mail-not-set", refusal.Detail),
            RefusalReason.LocalSignInOff => Problem(403, "local-sign-in-off", refusal.Detail),
            RefusalReason.NotAllowed => Problem(403, "not-allowed", refusal.Detail),
            RefusalReason.ChatNotFound => Problem(404, "chat-not-found", refusal.Detail),
            RefusalReason.MessageNotFound => Problem(404, "message-not-found", refusal.Detail),
            RefusalReason.FileNotFound => Problem(404, "file-not-found", refusal.Detail),
            RefusalReason.FileMissing => Problem(404, "file-missing", refusal.Detail),
            RefusalReason.NotFound => Problem(404, "not-found", refusal.Detail),
            RefusalReason.NoPicture => Problem(404, "no-picture", refusal.Detail),
            RefusalReason.NoThumbnail => Problem(404, "no-thumbnail", refusal.Detail),
            RefusalReason.UserNotFound => Problem(404, "user-not-found", refusal.Detail),
            RefusalReason.TokenNotFound => Problem(404, "token-not-found", refusal.Detail),
            RefusalReason.MessageDeleted => Problem(409, "message-deleted", refusal.Detail),
            RefusalReason.FileNotMissing => Problem(409, "file-not-missing", refusal.Detail),
            RefusalReason.ContentDiffers => Problem(409, "content-differs", refusal.Detail),
            RefusalReason.TooManyTokens => Problem(409, "too-many-tokens", refusal.Detail),
            RefusalReason.TooManyReactions => Problem(409, "too-many-reactions", refusal.Detail),
            RefusalReason.LastOperator => Problem(409, "last-operator", refusal.Detail),
            RefusalReason.OffsetConflict => Problem(409, "offset-conflict", refusal.Detail),
            RefusalReason.UploadTooSlow => Problem(408, "upload-too-slow", refusal.Detail),
            RefusalReason.FileDeleted => Problem(410, "file-deleted", refusal.Detail),
            RefusalReason.FileTooLarge => Problem(413, "file-too-large", refusal.Detail, refusal.File),
            RefusalReason.QuotaExceeded => Problem(413, "quota-exceeded", refusal.Detail),
            RefusalReason.FileTypeNotAllowed => Problem(415, "file-type-not-allowed", refusal.Detail, refusal.File),
            RefusalReason.FileInfected => Problem(422, "file-infected", refusal.Detail, refusal.File),
            RefusalReason.TooManyRequests => Problem(429, "too-many-requests", refusal.Detail, retryAfter: refusal.RetryAfter ?? Pause),
            RefusalReason.SearchTooSlow => Problem(503, "search-too-slow", refusal.Detail, retryAfter: Pause),
            RefusalReason.StorageUnavailable => Problem(503, "storage-unavailable", refusal.Detail, retryAfter: Pause),
            RefusalReason.ScannerUnavailable => Problem(503, "scanner-unavailable", refusal.Detail, refusal.File, retryAfter: Pause),
            RefusalReason.StorageFull => Problem(507, "storage-full", refusal.Detail),
            _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal.Reason, "This refusal has no answer."),
        };

    /// <summary>What an answer without a body means that the framework gave by itself.</summary>
    public static IResult? OfStatus(int status) =>
        status switch
        {
            401 => NotSignedIn,
            404 => Problem(404, "not-found", "There is nothing at this address."),
            405 => Problem(405, "method-not-allowed", "This address does not take this method; the header Allow says which."),
            412 => PreconditionFailed("The file is another than the one that the header If-Match names."),
            416 => Problem(416, "range-not-satisfiable", "The file does not have these bytes; the header Content-Range says how long it is."),
            429 => TooManyRequests(Pause),
            >= 500 => InternalError,
            _ => null,
        };

    /// <param name="file">Of several files in one request, the one that it is about, from 0.</param>
    /// <param name="retryAfter">When it may work.</param>
    private static Answer Problem(int status, string slug, string detail, int? file = null, TimeSpan? retryAfter = null) =>
        new(
            slug,
            TypedResults.Problem(
                detail: detail,
                statusCode: status,
                title: TitleOf(slug),
                type: slug,
                extensions: file is null ? null : [new("file", file)]
            ),
            retryAfter
        );

    private static string TitleOf(string slug) => char.ToUpperInvariant(slug[0]) + slug[1..].Replace('-', ' ');

    private sealed class Answer(string slug, ProblemHttpResult problem, TimeSpan? retryAfter) : IResult
    {
        public (int Status, string Slug) Kind => (problem.StatusCode, slug);

        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.RequestServices.GetRequiredService<RefusalsOfToday>().Note(slug);
            if (retryAfter is { } pause)
                httpContext.Response.Headers.RetryAfter = Math.Ceiling(Math.Max(1, pause.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return problem.ExecuteAsync(httpContext);
        }
    }
}
