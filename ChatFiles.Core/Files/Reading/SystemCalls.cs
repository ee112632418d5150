using System.Runtime.InteropServices;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// Takes from the process the calls that reach out: the network, other processes, new processes. By a filter of the kernel's
/// (https://docs.kernel.org/userspace-api/seccomp_filter.html) on the two kinds of processor that have one here.
/// </summary>
internal static partial class SystemCalls
{
    private const int SetFilter = 22; // PR_SET_SECCOMP
    private const nint ByProgram = 2; // SECCOMP_MODE_FILTER

    private const uint Allowed = 0x7FFF0000;
    private const uint Killed = 0x80000000;
    private const uint NotPermitted = 0x00050000 | 1; // EPERM
    private const uint NotThere = 0x00050000 | 38; // ENOSYS: what asks takes the older call

    private const uint Thread = 0x00010000; // CLONE_THREAD

    /// <summary>By processor: what it calls itself, the numbers of what is refused, and of what it may do to itself alone (tgkill, by which the runtime stops its own threads, prlimit64, sched_setaffinity); the newest calls have one number everywhere.</summary>
    private static readonly Dictionary<Architecture, (uint Name, uint Clone, uint[] Refused, uint[] OnItself)> Processors = new()
    {
        // socket, fork, vfork, kill, ptrace, process_vm_readv, process_vm_writev, tkill, rt_sigqueueinfo, rt_tgsigqueueinfo
        [Architecture.X64] = (0xC000003E, 56, [41, 57, 58, 62, 101, 310, 311, 200, 129, 297], [234, 302, 203]),
        [Architecture.Arm64] = (0xC00000B7, 220, [198, 129, 117, 270, 271, 130, 138, 240], [131, 261, 122]),
    };

    private static readonly uint[] NewerRefused = [424 /* pidfd_send_signal */, 425 /* io_uring_setup */];

    private const uint NewerClone = 435;

    public static void Restrict()
    {
        if (!Processors.TryGetValue(RuntimeInformation.ProcessArchitecture, out var processor))
            return;
        List<Step> steps =
        [
            Load(4), // the processor
            Equal(processor.Name, then: 1, otherwise: 0),
            Answer(Killed),
            Load(0), // the call's number
            new Step(0x35, 0, 1, 0x40000000), // x32's calls have numbers from here on
            Answer(Killed),
            Equal(NewerClone, then: 0, otherwise: 1),
            Answer(NotThere),
        ];
        foreach (var refused in processor.Refused.Concat(NewerRefused))
            steps.AddRange([Equal(refused, then: 0, otherwise: 1), Answer(NotPermitted)]);
        foreach (var call in processor.OnItself)
            steps.AddRange([
                Equal(call, then: 0, otherwise: 5),
                Load(16), // its first argument: whom it is done to
                Equal(0, then: 2, otherwise: 0),
                Equal((uint)Environment.ProcessId, then: 1, otherwise: 0),
                Answer(NotPermitted),
                Answer(Allowed),
            ]);
        steps.AddRange([
            Equal(processor.Clone, then: 0, otherwise: 3),
            Load(16), // its first argument: what is begun
            new Step(0x45, 1, 0, Thread), // whether that bit is set
            Answer(NotPermitted),
            Answer(Allowed),
        ]);
        unsafe
        {
            fixed (Step* first = steps.ToArray())
            {
                var program = new Filter { Length = (ushort)steps.Count, Steps = first };
                _ = Confinement.ProcessControl(SetFilter, ByProgram, (nint)(&program), 0, 0);
            }
        }
    }

    private static Step Load(uint offset) => new(0x20, 0, 0, offset);

    private static Step Equal(uint value, byte then, byte otherwise) => new(0x15, then, otherwise, value);

    private static Step Answer(uint answer) => new(0x06, 0, 0, answer);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Step(ushort Code, byte Then, byte Otherwise, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Filter
    {
        public ushort Length;
        public Step* Steps;
    }
}
