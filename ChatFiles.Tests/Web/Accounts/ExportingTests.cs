using System.IO.Compression;
using ChatFiles.Tests.Stage;
using ChatFiles.Web;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>Who may take a chat or a person's things along, and how that is noted.</summary>
public sealed class ExportingTests
{
    [Fact]
    public async Task An_operator_exports_with_a_reason_that_is_noted_with_whether_they_are_in_the_chat()
    {
        await using var server = await TestServer.StartAsync();
        var (olga, ann) = (await server.UserAsync("olga"), await server.UserAsync("ann"));
        var chat = await ann.ChatAsync();
        await ann.SendFileAsync(chat, "plan.txt", "the plan");

        await ann.Http.GetAsync($"operator/export.zip?chat={chat}&reason=why").ShouldBeProblemAsync(403, "not-allowed");
        await olga.Http.GetAsync($"operator/export.zip?chat={chat}").ShouldBeProblemAsync(400, "invalid-query");
        await olga.Http.GetAsync($"operator/export.zip?chat={chat}&reason={new string('x', 201)}").ShouldBeProblemAsync(400, "invalid-query");
        await olga.Http.GetAsync($"operator/export.zip?chat={chat}&person=x&reason=why").ShouldBeProblemAsync(400, "invalid-query");
        await olga.Http.GetAsync("operator/export.zip?reason=why").ShouldBeProblemAsync(400, "invalid-query");
        await olga.Http.GetAsync("operator/export.zip?chat=999999&reason=why").ShouldBeProblemAsync(404, "chat-not-found");
        await olga.Http.GetAsync("operator/export.zip?person=nobody@example.org&reason=why").ShouldBeProblemAsync(404, "user-not-found");
        (await olga.GetAsync("operator/audit?action=exported")).GetProperty("entries").GetArrayLength().ShouldBe(0, "what was refused is none");

        using var answer = await olga.Http.GetAsync($"operator/export.zip?chat={chat}&reason=Matter%2017");
        (answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentDisposition!.DispositionType).ShouldBe(("application/zip", "attachment"));
        answer.Content.Headers.ContentDisposition.FileNameStar!.ShouldStartWith("Room ");
        using (var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync()))
            zip.Entries.ShouldContain(e => e.Name == "plan.txt");
        using (await olga.Http.GetAsync($"operator/export.zip?person={await ann.IdAsync()}&reason=asked%20for%20it")) { }

        var noted = (await olga.GetAsync("operator/audit?action=exported")).GetProperty("entries");
        noted.EnumerateArray().Select(e => (e.Text("subject"), e.Text("detail"))).ShouldBe([
            (ann.Email, "all of a person: asked for it"),
            ("Room", $"chat {chat}, of which they are no member: Matter 17"),
        ]);
    }

    [Fact]
    public async Task Where_the_settings_say_so_only_who_sits_at_the_machine_exports()
    {
        await using var server = await TestServer.StartAsync(("Exports:ByOperators", "false"));
        var olga = await server.UserAsync("olga");
        await olga.SendFileAsync(1, "plan.txt", "the plan");
        await olga.Http.GetAsync("operator/export.zip?chat=1&reason=why").ShouldBeProblemAsync(403, "not-allowed");

        var target = Path.Combine(server.Data, "files", "export.zip");
        string[] command = ["export", "--person", olga.Email, "--to", target];
        var run = await ProgramRun.ToEndAsync(command, new(StringComparer.Ordinal) { ["Data__Directory"] = server.Data });

        (run.ExitCode, run.Output.Trim()).ShouldBe((0, $"export to {target}: done; 1 messages, 1 files"));
        run.Errors.ShouldBe("");
        using (var zip = ZipFile.OpenRead(target))
            zip.Entries.ShouldContain(e => e.Name == "plan.txt");
        Modes.OpenToOthers(Path.GetDirectoryName(target)!).ShouldBeEmpty();
        var again = await ProgramRun.ToEndAsync(command, new(StringComparer.Ordinal) { ["Data__Directory"] = server.Data });
        (again.ExitCode, again.Output).ShouldBe((1, ""));
        again.Errors.Trim().ShouldEndWith($"{target} exists already.");
    }

    [Theory]
    [InlineData(true, "--chat", "1", "--to", "x.zip")]
    [InlineData(true, "--to", "x.zip", "--person", "a@b.c")]
    [InlineData(false)]
    [InlineData(false, "--chat", "1")]
    [InlineData(false, "--to", "x.zip")]
    [InlineData(false, "--chat", "1", "--person", "a@b.c")]
    [InlineData(false, "--chat", "--to", "--to", "x.zip")]
    [InlineData(false, "1", "--chat", "x.zip", "--to")]
    [InlineData(false, "--chat", "1", "--to", "x.zip", "y")]
    public void It_takes_a_chat_or_a_person_and_where_to(bool fits, params string[] arguments) => Command.Find("export")!.Takes(arguments).ShouldBe(fits);
}
