using System.Globalization;
using System.Text;

namespace ChatFiles.Web;

/// <summary>
/// Text for a line of a log or a terminal. Names, addresses and headers come from outside: a line break in one would
/// forge a line, an escape sequence would rule the terminal of whoever reads it, a bidirectional override would turn it.
/// </summary>
internal static class OneLine
{
    /// <summary>With <c>\n</c> for a line break and <c>\u001B</c> for any other character that is not seen as itself.</summary>
    public static string Of(string text) => Write(text, keepBreaks: false);

    /// <summary>The same for a text of our own that has lines, such as a stack trace.</summary>
    public static string KeepingBreaks(string text) => Write(text, keepBreaks: true);

    public static bool Fits(string text) => text.EnumerateRunes().All(IsSeen) && !text.Contains('\uFFFD');

    private static string Write(string text, bool keepBreaks)
    {
        if (Fits(text))
            return text;
        var line = new StringBuilder(text.Length + 16);
        foreach (var character in text.EnumerateRunes())
        {
            if (IsSeen(character) || keepBreaks && character.Value is '\n' or '\r' or '\t')
                line.Append(character);
            else
                line.Append(Escape(character.Value));
        }

        return line.ToString();
    }

    private static bool IsSeen(Rune character) =>
        Rune.GetUnicodeCategory(character)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate
            );

    private static string Escape(int character) =>
        character switch
        {
            '\n' => @"\n",
            '\r' => @"\r",
            '\t' => @"\t",
            <= 0xFFFF => string.Create(CultureInfo.InvariantCulture, $@"\u{character:X4}"),
            _ => string.Create(CultureInfo.InvariantCulture, $@"\U{character:X8}"),
        };
}
