using System.Text;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>A real clamd looks at what is shared.</summary>
public sealed class ScanningFiles
{
    [Fact]
    public async Task A_file_with_a_virus_stays_behind_with_its_reason_and_so_does_one_that_the_scanner_never_takes()
    {
        await using var clamd = new Clamd();
        await clamd.InitializeAsync();
        await Site.PlayAloneAsync(
            async scene =>
            {
                var (ann, ben, chat) = await scene.TwoInAChatAsync();
                var (clean, bad) = (SampleFile.Text("clean.txt", "all is well\n"), SampleFile.Text("bad.txt", $"It says {Clamd.Virus}.\n"));
                var large = SampleFile.Text("large.txt", new StringBuilder().Insert(0, "a long line\n", Clamd.MaxBytes / 6).ToString());

                await ann.AttachAsync(clean, bad, large);
                await ann.MessageBox.FillAsync("What came from outside");
                await ann.SendAsync();

                await ben.SeesAsync("What came from outside");
                await Expect(ben.Attachment(clean.Name)).ToBeVisibleAsync();
                await Expect(ann.Alert.Filter(new() { HasText = $"“{bad.Name}”" })).ToContainTextAsync($"The virus scanner found “{Clamd.Finding}");
                await Expect(ann.Alert.Filter(new() { HasText = $"“{large.Name}”" })).ToContainTextAsync("is more than the virus scanner takes");
                await Expect(ann.Button($"Retry {large.Name}")).ToBeVisibleAsync();
                (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem().Attachments.ShouldHaveSingleItem().FileName.ShouldBe(clean.Name);
            },
            settings: [new("Scanning__ClamAv", clamd.Socket)]
        );
    }
}
