using System.Globalization;
using System.Text;

namespace ChatFiles.Core.Model;

/// <summary>
/// What somebody may be called. A name must not be taken for an address, nor for somebody else's name: people are added
/// to chats by either.
/// </summary>
public static class DisplayNames
{
    /// <summary>The @, and what becomes one by compatibility: full-width and small.</summary>
    private const string AtSigns = "@\uFF20\uFE6B";

    /// <summary>Where nothing of an address can be shown.</summary>
    private const string Fallback = "Person";

    /// <summary>Whether a text is an address, or means to look like one.</summary>
    public static bool LooksLikeAddress(string text) => text.AsSpan().ContainsAny(AtSigns);

    /// <summary>The name as it is kept and shown, or why it can't be one.</summary>
    public static Result<string> Clean(string? name)
    {
        if (name is null || !name.IsText() || name.Any(char.IsControl))
            return Invalid("A name is a text without control characters.");
        if (LooksLikeAddress(name))
            return Invalid("A name has no @ in it, so that it is not taken for an address.");
        if (Texts.Tidy(name, keepsJoinedEmoji: true)?.Trim() is not { } tidy)
            return Invalid("This name is not valid Unicode.");
        if (tidy.Length is 0 or > Chat.MaxNameLength || KeyOf(tidy).Length == 0)
            return Invalid($"A name has 1 to {Chat.MaxNameLength} characters, and some of them can be seen.");
        return tidy;
    }

    /// <summary>What a new account is called at first: as much of the part of its address before the @ as can be a name.</summary>
    public static string Of(string address)
    {
        var at = address.AsSpan().IndexOfAny(AtSigns);
        var part = string.Concat((at < 0 ? address : address[..at]).Where(c => !char.IsControl(c)));
        return Clean(Shorten(part, Chat.MaxNameLength)).Succeeded(out var name, out _) ? name : Fallback;
    }

    /// <summary>
    /// The same for two names that people take for the same: after NFKC, without case, accents and blanks. Nobody has a
    /// name whose key is somebody else's.
    /// </summary>
    public static string KeyOf(string name)
    {
        try
        {
            name = name.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Normalize(NormalizationForm.FormKD);
        }
        catch (ArgumentException)
        {
            // Code points that are no characters: such a name, of before there were rules, is compared as it stands.
        }

        return string.Concat(name.EnumerateRunes().Where(rune => !Rune.IsWhiteSpace(rune) && !Texts.IsUnseen(rune)));
    }

    /// <summary>The name, with a number behind it where it is taken.</summary>
    internal static async Task<string> FindFreeAsync(string name, Func<string, Task<bool>> isTaken)
    {
        if (!await isTaken(KeyOf(name)))
            return name;
        // Any number will do that is free: found by doubling and halving, because thousands may have wanted the same name.
        var (taken, free) = (1, 2);
        while (await isTaken(KeyOf(Numbered(name, free))))
            (taken, free) = (free, free * 2);
        while (free - taken > 1)
        {
            var middle = taken + ((free - taken) / 2);
            if (await isTaken(KeyOf(Numbered(name, middle))))
                taken = middle;
            else
                free = middle;
        }

        return Numbered(name, free);
    }

    /// <summary>For names of before there were rules: the next of them as it may be, which nobody before had.</summary>
    internal static string TakeFree(string name, ISet<string> taken)
    {
        var free = FindFreeAsync(Of(name), key => Task.FromResult(taken.Contains(key))).Result;
        taken.Add(KeyOf(free));
        return free;
    }

    private static string Numbered(string name, int number)
    {
        var behind = string.Create(CultureInfo.InvariantCulture, $" {number}");
        return Shorten(name, Chat.MaxNameLength - behind.Length).TrimEnd() + behind;
    }

    private static string Shorten(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    private static Refusal Invalid(string detail) => new(RefusalReason.InvalidName, detail);
}
