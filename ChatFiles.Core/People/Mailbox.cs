namespace ChatFiles.Core.People;

/// <summary>
/// Whose mailbox an address is. Accounts are found by an address in capitals, and in these some letters that are not of ASCII
/// are one (σ and ς, µ and μ), as no mail server takes them.
/// </summary>
public static class Mailbox
{
    /// <summary>The same for addresses of one mailbox, with no case but in ASCII.</summary>
    public static string KeyOf(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return string.Create(address.Length, address, (key, text) =>
        {
            for (var i = 0; i < key.Length; i++)
                key[i] = char.IsAscii(text[i]) ? char.ToLowerInvariant(text[i]) : text[i];
        });
    }

    public static bool AreSame(string one, string other) => KeyOf(one) == KeyOf(other);
}
