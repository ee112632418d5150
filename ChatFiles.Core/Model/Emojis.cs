using System.Collections.Frozen;
using System.Text.Json;

namespace ChatFiles.Core.Model;

/// <summary>
/// The emoji that there are: Unicode's list of those recommended for general interchange, with all skin tones. It is read from
/// <c>wwwroot/emoji.json</c>, which browsers read too; what the machine's own tables know does not matter.
/// </summary>
public static class Emojis
{
    /// <summary>UTF-16 units; more than the longest has, with and without what is not compared.</summary>
    private const int MaxLength = 40;

    /// <summary>Says that what stands before it is to be drawn in colours; people and programs leave it out where it is not needed.</summary>
    private const string Variation = "\uFE0F";

    private static readonly Lazy<FrozenDictionary<string, string>> All = new(Read);

    /// <summary>The emoji that the text is, as the list spells it; null: it is not one, or not only.</summary>
    public static string? Find(string text) => text.Length <= MaxLength ? All.Value.GetValueOrDefault(KeyOf(text)) : null;

    private static string KeyOf(string emoji) => emoji.Replace(Variation, "", StringComparison.Ordinal);

    private static FrozenDictionary<string, string> Read()
    {
        using var stream = typeof(Emojis).Assembly.GetManifestResourceStream("emoji.json")!;
        using var list = JsonDocument.Parse(stream);
        // Each is [emoji, name, keywords, group, its skin tones].
        return list
            .RootElement.GetProperty("emoji")
            .EnumerateArray()
            .SelectMany(row => row.GetArrayLength() > 4 ? row[4].GetString()!.Split(' ').Prepend(row[0].GetString()!) : [row[0].GetString()!])
            .ToFrozenDictionary(KeyOf, StringComparer.Ordinal);
    }
}
