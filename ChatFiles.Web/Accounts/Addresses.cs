using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;

namespace ChatFiles.Web.Accounts;

/// <summary>E-mail addresses as accounts have them.</summary>
internal static class Addresses
{
    private const int MaxLength = 254; // RFC 5321, section 4.5.3.1.3

    /// <summary>Part of no address that is not in quotes, and where one of several ends in what people and programs write.</summary>
    private const string Special = "()<>[]:;,\\\"";

    /// <summary>Of a new account: nothing in it is unseen, so that it looks like no other.</summary>
    public static bool IsOne(string address) =>
        MayHaveAccount(address)
        && new EmailAddressAttribute().IsValid(address)
        && !address.EnumerateRunes().Any(rune => IsUnseen(rune) || Special.Contains(rune.ToString(), StringComparison.Ordinal));

    /// <summary>Whether somebody can be looked for by it: accounts from before may be called otherwise than new ones.</summary>
    public static bool MayHaveAccount(string address) => address.Length <= MaxLength && address.Contains('@') && IsUnicode(address);

    private static bool IsUnseen(Rune rune) =>
        Rune.IsWhiteSpace(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        // Fillers, the joiner of graphemes, selectors of a variant.
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x2800 or 0x3164 or 0xFFA0 or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);

    /// <summary>Else Identity fails at it: half a surrogate pair, or a code point that is no character.</summary>
    private static bool IsUnicode(string address)
    {
        try
        {
            // Written in one way only: two that look the same are one.
            return address.IsNormalized() && address.Normalize().Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
