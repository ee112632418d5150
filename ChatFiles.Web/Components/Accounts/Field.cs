namespace ChatFiles.Web.Components.Accounts;

/// <summary>What the browser has to know of a field in a form that works without a circuit.</summary>
internal static class Field
{
    /// <param name="hasFocus">From the first moment on. Written as an attribute, the kit would take it for its own, which needs a circuit.</param>
    public static Dictionary<string, object?> Of(string name, string autocomplete, bool hasFocus = false) =>
        new(StringComparer.Ordinal)
        {
            ["name"] = name,
            ["autocomplete"] = autocomplete,
            ["autofocus"] = hasFocus,
        };
}
