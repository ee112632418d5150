using System.Net.Http.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Components;

/// <summary>What goes to a browser over a real circuit.</summary>
public sealed class OneBatchTests
{
    [Fact]
    public async Task A_message_and_the_badge_that_counts_it_come_to_the_page_in_one_batch()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        using var made = await ann.Http.PostAsJsonAsync("chat", new { with = bob.Email });
        var chat = (await made.JsonAsync()).GetProperty("id").GetInt64();
        using var browser = await RawBrowser.SignInAsync(server, bob);
        await using var page = await RawCircuit.OpenAsync(browser, $"chats/{chat}");
        await Eventually.HoldsAsync(() => page.Drawn.Contains("Message ann", StringComparison.Ordinal), "the page is drawn", 30);
        await SayAsync(1);
        await SayAsync(2);
        var batches = page.Batches;

        for (var n = 3; n <= 12; n++)
            await SayAsync(n);

        // Two each if they came apart. A machine that is busy with something else may tear one of them.
        (page.Batches - batches).ShouldBeInRange(10, 13);

        async Task SayAsync(int n)
        {
            await ann.SendTextAsync(chat, $"number {n};");
            await Eventually.HoldsAsync(
                () => page.Drawn.Contains($"number {n};", StringComparison.Ordinal) && page.Drawn.Contains($"({n}) ann · ChatFiles", StringComparison.Ordinal),
                "the page shows both",
                30
            );
        }
    }
}
