using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Api;

/// <summary>What members report to the operators.</summary>
internal static class ReportEndpoints
{
    public static void MapReports(this WebApplication app)
    {
        app.MapSignedIn("/chat/{chatId}/messages")
            .WithTags("Messages")
            .MapPost("/{messageId}/report", ReportAsync)
            .Named("report", "Report a message, or one of its files, to the operators; with a reason or without")
            .Takes<NewReport>()
            .Produces(204)
            .Refuses(RefusalReason.InvalidText, RefusalReason.MessageNotFound, RefusalReason.FileNotFound, RefusalReason.TooManyRequests);
        var reports = app.MapForOperators("/operator/reports");
        reports
            .MapGet("/", ListAsync)
            .WithMetadata(new ForPrograms())
            .Named("listReports", "Reports that wait, or those that are done, newest first")
            .Reads(new("done", "Those that are done.") { Type = "boolean", Default = "false" }, ApiParameter.Before("a report"), ApiParameter.Limit)
            .Produces<ReportPage>()
            .Refuses();
        reports
            .MapPut("/{reportId}", FinishAsync)
            .Named("finishReport", "Mark a report as done")
            .Takes<ReportChange>()
            .Produces(204)
            .Refuses(RefusalReason.NotFound);
    }

    private static async Task<IResult> ReportAsync(string chatId, string messageId, HttpContext context, ClaimsPrincipal user, Reports reports, ChatDirectory directory)
    {
        var id = Requests.ParseId(chatId);
        // A stranger learns nothing of a chat, not even by what is wrong with a body.
        if (!(await context.ReadJsonAsync<NewReport>()).Succeeded(out var report, out var refusal) || (refusal = Requests.CheckIsText(report.FileId, "fileId")) is not null)
            return Problems.Of((await directory.CheckMemberAsync(user.UserId(), id)).Refusal ?? refusal);
        return (await reports.ReportAsync(user.UserId(), id, Requests.ParseId(messageId), report.FileId is null ? null : Requests.ParseFileId(report.FileId), report.Reason)).ToNoContent();
    }

    private static async Task<IResult> ListAsync(HttpContext context, Reports reports, CancellationToken cancellationToken)
    {
        var isDone = false;
        if (context.Request.Query["done"].ToString() is { Length: > 0 } done && !bool.TryParse(done, out isDone))
            return Problems.Of(new Refusal(RefusalReason.InvalidQuery, "“done” is true or false."));
        return context.Request.ReadPaging("a report").Succeeded(out var paging, out var refusal)
            ? (await reports.ListAsync(context.Operator(), isDone, paging.Before, paging.Limit, cancellationToken)).ToOk()
            : Problems.Of(refusal);
    }

    private static async Task<IResult> FinishAsync(string reportId, HttpContext context, Reports reports)
    {
        if (!(await context.ReadJsonAsync<ReportChange>()).Succeeded(out var change, out var refusal))
            return Problems.Of(refusal);
        if (change.Done != true)
            return Problems.Of(new Refusal(RefusalReason.InvalidJson, "“done” is true; what is done stays so."));
        if (!(await reports.FinishAsync(context.Operator(), Requests.ParseId(reportId))).Succeeded(out var isThere, out refusal))
            return Problems.Of(refusal);
        return isThere ? Results.NoContent() : Results.NotFound();
    }

    internal sealed record NewReport([property: MaxLength(Report.MaxReasonLength)] string? Reason, string? FileId);

    internal sealed record ReportChange([property: Required] bool? Done);
}
