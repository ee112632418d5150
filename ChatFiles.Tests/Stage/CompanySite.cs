using System.Text.Json;

namespace ChatFiles.Tests.Stage;

/// <summary>A site and the provider that a company's people sign in with.</summary>
public sealed class CompanySite : IAsyncLifetime, IAsyncDisposable
{
    public const string OperatorGroup = "chat=operators";

    /// <summary>An address that the settings name as an operator's.</summary>
    public const string Boss = "boss@company.test";

    public OpenIdProvider Provider { get; private set; } = null!;

    public TestServer Server { get; private set; } = null!;

    public static async Task<CompanySite> StartAsync(params (string Name, string Value)[] settings)
    {
        var site = new CompanySite();
        await site.StartBothAsync(settings);
        return site;
    }

    public Task InitializeAsync() => StartBothAsync([]);

    /// <summary>Somebody new at the provider; what they enter there is the part of their address before the @.</summary>
    public ProviderPerson NewPerson(string? address = null)
    {
        var person = new ProviderPerson(Guid.NewGuid().ToString(), address ?? $"p{Guid.NewGuid():N}@company.test");
        return Say(person);
    }

    /// <summary>From now on the provider says this of them.</summary>
    public ProviderPerson Say(ProviderPerson person) => Provider.People[person.Subject] = person;

    /// <summary>The whole way there and back, for a browser; the answer is the site's to what the provider sent it.</summary>
    public async Task<HttpResponseMessage> SignOnAsync(WebBrowser browser, ProviderPerson person, string start = "sign-in/company") =>
        await browser.Http.GetAsync(await Provider.AuthorizeAsync(await BeginAsync(browser, start), person.Subject));

    /// <summary>The provider's address that the link leads to.</summary>
    public static async Task<Uri> BeginAsync(WebBrowser browser, string start = "sign-in/company")
    {
        using var answer = await browser.Http.GetAsync(start);
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        return answer.Headers.Location!;
    }

    /// <summary>A browser in which that person is signed in.</summary>
    public async Task<WebBrowser> EnterAsync(ProviderPerson person)
    {
        var browser = NewBrowser();
        using var answer = await SignOnAsync(browser, person);
        answer.LeadsTo().ShouldBe("/");
        return browser;
    }

    /// <summary>Until the link leads there. A machine that is busy needs its time for the first time.</summary>
    public Task LinkWorksAsync() =>
        Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await Server.Stranger.GetAsync("sign-in/company");
                return answer.Headers.Location is { IsAbsoluteUri: true };
            },
            "the link led to the provider",
            seconds: 60
        );

    public WebBrowser NewBrowser() => new(Server.Client());

    public static Task<JsonElement> ProfileAsync(WebBrowser browser) => browser.GetAsync("account/profile");

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Provider.DisposeAsync();
    }

    private async Task StartBothAsync((string Name, string Value)[] settings)
    {
        Provider = await OpenIdProvider.StartAsync();
        Server = await TestServer.StartAsync(
            [
                .. Provider.Settings,
                ("Accounts:Oidc:OperatorClaim", $"groups={OperatorGroup}"),
                ("Accounts:Operators", Boss),
                ("Accounts:AllowedEmailDomains", "example.org"),
                .. settings,
            ]
        );
        await LinkWorksAsync();
    }
}

internal static class Redirects
{
    /// <summary>The page that a browser is sent to.</summary>
    public static string LeadsTo(this HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        return answer.Headers.Location!.ToString();
    }
}
