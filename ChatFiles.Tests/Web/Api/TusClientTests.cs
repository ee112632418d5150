using System.Diagnostics;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Somebody else's client, unchanged, against the real server.</summary>
public sealed class TusClientTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_usual_client_uploads_breaks_off_resumes_and_finishes()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var content = Tus.Archive(5_000_000);
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, content);

        var outcome = await RunAsync(
            new
            {
                endpoint = new Uri(server.Address, $"chat/{chat}/uploads"),
                token = ann.Token,
                file,
                name = "Sicherung für Ann.7z",
                breakAt = 2_000_000,
            }
        );
        File.Delete(file);

        outcome.GetProperty("resumedAt").GetInt64().ShouldBeInRange(2_000_000, 3_000_000);
        using var sent = await ann.PostFileAsync(chat, new Form().Upload(Tus.IdOf(outcome.Text("url"))).Content);
        sent.StatusCode.ShouldBe(HttpStatusCode.Created);
        var message = await sent.JsonAsync();
        message.GetProperty("message").GetProperty("attachments")[0].Text("fileName").ShouldBe("Sicherung für Ann.7z");
        (await ann.Http.GetByteArrayAsync(message.Text("path"))).ShouldBe(content);
    }

    private static async Task<JsonElement> RunAsync(object job)
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(Repository.Root, "ChatFiles.Tests", "Web", "Api", "tus-client.cjs"), JsonSerializer.Serialize(job) },
            Environment = { ["NODE_PATH"] = Path.Combine(Repository.Root, "build", "npm", "node_modules") },
        };
        using var node = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(patience.Token), node.StandardError.ReadToEndAsync(patience.Token));
        await node.WaitForExitAsync(patience.Token);
        node.ExitCode.ShouldBe(0, await errors);
        using var document = JsonDocument.Parse(await output);
        return document.RootElement.Clone();
    }
}
