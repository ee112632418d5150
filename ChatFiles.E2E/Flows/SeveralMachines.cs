using ChatFiles.Core.Files;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>Two processes on one PostgreSQL and one container of blobs, behind the nginx that an admin is given; people sit at different ones.</summary>
public sealed class SeveralMachines(PostgreSqlServer database, Azurite azurite) : IClassFixture<PostgreSqlServer>, IClassFixture<Azurite>
{
    private static readonly BrowserNewContextOptions ByHttps = new() { IgnoreHTTPSErrors = true };

    [Fact]
    public async Task People_at_two_machines_share_files_and_whose_machine_dies_is_at_the_other_one_with_what_they_were_writing()
    {
        var settings = SettingsOf(await database.CreateDatabaseAsync(), azurite.NewContainer());
        await using var second = new ServerProcess(settings);
        await Site.PlayAloneAsync(
            async scene =>
            {
                await second.StartAsync();
                await using var nginx = await Nginx.StartAsync(Path.Combine(Repository.Root, "build", "install", "nginx-several.conf"), scene.Server, second);
                var (ann, ben) = (await GuestAtAsync(scene.Server, "ann"), await GuestAtAsync(second, "ben"));
                await Task.WhenAll(ann.RegisterByProgramAsync(), ben.RegisterByProgramAsync());
                var chat = await Scene.NewChatAsync(ann, ben);
                await Task.WhenAll(ann.ComeToAsync(chat), ben.ComeToAsync(chat));

                // As if they were at one
                await Expect(ann.Page.GetByTitle($"Here now: {ben.Name}")).ToBeVisibleAsync();
                await ben.MessageBox.PressSequentiallyAsync("Any news?");
                await Expect(ann.Page.GetByText($"{ben.Name} is typing…")).ToBeVisibleAsync();
                await ben.MessageBox.PressAsync("Enter");
                await Expect(ann.Message("Any news?")).ToBeVisibleAsync();
                var report = SampleFile.Archive("report.7z", 1024 * 1024);
                await ann.ShareAsync(report);
                await Expect(ben.Attachment(report.Name)).ToBeVisibleAsync();
                (await ben.DownloadAsync(report.Name)).ShouldBe(report.Bytes);
                await Expect(ann.MessageWith(report.Name).GetByRole(AriaRole.Button, new() { Name = "Seen by everyone" })).ToBeVisibleAsync();

                // Hers dies
                await ann.MessageBox.FillAsync("I was just about to say");
                var before = ann.Page.Url;
                await scene.Server.KillAsync();
                await Expect(ann.Message("Any news?")).ToBeVisibleAsync();
                await ann.IsConnectedAsync();
                await Expect(ann.MessageBox).ToHaveValueAsync("I was just about to say");
                ann.Page.Url.ShouldBe(before);
                await ann.MessageBox.PressAsync("Enter");
                await ann.ShareAsync(SampleFile.Png("harbour.png"));
                await ben.SeesAsync("Any news?", "report.7z", "I was just about to say", "harbour.png");

                // It comes back, and the other one dies
                await scene.Server.StartAsync();
                await second.KillAsync();
                await Task.WhenAll(ann.IsConnectedAsync(), ben.IsConnectedAsync());
                await ben.SayAsync("Still here");
                await Expect(ann.Message("Still here")).ToBeVisibleAsync();
                await ann.DeleteFileAsync("harbour.png");
                await Expect(ben.MessageWith("harbour.png")).ToHaveCountAsync(0);
                (await ann.Program.HistoryAsync(chat.Id)).Select(m => m.Text).ShouldBe(["Any news?", "", "I was just about to say", "", "Still here"], ignoreOrder: true);

                async Task<Person> GuestAtAsync(ServerProcess server, string name)
                {
                    var guest = await scene.NewGuestAsync(name, nginx, ByHttps);
                    await nginx.SeatAsync(guest.Page.Context, server);
                    return guest;
                }
            },
            settings: settings
        );
    }

    /// <summary>Of each of several processes.</summary>
    internal static Dictionary<string, string> SettingsOf(string database, AzureStorageOptions blobs) =>
        new(StringComparer.Ordinal)
        {
            ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
            ["Database__Provider"] = "PostgreSql",
            ["Database__ConnectionString"] = database,
            ["Storage__Provider"] = "Azure",
            ["Storage__Azure__ConnectionString"] = blobs.ConnectionString,
            ["Storage__Azure__Container"] = blobs.Container,
        };
}
