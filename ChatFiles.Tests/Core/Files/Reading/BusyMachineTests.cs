using ChatFiles.Core.Files.Reading;
using ChatFiles.Tests.Stage;
using ChatFiles.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatFiles.Tests.Core.Files.Reading;

public sealed class BusyMachineTests
{
    /// <summary>A process that sleeps stands for one that others keep from its work.</summary>
    [Fact]
    public async Task That_the_time_is_over_says_nothing_about_a_file_whose_process_had_next_to_nothing_of_it()
    {
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-");
        using var reader = new FileReader(folder.FullName, StartUp.FindProgram(), TimeProvider.System, NullLogger<FileReader>.Instance) { MaxTime = TimeSpan.FromSeconds(4) };
        using var content = new MemoryStream([1, 2, 3]);

        var reading = await reader.RunAsync(_ => new ProgramItself("/bin/sleep", "60"), content, maxOutput: 10, CancellationToken.None);

        (reading.Outcome, reading.WasCutShort).ShouldBe((ReadingOutcome.OutOfBounds, true));
        Should.Throw<ReadingCutShortException>(reading.ThrowIfCutShort);
        folder.EnumerateFiles().ShouldBeEmpty();
        folder.Delete();
    }
}
