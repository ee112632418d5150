using System.Reflection;

namespace ChatFiles.Web;

internal static class ProgramVersion
{
    /// <summary>As <c>--version</c> and <c>/health/ready</c> say it.</summary>
    public static string Text { get; } = typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
