using System.Security.Cryptography;

namespace ChatFiles.E2E.Stage;

/// <summary>Names that no other test uses; letters only, so that a figure beside one is no part of it.</summary>
internal static class Names
{
    public const string Password = "Correct-horse-1";

    public static string Unique(string start) => $"{start} {RandomNumberGenerator.GetString("bcdfghjkmnpqrstvwxyz", 6)}";

    public static string Address(string person) => $"{person.Replace(' ', '.')}@example.com";
}
