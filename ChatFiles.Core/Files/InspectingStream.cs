using System.Security.Cryptography;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>
/// Looks at a file's bytes on their way into the store: counts them against the limits, hashes them, checks that they
/// are what the name says and reads a picture's size. Whatever is wrong ends the reading at once.
/// </summary>
internal sealed class InspectingStream(Stream source, InspectionRules rules) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _head = new byte[FileTypes.HeadLength];
    private readonly TextCheck? _text = rules.Type.IsText ? new() : null;
    private readonly CharsetReader? _charset = rules.Type.IsText ? new() : null;
    private FileType? _type;
    private PictureSize? _picture;
    private int _headLength;

    /// <summary>So far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>What it is, once enough of it was read: not always what its name says.</summary>
    public FileType Type => _type ?? rules.Type;

    /// <summary>Pixels; null for what is no picture or does not say.</summary>
    public (int Width, int Height)? Picture => _picture?.Size;

    /// <summary>Once the end was reached; null for what is no text.</summary>
    public string? Charset => _charset?.End();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => BytesRead;
        set => throw new NotSupportedException();
    }

    /// <summary>Lower-case hex, once the end was reached.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <exception cref="UploadRefusedException">The file is not one that may be sent.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await source.ReadAsync(buffer, cancellationToken);
        BytesRead += count;
        var refusal = count == 0 ? Finish() : Inspect(buffer.Span[..count]);
        if (refusal is null && rules.Room is not null && count > 0)
            refusal = await rules.Room.UseAsync(count, cancellationToken);
        if (refusal is not null)
            throw new UploadRefusedException(refusal);
        if (count == 0)
            return 0;
        // Here and not beside the writing: to wake another thread for a block costs more than a third of hashing it.
        _hash.AppendData(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private Refusal? Inspect(ReadOnlySpan<byte> block)
    {
        if (BytesRead > rules.MaxBytes)
            return rules.TooLarge;
        if (_text?.Read(block) == false)
            return NotWhatItSays();
        _charset?.Read(block);
        if (_type is null)
            return Judge(block);
        _picture?.Read(block);
        return null;
    }

    private Refusal? Finish()
    {
        if (BytesRead == 0)
            return UploadPolicy.Empty(rules.FileName);
        if (_text?.End() == false)
            return NotWhatItSays();
        return _type is null ? Judge([]) : null;
    }

    /// <summary>Nothing but the end of the file is behind an empty block.</summary>
    private Refusal? Judge(ReadOnlySpan<byte> block)
    {
        var before = _headLength;
        var taken = Math.Min(_head.Length - before, block.Length);
        block[..taken].CopyTo(_head.AsSpan(before));
        _headLength += taken;
        var verdict = rules.Policy.Judge(rules.Type, _head.AsSpan(0, _headLength), isWhole: block.IsEmpty || _headLength == _head.Length);
        if (verdict.Fit == Fit.No)
            return NotWhatItSays();
        if (verdict.Type is null)
            return null;
        _type = verdict.Type;
        _picture = PictureSize.ReaderFor(_type);
        _picture?.Read(_head.AsSpan(0, before));
        _picture?.Read(block);
        return null;
    }

    private Refusal NotWhatItSays() => rules.Policy.NotWhatItSays(rules.FileName);
}

/// <summary>What a file is held against while it arrives.</summary>
/// <param name="MaxBytes">More than this is <paramref name="TooLarge"/>.</param>
/// <param name="Room">In the quotas; null when its bytes have theirs already.</param>
internal sealed record InspectionRules(
    UploadPolicy Policy,
    string FileName,
    FileType Type,
    long MaxBytes,
    Refusal TooLarge,
    UploadRoom? Room = null
);
