using System.Buffers.Binary;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>
/// Reads width and height from the headers of PNG, JPEG, GIF and WebP while the bytes pass by, as the picture is shown:
/// a camera that was held upright says so in the EXIF data and leaves the pixels lying. Nothing is decoded: a foreign
/// picture never meets a decoder on the server.
/// </summary>
internal abstract class PictureSize
{
    /// <summary>Pixels; null while not known, or when the header makes no sense.</summary>
    public (int Width, int Height)? Size { get; private set; }

    public static PictureSize? ReaderFor(FileType type) =>
        type.ContentType switch
        {
            "image/png" or "image/apng" => new FixedHeader(24, ReadPng),
            "image/gif" => new FixedHeader(10, ReadGif),
            "image/webp" => new FixedHeader(30, ReadWebP),
            "image/jpeg" => new JpegMarkers(),
            _ => null,
        };

    public abstract void Read(ReadOnlySpan<byte> block);

    private void Found(int width, int height) => Size = width > 0 && height > 0 ? (width, height) : null;

    private static (int, int) ReadPng(ReadOnlySpan<byte> head) =>
        head[12..16].SequenceEqual("IHDR"u8)
            ? (BinaryPrimitives.ReadInt32BigEndian(head[16..]), BinaryPrimitives.ReadInt32BigEndian(head[20..]))
            : default;

    private static (int, int) ReadGif(ReadOnlySpan<byte> head) =>
        (BinaryPrimitives.ReadUInt16LittleEndian(head[6..]), BinaryPrimitives.ReadUInt16LittleEndian(head[8..]));

    /// <summary>The three layouts of https://developers.google.com/speed/webp/docs/riff_container.</summary>
    private static (int, int) ReadWebP(ReadOnlySpan<byte> head)
    {
        var layout = head[12..16];
        if (layout.SequenceEqual("VP8X"u8))
            return (ReadUInt24(head[24..]) + 1, ReadUInt24(head[27..]) + 1);
        if (layout.SequenceEqual("VP8L"u8) && head[20] == 0x2F)
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(head[21..]);
            return ((int)(bits & 0x3FFF) + 1, (int)(bits >> 14 & 0x3FFF) + 1);
        }

        if (layout.SequenceEqual("VP8 "u8) && head[23..26].SequenceEqual<byte>([0x9D, 0x01, 0x2A]))
        {
            return (
                BinaryPrimitives.ReadUInt16LittleEndian(head[26..]) & 0x3FFF,
                BinaryPrimitives.ReadUInt16LittleEndian(head[28..]) & 0x3FFF
            );
        }

        return default;
    }

    private static int ReadUInt24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;

    private delegate (int Width, int Height) HeaderReader(ReadOnlySpan<byte> head);

    private sealed class FixedHeader(int length, HeaderReader read) : PictureSize
    {
        private readonly byte[] _head = new byte[length];
        private int _count;

        public override void Read(ReadOnlySpan<byte> block)
        {
            if (_count == _head.Length)
                return;
            var taken = Math.Min(_head.Length - _count, block.Length);
            block[..taken].CopyTo(_head.AsSpan(_count));
            _count += taken;
            if (_count < _head.Length)
                return;
            var (width, height) = read(_head);
            Found(width, height);
        }
    }

    /// <summary>
    /// Walks a JPEG's segments to its frame header (ITU T.81, B.1.1.3), which may stand behind large EXIF data. Of these
    /// the first bytes are kept, in which cameras write how the picture was held.
    /// </summary>
    private sealed class JpegMarkers : PictureSize
    {
        private const int FrameHeaderLength = 7; // segment length, precision, height, width
        private const byte Exif = 0xE1; // APP1
        private const int MaxExifLength = 16 * 1024;

        private readonly byte[] _segment = new byte[FrameHeaderLength];
        private byte[]? _exif;
        private int _exifLength;
        private bool? _isTurned;
        private Step _step = Step.StartOfImage;
        private byte _marker;
        private int _count;
        private int _skip;

        private enum Step
        {
            StartOfImage,
            Marker,
            Segment,
            Skip,
            Over,
        }

        public override void Read(ReadOnlySpan<byte> block)
        {
            var i = 0;
            while (i < block.Length && _step != Step.Over)
            {
                if (_step == Step.Skip)
                {
                    var skipped = Math.Min(_skip, block.Length - i);
                    KeepExif(block.Slice(i, skipped));
                    i += skipped;
                    _skip -= skipped;
                    if (_skip == 0)
                        EndOfSegment();
                }
                else
                {
                    Take(block[i++]);
                }
            }
        }

        private void Take(byte value)
        {
            switch (_step)
            {
                case Step.StartOfImage:
                    if (++_count == 2)
                        Expect(Step.Marker);
                    break;
                case Step.Marker when _count == 0:
                    _count = 1;
                    if (value != 0xFF)
                        _step = Step.Over;
                    break;
                case Step.Marker when value != 0xFF: // any number of FF may fill up before the marker
                    _marker = value;
                    Expect(HasNoSegment ? Step.Marker : IsScan ? Step.Over : Step.Segment);
                    break;
                case Step.Segment:
                    _segment[_count++] = value;
                    if (_count == (IsFrame ? FrameHeaderLength : 2))
                        EndOfHeader();
                    break;
            }
        }

        private bool HasNoSegment => _marker is 0x01 or (>= 0xD0 and <= 0xD8);

        private bool IsScan => _marker is 0xD9 or 0xDA;

        private bool IsFrame => _marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

        private void EndOfHeader()
        {
            if (IsFrame)
            {
                var (width, height) = (
                    BinaryPrimitives.ReadUInt16BigEndian(_segment.AsSpan(5)),
                    BinaryPrimitives.ReadUInt16BigEndian(_segment.AsSpan(3))
                );
                if (_isTurned == true)
                    Found(height, width);
                else
                    Found(width, height);
                _step = Step.Over;
                return;
            }

            _skip = BinaryPrimitives.ReadUInt16BigEndian(_segment) - 2;
            Expect(
                _skip switch
                {
                    > 0 => Step.Skip,
                    0 => Step.Marker,
                    _ => Step.Over,
                }
            );
        }

        private void KeepExif(ReadOnlySpan<byte> bytes)
        {
            if (_marker != Exif || _isTurned is not null)
                return;
            _exif ??= new byte[MaxExifLength];
            var taken = Math.Min(_exif.Length - _exifLength, bytes.Length);
            bytes[..taken].CopyTo(_exif.AsSpan(_exifLength));
            _exifLength += taken;
        }

        private void EndOfSegment()
        {
            if (_marker == Exif)
                _isTurned ??= ExifOrientation.IsTurned(_exif.AsSpan(0, _exifLength));
            _exifLength = 0;
            Expect(Step.Marker);
        }

        private void Expect(Step step)
        {
            _step = step;
            _count = 0;
        }
    }
}
