using System.Buffers.Binary;
using System.IO.Compression;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// The rows of a PNG one after another, as red, green, blue and alpha of 8 bits each: for one that is too large to be in
/// memory as a whole, which is what Skia would have it in (https://www.w3.org/TR/png-3/).
/// </summary>
internal sealed class PngRows : IDisposable
{
    private const int Palette = 3;

    private readonly Stream _rows;
    private readonly int _depth;
    private readonly int _color;
    private readonly byte[] _palette = new byte[256 * 4];
    private readonly int _step;
    private byte[] _row;
    private byte[] _before;

    private PngRows(Stream file, ReadOnlySpan<byte> header)
    {
        (Width, Height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        (_depth, _color) = (header[8], header[9]);
        var bits = _depth * Samples;
        _step = Math.Max(1, bits / 8);
        var length = checked((int)(((long)Width * bits + 7) / 8));
        (_row, _before) = (new byte[length], new byte[length]);
        Array.Fill(_palette, byte.MaxValue);
        _rows = new ZLibStream(new Chunks(file, this), CompressionMode.Decompress);
    }

    public int Width { get; }

    public int Height { get; }

    private int Samples => _color switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>Null: it is none, or one whose rows are not in their order.</summary>
    public static PngRows? Open(Stream file)
    {
        var head = new byte[33];
        file.Position = 0;
        file.ReadExactly(head);
        var header = head.AsSpan(16, 13);
        var isOne = head.AsSpan(12, 4).SequenceEqual("IHDR"u8) && header[8] is 1 or 2 or 4 or 8 or 16 && header[9] is 0 or 2 or 3 or 4 or 6;
        return isOne && header[12] == 0 ? new PngRows(file, header) : null;
    }

    /// <summary>False: there are no more.</summary>
    /// <param name="target">Four bytes for each pixel of a row; alpha is multiplied in. Empty: the row is passed over.</param>
    /// <param name="factor">Of so many pixels in a row</param>
    /// <param name="step">only the first of so many is put there each time.</param>
    public bool Read(Span<byte> target, int factor = 1, int step = 1)
    {
        (_row, _before) = (_before, _row);
        var filter = _rows.ReadByte();
        if (filter < 0 || _rows.ReadAtLeast(_row, _row.Length, throwOnEndOfStream: false) < _row.Length)
            return false;
        Unfilter(filter);
        for (var block = 0; block < Width && !target.IsEmpty; block += factor)
        {
            for (var x = block; x < Math.Min(Width, block + factor); x += step)
                Put(x, target.Slice(4 * x, 4));
        }

        return true;
    }

    public void Dispose() => _rows.Dispose();

    private void Put(int x, Span<byte> pixel)
    {
        switch (_color)
        {
            case Palette:
                _palette.AsSpan(4 * Sample(x), 4).CopyTo(pixel);
                break;
            case 0 or 4:
                pixel[..3].Fill(_depth >= 8 ? (byte)Sample(x * Samples) : (byte)(Sample(x) * 255 / ((1 << _depth) - 1)));
                pixel[3] = _color == 4 ? (byte)Sample(2 * x + 1) : byte.MaxValue;
                break;
            default:
                for (var i = 0; i < 3; i++)
                    pixel[i] = (byte)Sample(Samples * x + i);
                pixel[3] = _color == 6 ? (byte)Sample(4 * x + 3) : byte.MaxValue;
                break;
        }

        if (pixel[3] == byte.MaxValue)
            return;
        for (var i = 0; i < 3; i++)
            pixel[i] = (byte)(pixel[i] * pixel[3] / 255);
    }

    /// <summary>Of 16 bits the upper ones.</summary>
    private int Sample(int i) =>
        _depth switch
        {
            16 => _row[2 * i],
            8 => _row[i],
            _ => _row[i * _depth / 8] >> 8 - _depth - i * _depth % 8 & (1 << _depth) - 1,
        };

    private void Unfilter(int filter)
    {
        for (var i = 0; i < _row.Length; i++)
        {
            var (left, above) = (i < _step ? (byte)0 : _row[i - _step], _before[i]);
            _row[i] += filter switch
            {
                1 => left,
                2 => above,
                3 => (byte)((left + above) / 2),
                4 => Paeth(left, above, i < _step ? (byte)0 : _before[i - _step]),
                _ => 0,
            };
        }
    }

    private static byte Paeth(byte left, byte above, byte corner)
    {
        var guess = left + above - corner;
        var (byLeft, byAbove, byCorner) = (Math.Abs(guess - left), Math.Abs(guess - above), Math.Abs(guess - corner));
        if (byLeft <= byAbove && byLeft <= byCorner)
            return left;
        return byAbove <= byCorner ? above : corner;
    }

    private void Learn(string chunk, ReadOnlySpan<byte> content)
    {
        if (chunk == "PLTE")
        {
            for (var i = 0; i < content.Length / 3; i++)
                content.Slice(3 * i, 3).CopyTo(_palette.AsSpan(4 * i));
        }
        else if (chunk == "tRNS" && _color == Palette)
        {
            for (var i = 0; i < content.Length; i++)
                _palette[4 * i + 3] = content[i];
        }
    }

    /// <summary>What all chunks with pixels hold; the others are read on the way to them.</summary>
    private sealed class Chunks(Stream file, PngRows rows) : Stream
    {
        private const int ChecksumLength = 4;
        private const int MaxOther = 3 * 256;

        private long _left;
        private bool _hasBegun;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            while (_left == 0)
            {
                if (_hasBegun)
                    file.Position += ChecksumLength;
                if (!FindNext())
                    return 0;
            }

            var read = file.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            _left -= read;
            return read;
        }

        private bool FindNext()
        {
            Span<byte> head = stackalloc byte[8];
            while (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
            {
                var length = BinaryPrimitives.ReadUInt32BigEndian(head);
                var name = System.Text.Encoding.ASCII.GetString(head[4..]);
                if (name == "IDAT")
                {
                    (_left, _hasBegun) = (length, true);
                    return true;
                }

                if (name == "IEND")
                    return false;
                if (length <= MaxOther)
                {
                    var content = new byte[length];
                    file.ReadExactly(content);
                    rows.Learn(name, content);
                    file.Position += ChecksumLength;
                }
                else
                {
                    file.Position += length + ChecksumLength;
                }
            }

            return false;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
