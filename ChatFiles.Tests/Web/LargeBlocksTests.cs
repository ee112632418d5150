using System.Buffers;
using ChatFiles.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web;

public sealed class LargeBlocksTests
{
    private readonly LargeBlocks _blocks = new(new SmallOnes());

    [Fact]
    public void Connections_get_the_large_ones_until_they_are_out_and_small_ones_then()
    {
        // One pool for each thread that looks after connections; the large ones are for all together.
        MemoryPool<byte>[] pools = [_blocks.Create(), _blocks.Create()];

        var first = Enumerable.Range(0, LargeBlocks.Most).Select(i => pools[i % 2].Rent(SmallOnes.Size)).ToList();
        using var next = pools[0].Rent(SmallOnes.Size);

        first.ShouldAllBe(block => block.Memory.Length == LargeBlocks.Size);
        next.Memory.Length.ShouldBe(SmallOnes.Size);
        first.ForEach(block => block.Dispose());
    }

    [Fact]
    public void A_large_one_that_came_back_is_given_again()
    {
        var pool = _blocks.Create();
        var all = Enumerable.Range(0, LargeBlocks.Most).Select(_ => pool.Rent()).ToList();
        all[7].Memory.Span[0] = 42;

        all[7].Dispose();

        pool.Rent().Memory.Span[0].ShouldBe((byte)42);
        pool.Rent().Memory.Length.ShouldBe(SmallOnes.Size);
    }

    [Fact]
    public void Nobody_is_told_of_more_than_there_always_is()
    {
        _blocks.Create().MaxBufferSize.ShouldBe(SmallOnes.Size);
    }

    [Fact]
    public void The_web_server_receives_into_them()
    {
        var builder = WebApplication.CreateBuilder();
        LargeBlocks.AddTo(builder.Services);
        using var provider = builder.Services.BuildServiceProvider();

        var pool = provider.GetRequiredService<IMemoryPoolFactory<byte>>().Create();

        pool.Rent(4096).Memory.Length.ShouldBe(LargeBlocks.Size);
        pool.MaxBufferSize.ShouldBe(4096);
    }

    private sealed class SmallOnes : MemoryPool<byte>, IMemoryPoolFactory<byte>
    {
        public const int Size = 4096;

        public override int MaxBufferSize => Size;

        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => new Block();

        protected override void Dispose(bool disposing) { }

        private sealed class Block : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = new byte[Size];

            public void Dispose() { }
        }
    }
}
