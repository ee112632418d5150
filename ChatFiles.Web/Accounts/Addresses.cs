using System.ComponentModel.DataAnnotations;

namespace ChatFiles.Web.Accounts;

/// <summary>E-mail addresses as accounts have them.</summary>
internal static class Addresses
{
    private const int MaxLength = 254; // RFC 5321, section 4.5.3.1.3

    public static bool IsOne(string address) =>
        address.Length <= MaxLength
        && new EmailAddressAttribute().IsValid(address)
        && !address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
        && IsUnicode(address);

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
