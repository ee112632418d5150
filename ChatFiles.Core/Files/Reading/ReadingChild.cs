using System.Globalization;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// The program as the process that reads one file: it knows no settings, no database and no secrets, writes what it made of
/// the file to its output and ends. It is called by <see cref="FileReader"/> alone.
/// </summary>
public static class ReadingChild
{
    internal const string BoundWord = "bounded";
    internal const string ReadWord = "read-file";

    internal const int Done = 0;
    internal const int Nothing = 3;
    internal const int Failed = 4;
    internal const int OutOfMemory = 5;
    internal const int NotStarted = 6;

    /// <summary>Null: nothing can be made of it.</summary>
    private delegate byte[]? Read(string contentType, FileStream file);

    /// <summary>What can be made of files, and by whom.</summary>
    private static readonly Dictionary<string, Read> Readers = new(StringComparer.Ordinal)
    {
        [nameof(ReadingKind.Text)] = FileText.Read,
        [nameof(ReadingKind.Picture)] = PictureReader.Read,
    };

    /// <summary>Whether the program was started to be that process; it has done its work then.</summary>
    public static bool Runs(string[] arguments, out int exitCode)
    {
        exitCode = arguments switch
        {
            [BoundWord, var time, var input, var program, .. var others] when uint.TryParse(time, CultureInfo.InvariantCulture, out var seconds) =>
                Confinement.Become(seconds, input, program, others),
            [ReadWord, var kind, var contentType, var input] => ReadFile(kind, contentType, input),
            _ => -1,
        };
        return exitCode >= 0;
    }

    private static int ReadFile(string kind, string contentType, string input)
    {
        try
        {
            using var file = new FileStream(input, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!Readers.TryGetValue(kind, out var read) || read(contentType, file) is not { } made)
                return Nothing;
            using var output = Console.OpenStandardOutput();
            output.Write(made);
            return Done;
        }
        catch (OutOfMemoryException)
        {
            return OutOfMemory;
        }
        // Whatever a file can lead a reader to, it ends here.
        catch (Exception failure)
        {
            Console.Error.WriteLine(failure);
            return Failed;
        }
    }
}
