using ChatFiles.Core;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;

namespace ChatFiles.Web;

/// <summary>Exports by the command line, on the data folder, while the server runs or not.</summary>
internal static class ExportCommand
{
    private const string Chat = "--chat";
    private const string Person = "--person";
    private const string Target = "--to";

    /// <summary>Each is followed by its value.</summary>
    public static readonly string[] Options = [Chat, Person, Target];

    /// <summary>One of the two things to export, and where to.</summary>
    public static bool Fits(string[] arguments) =>
        arguments is [var first, _, var second, _] && (first is Chat or Person && second == Target || first == Target && second is Chat or Person)
        && !arguments.Where((_, i) => i % 2 == 1).Any(value => value.StartsWith('-'));

    public static async Task<string> RunAsync(IServiceProvider services, string[] arguments)
    {
        await services.OpenChatFilesAsync();
        var given = arguments.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var target = Path.GetFullPath(given[Target]);
        if (Path.Exists(target))
            throw new CommandRefusedException($"{target} exists already.");
        var exports = services.GetRequiredService<Exports>();
        var begun = given.TryGetValue(Chat, out var chat)
            ? await exports.OfChatAsync(Operator.AtTheMachine, Api.Requests.ParseId(chat), reason: null)
            : await exports.OfPersonAsync(Operator.AtTheMachine, given[Person], reason: null);
        if (!begun.Succeeded(out var export, out var refusal))
            throw new CommandRefusedException(refusal.Detail);
        using var ending = export;
        // Under its name only when it is whole.
        var partial = target + ".partial";
        // Another that is being written is not this one's to take away.
        var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write);
        try
        {
            ExportFigures figures;
            await using (file)
                figures = await export.WriteAsync(file, broken: () => { });
            File.Move(partial, target);
            return $"export to {target}: done; {figures.Messages} messages, {figures.Files} files{(figures.Missing > 0 ? $", {figures.Missing} missing, named in export.json" : "")}";
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }
}
