using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace ChatFiles.Web;

/// <summary>
/// What arrives is received into blocks of 64 KiB where the web server's own have 4: a large upload takes a quarter less
/// processor time. There are <see cref="Most"/> of them for everybody together, 4 MiB; once they are out, as when many
/// connections send a byte each and no more, the next one gets the small ones.
/// </summary>
internal sealed class LargeBlocks(IMemoryPoolFactory<byte> small) : IMemoryPoolFactory<byte>
{
    internal const int Size = 64 * 1024;
    internal const int Most = 64;

    private readonly Lock _lock = new();
    private readonly Stack<Block> _free = new(Most);
    private int _made;

    /// <summary>Around the server's own, which is there already.</summary>
    public static void AddTo(IServiceCollection services)
    {
        var own = services.Last(service => service.ServiceType == typeof(IMemoryPoolFactory<byte>));
        services.AddSingleton<IMemoryPoolFactory<byte>>(provider => new LargeBlocks((IMemoryPoolFactory<byte>)own.ImplementationFactory!(provider)));
    }

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool(this, small.Create(options));

    /// <summary>The last one that came back, which the processor still knows; null where all are out.</summary>
    private Block? Take()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var block))
                return block;
            if (_made == Most)
                return null;
            _made++;
        }

        return new Block(this);
    }

    private void GiveBack(Block block)
    {
        lock (_lock)
            _free.Push(block);
    }

    private sealed class Pool(LargeBlocks large, MemoryPool<byte> small) : MemoryPool<byte>
    {
        /// <summary>Nobody is to ask for more than there always is.</summary>
        public override int MaxBufferSize => small.MaxBufferSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
            minBufferSize <= small.MaxBufferSize && large.Take() is { } block ? block : small.Rent(minBufferSize);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                small.Dispose();
        }
    }

    private sealed class Block(LargeBlocks large) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(Size, pinned: true), 0, Size);

        public void Dispose() => large.GiveBack(this);
    }
}
