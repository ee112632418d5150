using ChatFiles.Core.Model;


namespace ChatFiles.Web.Api;

/// <summary>Results of use cases as answers.</summary>
internal static class Answers
{
    public static IResult ToOk<T>(this Result<T> result) =>
        result.Succeeded(out var value, out var refusal) ? Results.Ok(value) : Problems.Of(refusal);

    public static IResult ToNoContent(this Result<Done> result) =>
        result.Refusal is { } refusal ? Problems.Of(refusal) : Results.NoContent();
}
