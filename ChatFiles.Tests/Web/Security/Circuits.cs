using System.Net.WebSockets;

namespace ChatFiles.Tests.Web.Security;

public sealed class Circuits(SharedApp shared) : IClassFixture<SharedApp>
{
    private ChatFilesApp App => shared.App;

    private string Origin => App.Address.GetLeftPart(UriPartial.Authority);

    [Fact]
    public async Task Circuits_are_only_for_signed_in_people()
    {
        using var guest = App.CreateGuest();
        (await guest.SendAsync(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1", null, ("Origin", Origin))).ShouldBeStatus(401);
        (await guest.GetAsync("/_blazor", ("Origin", Origin))).ShouldBeStatus(401);
        (await guest.GetAsync("/_BLAZOR/initializers")).ShouldBeStatus(401);
        (await ConnectAsync(null, Origin)).ShouldBe(401);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task Circuits_are_only_for_this_sites_own_pages(string? origin)
    {
        using var ada = await App.CreateClientAsync("ada");
        (await ConnectAsync(ada.Token, origin)).ShouldBe(403);
        (string, string)[] headers = origin is null ? [] : [("Origin", origin)];
        (await ada.SendAsync(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1", null, headers)).ShouldBeStatus(403);
    }

    [Fact]
    public async Task Circuits_are_only_over_WebSockets()
    {
        using var ada = await App.CreateClientAsync("ada");
        (await ada.GetAsync("/_blazor?id=x", ("Origin", Origin), ("Accept", "text/event-stream"))).Status.ShouldBe(400);
        (await ada.SendAsync(HttpMethod.Post, "/_blazor?id=x", null, ("Origin", Origin))).Status.ShouldBe(400);
        (await ConnectAsync(ada.Token, Origin)).ShouldBe(101);
    }

    private async Task<int> ConnectAsync(string? token, string? origin)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (token is not null)
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        try
        {
            await socket.ConnectAsync(new UriBuilder(App.Address) { Scheme = "ws", Path = "/_blazor" }.Uri, CancellationToken.None);
            socket.Abort();
        }
        catch (WebSocketException)
        {
            // Refused; the status says why.
        }

        return (int)socket.HttpStatusCode;
    }
}
