namespace ChatFiles.Web.Api;

/// <summary>Comma-separated values (RFC 4180), as they are written for spreadsheets.</summary>
internal static class Csv
{
    /// <summary>A line with its end.</summary>
    public static string LineOf(params string?[] values) => string.Join(',', values.Select(Quoted)) + "\r\n";

    /// <summary>A file may be called “=cmd()”: what a spreadsheet would take for a formula is made text.</summary>
    private static string Quoted(string? value)
    {
        var text = value ?? "";
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
