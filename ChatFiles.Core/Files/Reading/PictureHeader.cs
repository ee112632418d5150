using System.Buffers.Binary;

namespace ChatFiles.Core.Files.Reading;

/// <summary>How large a picture is that nothing here can draw; as it is shown, turned the way its camera was held.</summary>
internal static class PictureHeader
{
    /// <summary>Headers are at the beginning, or not found.</summary>
    private const int MaxLength = 1024 * 1024;

    public static (int Width, int Height)? Read(string contentType, FileStream file)
    {
        var head = new byte[Math.Min(file.Length, MaxLength)];
        file.Position = 0;
        file.ReadExactly(head);
        (int Width, int Height) size = contentType switch
        {
            "image/avif" or "image/heic" or "image/heif" => Heif.Read(head),
            "image/tiff" => ReadTiff(file),
            "image/vnd.adobe.photoshop" => (BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(18)), BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(14))),
            _ => default,
        };
        return size is { Width: > 0, Height: > 0 } ? size : null;
    }

    /// <summary>The first directory's entries (TIFF 6.0, section 2).</summary>
    private static (int Width, int Height) ReadTiff(FileStream file)
    {
        const ushort Width = 256;
        const ushort Height = 257;
        const ushort Orientation = 274;
        const int MaxEntries = 256;

        var directory = new byte[2 + 12 * MaxEntries];
        var head = directory.AsSpan(0, 8);
        file.Position = 0;
        file.ReadExactly(head);
        var isBig = head[0] == 'M';
        file.Position = Number(head[4..], 4);
        var length = file.ReadAtLeast(directory, directory.Length, throwOnEndOfStream: false);
        var count = Math.Min((int)Number(directory, 2), (length - 2) / 12);
        var (width, height, isTurned) = (0, 0, false);
        for (var i = 0; i < count; i++)
        {
            var entry = directory.AsSpan(2 + 12 * i, 12);
            var isShort = Number(entry[2..], 2) == 3;
            var value = (int)Number(entry[8..], isShort ? 2 : 4);
            switch (Number(entry, 2))
            {
                case Width:
                    width = value;
                    break;
                case Height:
                    height = value;
                    break;
                case Orientation:
                    isTurned = value is >= 5 and <= 8;
                    break;
            }
        }

        return isTurned ? (height, width) : (width, height);

        uint Number(ReadOnlySpan<byte> bytes, int length) =>
            (isBig, length) switch
            {
                (true, 2) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
                (false, 2) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
                (true, _) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
                _ => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            };
    }

    /// <summary>
    /// The properties of all pictures in the file (ISO 23008-12, 6.5): the largest is what is shown, or the whole of which
    /// the others are tiles; all are turned alike.
    /// </summary>
    private ref struct Heif
    {
        private long _pixels;
        private (int Width, int Height) _size;
        private bool _isTurned;

        public static (int Width, int Height) Read(ReadOnlySpan<byte> head)
        {
            var found = new Heif();
            found.Look(head);
            return found._isTurned ? (found._size.Height, found._size.Width) : found._size;
        }

        private void Look(ReadOnlySpan<byte> boxes)
        {
            while (boxes.Length >= 8)
            {
                var size = BinaryPrimitives.ReadUInt32BigEndian(boxes);
                if (size < 8)
                    return;
                var content = boxes[8..(int)Math.Min(size, (uint)boxes.Length)];
                switch (boxes[4..8])
                {
                    case [(byte)'m', (byte)'e', (byte)'t', (byte)'a'] when content.Length > 4:
                        Look(content[4..]);
                        break;
                    case [(byte)'i', (byte)'p', (byte)'r', (byte)'p'] or [(byte)'i', (byte)'p', (byte)'c', (byte)'o']:
                        Look(content);
                        break;
                    case [(byte)'i', (byte)'s', (byte)'p', (byte)'e'] when content.Length >= 12:
                        Note(BinaryPrimitives.ReadInt32BigEndian(content[4..]), BinaryPrimitives.ReadInt32BigEndian(content[8..]));
                        break;
                    case [(byte)'i', (byte)'r', (byte)'o', (byte)'t'] when content.Length > 0:
                        _isTurned |= content[0] % 2 == 1;
                        break;
                }

                boxes = size < boxes.Length ? boxes[(int)size..] : [];
            }
        }

        private void Note(int width, int height)
        {
            if ((long)width * height <= _pixels)
                return;
            _pixels = (long)width * height;
            _size = (width, height);
        }
    }
}
