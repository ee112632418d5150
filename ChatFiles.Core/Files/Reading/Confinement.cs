using System.Runtime.InteropServices;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// What a process that reads a file takes from itself before it becomes the program that does: processor time, memory, the
/// writing of files, and where the kernel can, all files but those of programs and the one it reads (Landlock), the
/// network, other processes and the making of new ones (seccomp). All of it is for good, and outlives the change.
/// It becomes another program rather than going on, since some of it only counts for threads that are begun afterwards.
/// </summary>
internal static partial class Confinement
{
    /// <summary>Behind everything else, but not so far that a busy machine keeps it from its work: a third of others' share.</summary>
    private const int PriorityOfBackground = 5;

    /// <summary>Seconds over the time that it has; then it ends even when nobody is left to end it.</summary>
    private const uint Grace = 5;

    public static bool IsKnown => OperatingSystem.IsLinux();

    /// <summary>Returns only when it could not.</summary>
    /// <param name="seconds">Of the processor; by the clock <see cref="BoundedProcess.Patience"/> times as many.</param>
    public static int Become(uint seconds, string input, string program, string[] arguments)
    {
        LetTheKernelEndItFirst();
        _ = Alarm((seconds * BoundedProcess.Patience) + Grace);
        _ = SetPriority(0, 0, PriorityOfBackground);
        // What writes a file is told that it can't; else it would be ended.
        _ = Heed(FileTooLarge, Ignore);
        var isLimited =
            Limit(Resource.CpuSeconds, seconds)
            && Limit(Resource.DataBytes, BoundedProcess.MaxMemory)
            && Limit(Resource.CoreBytes, 0)
            && Limit(Resource.FileBytes, 0);
        // What somebody forgot to close in the server is closed here.
        _ = SystemCall(CloseRange, 3, int.MaxValue, CloseOnExec, 0);
        var mayGainNothing = ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0) == 0;
        if (!isLimited || !mayGainNothing)
            return ReadingChild.NotStarted;
        Landlock.Restrict(input, program);
        SystemCalls.Restrict();
        _ = Execute(program, [program, .. arguments, null]);
        return ReadingChild.NotStarted;
    }

    /// <summary>When a machine has no memory left, it takes this process and not the server.</summary>
    private static void LetTheKernelEndItFirst()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Then it takes whom it takes.
        }
    }

    private const long CloseRange = 436;
    private const nint CloseOnExec = 4;
    private const int SetNoNewPrivileges = 38;
    private const int FileTooLarge = 25; // SIGXFSZ
    private const nint Ignore = 1;

    private enum Resource
    {
        CpuSeconds = 0,
        FileBytes = 1,
        DataBytes = 2,
        CoreBytes = 4,
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limits(ulong Now, ulong AtMost);

    private static bool Limit(Resource resource, ulong value) => SetLimit(resource, new Limits(value, value)) == 0;

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(Resource resource, in Limits limits);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Heed(int signal, nint how);

    [LibraryImport("libc", EntryPoint = "alarm")]
    private static partial uint Alarm(uint seconds);

    [LibraryImport("libc", EntryPoint = "prctl")]
    internal static partial int ProcessControl(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments);

    [LibraryImport("libc", EntryPoint = "syscall")]
    internal static partial long SystemCall(long number, nint first, nint second, nint third, nint fourth);
}
