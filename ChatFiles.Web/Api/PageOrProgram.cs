using Microsoft.AspNetCore.Routing.Matching;

namespace ChatFiles.Web.Api;

/// <summary>Marks what answers programs at an address where people find a page.</summary>
internal sealed class ForPrograms;

/// <summary>
/// Where both are at the same address, whoever asks for HTML gets the page, and everybody else the answer for programs.
/// </summary>
internal sealed class PageOrProgram : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsForPrograms);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var wantsPage = ApiServices.WantsPage(httpContext.Request);
        var hasBoth = Enumerable.Range(0, candidates.Count).Select(i => IsForPrograms(candidates[i].Endpoint)).Distinct().Count() == 2;
        for (var i = 0; hasBoth && i < candidates.Count; i++)
        {
            if (IsForPrograms(candidates[i].Endpoint) == wantsPage)
                candidates.SetValidity(i, value: false);
        }

        return Task.CompletedTask;
    }

    private static bool IsForPrograms(Endpoint endpoint) => endpoint.Metadata.GetMetadata<ForPrograms>() is not null;
}
