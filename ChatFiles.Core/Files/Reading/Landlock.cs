using System.Runtime.InteropServices;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// Takes from the process all files but those that its program consists of and the one that it is to read
/// (https://docs.kernel.org/userspace-api/landlock.html). Older kernels don't know it; the other bounds hold there.
/// </summary>
internal static partial class Landlock
{
    private const long CreateRuleset = 444;
    private const long AddRule = 445;
    private const long RestrictSelf = 446;
    private const nint AskForVersion = 1;
    private const nint BelowPath = 1;
    private const int PathOnly = 0x200000 | 0x80000; // O_PATH | O_CLOEXEC

    [Flags]
    private enum Access : ulong
    {
        Execute = 1 << 0,
        ReadFile = 1 << 2,
        ReadFolder = 1 << 3,
    }

    /// <summary>By version: all that the kernel can take from a process in the file system.</summary>
    private static ulong AllAccess(long version) =>
        version switch
        {
            1 => (1UL << 13) - 1,
            2 => (1UL << 14) - 1,
            3 or 4 => (1UL << 15) - 1,
            _ => (1UL << 16) - 1,
        };

    /// <summary>Where libraries, fonts and what the runtime asks about the machine lie; none of it is anybody's.</summary>
    private static readonly string[] Public =
    [
        "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/local/lib", "/nix/store",
        "/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/fontconfig", "/usr/share/poppler", "/usr/share/ghostscript", "/etc/fonts", "/var/cache/fontconfig",
        "/etc/ld.so.cache", "/etc/ld-musl-x86_64.path", "/etc/ld-musl-aarch64.path",
        "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random",
        "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/fs/cgroup", "/sys/devices/system",
    ];

    /// <summary>What of a program's folder is the program; its settings and its data may lie there too.</summary>
    private static readonly string[] OfProgram = [".dll", ".so", ".deps.json", ".runtimeconfig.json"];

    /// <summary>0: the kernel has none.</summary>
    public static long Version => OperatingSystem.IsLinux() ? Math.Max(0, Confinement.SystemCall(CreateRuleset, 0, 0, AskForVersion, 0)) : 0;

    public static void Restrict(string input, string program)
    {
        var version = Version;
        if (version == 0)
            return;
        var ruleset = Create(version);
        if (ruleset < 0)
            return;
        foreach (var path in Public)
            Allow(ruleset, path, Access.Execute | Access.ReadFile | Access.ReadFolder);
        foreach (var path in Runtime().Append(program))
            Allow(ruleset, path, Access.Execute | Access.ReadFile | Access.ReadFolder);
        foreach (var path in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(path => OfProgram.Any(path.EndsWith)))
            Allow(ruleset, path, Access.ReadFile);
        Allow(ruleset, Path.Combine(AppContext.BaseDirectory, "runtimes"), Access.ReadFile | Access.ReadFolder);
        Allow(ruleset, input, Access.ReadFile);
        _ = Confinement.SystemCall(RestrictSelf, ruleset, 0, 0, 0);
    }

    /// <summary>Where the runtime lies by itself; a program that brought its own has it among its files.</summary>
    private static IEnumerable<string> Runtime()
    {
        var runtime = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory());
        if (runtime.Parent?.Parent is { Name: "shared", Parent: { } root })
            yield return root.FullName;
    }

    private static int Create(long version)
    {
        var handled = new Ruleset
        {
            Files = AllAccess(version),
            Network = 3, // binding and connecting
            Scoped = 3, // abstract sockets, signals
        };
        nint size = version switch
        {
            < 4 => 8,
            < 6 => 16,
            _ => 24,
        };
        return (int)CreateFrom(CreateRuleset, handled, size, 0);
    }

    private static void Allow(int ruleset, string path, Access access)
    {
        var handle = Open(path, PathOnly);
        if (handle < 0)
            return;
        // A file takes nothing that is about folders.
        var allowed = Directory.Exists(path) ? access : access & ~Access.ReadFolder;
        _ = AddFrom(AddRule, ruleset, BelowPath, new PathBelow { Allowed = allowed, Handle = handle }, 0);
        _ = Close(handle);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Ruleset
    {
        public ulong Files;
        public ulong Network;
        public ulong Scoped;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathBelow
    {
        public Access Allowed;
        public int Handle;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long CreateFrom(long number, in Ruleset ruleset, nint size, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long AddFrom(long number, nint ruleset, nint type, in PathBelow rule, nint flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
