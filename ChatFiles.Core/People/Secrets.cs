using System.Security.Cryptography;
using System.Text;

namespace ChatFiles.Core.People;

/// <summary>
/// What opens an account to whoever has it: made at random, shown once, kept as a hash. It is long enough that its hash
/// needs no salt and no slowness.
/// </summary>
internal static class Secrets
{
    private const int Bytes = 32;

    public static string New() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Lower-case hex.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
