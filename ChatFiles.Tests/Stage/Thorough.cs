namespace ChatFiles.Tests.Stage;

/// <summary>How much is repeated: every test runs a short round by default, and all of it with ./test.sh --thorough.</summary>
internal static class Thorough
{
    public static readonly bool Is = Environment.GetEnvironmentVariable("CHATFILES_THOROUGH") == "1";

    public static int Rounds(int usual, int thorough) => Is ? thorough : usual;
}
