using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace ChatFiles.Tests.Stage;

/// <summary>
/// bunit asks for AngleSharp.Diffing 1.1.1, which the feed does not hold; the 0.17.0 beside the tests has all it calls.
/// Delete this on the day the feed holds the newer one.
/// </summary>
internal static class AngleSharpDiffing
{
    [ModuleInitializer]
    internal static void AnswerWithTheOneAtHand() =>
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            name.Name == "AngleSharp.Diffing"
                ? context.LoadFromAssemblyPath(Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "AngleSharp.Diffing.dll"))
                : null;
}
