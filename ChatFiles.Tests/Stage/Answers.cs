using System.Text.Json;

namespace ChatFiles.Tests.Stage;

/// <summary>What tests ask of the API's answers.</summary>
internal static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    public static string Text(this JsonElement element, string member) => element.GetProperty(member).GetString()!;

    /// <summary>Checks that it is this problem, disposes of it, and returns its detail.</summary>
    public static async Task<string> ShouldBeProblemAsync(this Task<HttpResponseMessage> answering, int status, string slug)
    {
        using var answer = await answering;
        var body = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, body);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.JsonAsync();
        problem.Text("type").ShouldBe(slug);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.Text("title").ShouldNotBeNullOrWhiteSpace();
        return problem.Text("detail");
    }

    /// <summary>Checks the status and disposes of the answer.</summary>
    public static async Task<JsonElement> ShouldBeJsonAsync(this Task<HttpResponseMessage> answering, HttpStatusCode status)
    {
        using var answer = await answering;
        answer.StatusCode.ShouldBe(status, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    public static async Task ShouldBeAsync(this Task<HttpResponseMessage> answering, HttpStatusCode status)
    {
        using var answer = await answering;
        answer.StatusCode.ShouldBe(status, await answer.Content.ReadAsStringAsync());
    }
}
