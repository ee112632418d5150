using System.Diagnostics;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Api;

/// <summary>What searches that are as bad as can be cost everybody else.</summary>
public sealed class SearchingAtOnceTests
{
    /// <summary>A hundred words, each of which stands at each place of the texts, and never all of them in a row.</summary>
    private static readonly string Worst = string.Concat(Enumerable.Repeat("a.", 99)) + "b";

    [Fact]
    public async Task People_who_search_for_the_worst_all_the_time_keep_nobody_from_their_chats()
    {
        await using var server = await TestServer.StartAsync(("RateLimits:SearchesPerMinute", "0"), ("RateLimits:MessagesPerMinute", "0"));
        var eves = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => server.UserAsync($"eve{i}")));
        var ann = await server.UserAsync("ann");
        var chat = await eves[0].ChatAsync(eves[1..]);
        await FillAsync(server, await eves[0].IdAsync(), chat, 200);
        using var end = new CancellationTokenSource();

        using var answers = new SemaphoreSlim(0);
        var searches = eves.SelectMany(eve => Enumerable.Repeat(eve, 4)).Select(eve => SearchAsync(eve, answers, end.Token)).ToList();
        (await answers.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue("they are at it");
        var waits = new List<double>();
        for (var i = 0; i < 30; i++)
        {
            var watch = Stopwatch.StartNew();
            await ann.GetAsync("chat");
            waits.Add(watch.Elapsed.TotalMilliseconds);
        }

        await end.CancelAsync();
        await Task.WhenAll(searches);
        waits.Order().ElementAt(24).ShouldBeLessThan(1000);
    }

    private static async Task SearchAsync(ApiUser eve, SemaphoreSlim answers, CancellationToken end)
    {
        while (true)
        {
            try
            {
                using var answer = await eve.Http.GetAsync($"search?q={Worst}", end);
                ((int)answer.StatusCode).ShouldBeOneOf(200, 429, 503);
                answers.Release();
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static async Task FillAsync(TestServer server, string userId, long chat, int count)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var chats = scope.ServiceProvider.GetRequiredService<ChatService>();
        var text = "b " + string.Concat(Enumerable.Repeat("a ", 1599));
        for (var i = 0; i < count; i++)
            (await chats.SendTextAsync(userId, chat, text)).Refusal.ShouldBeNull();
    }
}
