using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Files;

/// <summary>Which senders are too slow; the time is the test's.</summary>
public sealed class PacedStreamTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(0, 30)]
    [InlineData(1023, 30)]
    [InlineData(1024, null)]
    [InlineData(1_000_000, null)]
    public async Task Who_brings_less_than_1_KiB_a_second_for_30_seconds_is_ended(int bytesPerSecond, int? endsAfter)
    {
        (await SecondsUntilTooSlowAsync(_ => bytesPerSecond, atMost: 200)).ShouldBe(endsAfter);
    }

    [Fact]
    public async Task What_came_before_is_no_credit_for_silence() =>
        (await SecondsUntilTooSlowAsync(second => second < 100 ? 10_000_000 : 0, atMost: 200)).ShouldBe(130);

    [Fact]
    public async Task A_second_of_long_ago_does_not_count_for_the_one_that_takes_its_place() =>
        (await SecondsUntilTooSlowAsync(second => second == 0 ? 31 * 1024 : 1, atMost: 200)).ShouldBe(31);

    [Fact]
    public async Task Bytes_in_fits_and_starts_count_together() =>
        (await SecondsUntilTooSlowAsync(second => second % 25 == 0 ? 31 * 1024 : 0, atMost: 200)).ShouldBeNull();

    [Fact]
    public async Task The_time_that_the_reader_takes_is_not_the_senders()
    {
        await using var sender = new Sender();
        await using var paced = new PacedStream(sender, _time);
        for (var i = 0; i < 5; i++)
        {
            var reading = paced.ReadAsync(new byte[10]).AsTask();
            sender.Bring(1);
            (await reading).ShouldBe(1);
            _time.Advance(TimeSpan.FromMinutes(5));
        }
    }

    [Fact]
    public async Task Giving_up_is_not_slowness()
    {
        await using var paced = new PacedStream(new Sender(), _time);
        using var givingUp = new CancellationTokenSource();
        var reading = paced.ReadAsync(new byte[10], givingUp.Token);
        await givingUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await reading);
    }

    /// <summary>Null when the sender is still read from at the end.</summary>
    private async Task<int?> SecondsUntilTooSlowAsync(Func<int, int> bytesInSecond, int atMost)
    {
        await using var sender = new Sender();
        await using var paced = new PacedStream(sender, _time);
        var buffer = new byte[1024 * 1024];
        var reading = paced.ReadAsync(buffer).AsTask();
        for (var second = 0; second < atMost; second++)
        {
            for (var bytes = bytesInSecond(second); bytes > 0; bytes -= buffer.Length)
            {
                sender.Bring(Math.Min(bytes, buffer.Length));
                await reading;
                reading = paced.ReadAsync(buffer).AsTask();
            }

            _time.Advance(TimeSpan.FromSeconds(1));
            if (!sender.GaveUp)
                continue;
            var refusal = (await Should.ThrowAsync<UploadRefusedException>(reading)).Refusal;
            refusal.Reason.ShouldBe(RefusalReason.UploadTooSlow);
            refusal.Detail.ShouldContain("1 KiB a second has arrived for 30 seconds");
            return second + 1;
        }

        return null;
    }

    /// <summary>Each read waits until something is brought.</summary>
    private sealed class Sender : Stream
    {
        private TaskCompletionSource<int> _next = new();

        public bool GaveUp { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Bring(int bytes) => _next.SetResult(bytes);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await using var givingUp = cancellationToken.Register(() =>
            {
                GaveUp = true;
                _next.TrySetCanceled(cancellationToken);
            });
            var count = await _next.Task;
            _next = new();
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
