using System.Globalization;
using System.Text;
using SkiaSharp;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// Makes a small picture of a picture, as the senders' browsers do (wwwroot/js/files/pictures.js), and says how large it
/// is. Only the child that reads files ever loads a decoder.
/// </summary>
internal static class PictureReader
{
    /// <summary>What a message gives a picture, for screens with fine dots.</summary>
    private static readonly SKSizeI Room = new(800, 640);

    /// <summary>What the viewer shows in the place of one that is too large to be drawn.</summary>
    private static readonly SKSizeI RoomOfHuge = new(2048, 2048);

    private const long Huge = 50_000_000;

    /// <summary>More takes too long, whatever it takes.</summary>
    private const long MaxPixels = 1_000_000_000;

    /// <summary>That are in memory at the same time, four bytes each.</summary>
    private const long MaxPixelsAtOnce = 40_000_000;

    /// <summary>Scale and quality, until it is small enough.</summary>
    private static readonly (double Scale, int Quality)[] Steps = [(1, 80), (1, 60), (0.75, 60), (0.5, 50), (0.3, 40)];

    private static readonly HashSet<string> WithoutLoss = new(StringComparer.Ordinal) { "image/png", "image/apng", "image/gif", "image/bmp" };

    /// <summary>Null: it is nothing that can be drawn, or has no size.</summary>
    public static byte[]? Read(string contentType, FileStream file)
    {
        if (OfficePicture.Find(contentType, file) is { } held)
        {
            using var stored = SKData.CreateCopy(held);
            using var inner = SKCodec.Create(stored);
            return inner is null ? null : new PictureMade(Size: null, Draw(inner, file: null, keepAll: false)).ToBytes();
        }

        using var codec = contentType.StartsWith("image/", StringComparison.Ordinal) ? SKCodec.Create(file.Name) : null;
        if (codec is null)
            return PictureHeader.Read(contentType, file) is { } size ? new PictureMade(size, Thumbnail: null).ToBytes() : null;
        var isTurned = codec.EncodedOrigin is >= SKEncodedOrigin.LeftTop;
        var (width, height) = isTurned ? (codec.Info.Height, codec.Info.Width) : (codec.Info.Width, codec.Info.Height);
        // A still picture in its place would no longer move.
        var thumbnail = codec.FrameCount > 1 ? null : Draw(codec, file, WithoutLoss.Contains(contentType) && file.Length <= PictureMade.MaxThumbnail);
        return new PictureMade((width, height), thumbnail).ToBytes();
    }

    /// <param name="keepAll">A small one is kept to the last pixel.</param>
    private static byte[]? Draw(SKCodec codec, FileStream? file, bool keepAll)
    {
        var pixels = (long)codec.Info.Width * codec.Info.Height;
        if (pixels is 0 or > MaxPixels)
            return null;
        var room = pixels > Huge ? RoomOfHuge : Room;
        var isTurned = codec.EncodedOrigin is >= SKEncodedOrigin.LeftTop;
        var (roomX, roomY) = isTurned ? (room.Height, room.Width) : (room.Width, room.Height);
        var scale = Math.Min(1, Math.Min((double)roomX / codec.Info.Width, (double)roomY / codec.Info.Height));
        using var decoded = Decode(codec, file, scale);
        if (decoded is null)
            return null;
        var size = new SKSize((float)(codec.Info.Width * scale), (float)(codec.Info.Height * scale));
        using var upright = Turn(decoded, codec.EncodedOrigin, isTurned ? new SKSize(size.Height, size.Width) : size);
        return Encode(upright, keepAll && scale == 1);
    }

    /// <summary>At least as fine as the scale asks for, and no finer than memory allows.</summary>
    private static SKBitmap? Decode(SKCodec codec, FileStream? file, double scale)
    {
        var whole = codec.Info.Size;
        var native = whole;
        // JPEG and WebP are decoded smaller at once.
        for (var part = 1; part <= 8 && scale < 1; part++)
        {
            var candidate = codec.GetScaledDimensions(part / 8f);
            if (candidate.Width < whole.Width * scale || candidate.Height < whole.Height * scale)
                continue;
            native = candidate;
            break;
        }

        var info = new SKImageInfo(native.Width, native.Height, SKColorType.Rgba8888, SKAlphaType.Premul, SKColorSpace.CreateSrgb());
        var factor = Math.Max(1, (int)Math.Min(native.Width / (whole.Width * scale), native.Height / (whole.Height * scale)));
        if (info.BytesSize64 <= MaxPixelsAtOnce * info.BytesPerPixel)
            return DecodeWhole(codec, info, factor);
        using var rows = codec.EncodedFormat == SKEncodedImageFormat.Png && file is not null ? PngRows.Open(file) : null;
        return rows is null ? null : Average(info, factor, (row, _) => rows.Read(row, factor, StepOf(factor)));
    }

    private static unsafe SKBitmap? DecodeWhole(SKCodec codec, SKImageInfo info, int factor)
    {
        var bitmap = new SKBitmap(info);
        bitmap.Erase(SKColors.Transparent);
        // One that is cut off is seen as far as it is there, as in browsers.
        if (codec.GetPixels(info, bitmap.GetPixels()) is not (SKCodecResult.Success or SKCodecResult.IncompleteInput))
        {
            bitmap.Dispose();
            return null;
        }

        if (factor == 1)
            return bitmap;
        using (bitmap)
            return Average(info, factor, (row, y) => new ReadOnlySpan<byte>((byte*)bitmap.GetPixels() + (long)y * info.RowBytes, info.RowBytes).TryCopyTo(row) || row.IsEmpty);
    }

    /// <summary>Puts the row of that number there, or passes it over where that is empty; false: there are no more.</summary>
    private delegate bool RowReader(Span<byte> row, int y);

    /// <summary>Three or four in each direction say of a large square what it looks like.</summary>
    private static int StepOf(int factor) => Math.Max(1, factor / 3);

    /// <summary>Each pixel is the mean of a square of them, of which only a row is there at a time.</summary>
    private static unsafe SKBitmap Average(SKImageInfo info, int factor, RowReader read)
    {
        var (width, height) = (info.Width / factor, info.Height / factor);
        var made = new SKBitmap(info.WithSize(width, height));
        made.Erase(SKColors.Transparent);
        var row = new byte[info.RowBytes];
        var sums = new uint[width * 4];
        var step = StepOf(factor);
        var side = (factor + step - 1) / step;
        var share = (uint)(side * side);
        for (var y = 0; y < height * factor; y++)
        {
            var isTaken = y % factor % step == 0;
            if (!read(isTaken ? row : [], y))
                break;
            for (var x = 0; x < width && isTaken; x++)
            {
                for (var i = 0; i < factor; i += step)
                {
                    var from = 4 * (x * factor + i);
                    sums[4 * x] += row[from];
                    sums[4 * x + 1] += row[from + 1];
                    sums[4 * x + 2] += row[from + 2];
                    sums[4 * x + 3] += row[from + 3];
                }
            }

            if ((y + 1) % factor != 0)
                continue;
            var target = new Span<byte>((byte*)made.GetPixels() + (long)(y / factor) * made.RowBytes, width * 4);
            for (var i = 0; i < sums.Length; i++)
                target[i] = (byte)((sums[i] + share / 2) / share);
            Array.Clear(sums);
        }

        return made;
    }

    /// <summary>As its camera was held.</summary>
    private static SKBitmap Turn(SKBitmap picture, SKEncodedOrigin origin, SKSize size)
    {
        var (width, height) = (Math.Max(1, (int)Math.Round(size.Width)), Math.Max(1, (int)Math.Round(size.Height)));
        var turned = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        turned.Erase(SKColors.Transparent);
        using var canvas = new SKCanvas(turned);
        using var image = SKImage.FromBitmap(picture);
        // Of a square with sides of 1, where x and y of the picture go.
        canvas.Concat(
            origin switch
            {
                SKEncodedOrigin.TopRight => new SKMatrix(-width, 0, width, 0, height, 0, 0, 0, 1),
                SKEncodedOrigin.BottomRight => new SKMatrix(-width, 0, width, 0, -height, height, 0, 0, 1),
                SKEncodedOrigin.BottomLeft => new SKMatrix(width, 0, 0, 0, -height, height, 0, 0, 1),
                SKEncodedOrigin.LeftTop => new SKMatrix(0, width, 0, height, 0, 0, 0, 0, 1),
                SKEncodedOrigin.RightTop => new SKMatrix(0, -width, width, height, 0, 0, 0, 0, 1),
                SKEncodedOrigin.RightBottom => new SKMatrix(0, -width, width, -height, 0, height, 0, 0, 1),
                SKEncodedOrigin.LeftBottom => new SKMatrix(0, width, 0, -height, 0, height, 0, 0, 1),
                _ => new SKMatrix(width, 0, 0, 0, height, 0, 0, 0, 1),
            }
        );
        canvas.DrawImage(image, new SKRect(0, 0, 1, 1), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        canvas.Flush();
        return turned;
    }

    private static byte[]? Encode(SKBitmap picture, bool keepAll)
    {
        if (keepAll && Encode(picture, 1, new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 75)) is { Length: <= PictureMade.MaxThumbnail } exact)
            return exact;
        return Steps.Select(step => Encode(picture, step.Scale, new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, step.Quality)))
            .FirstOrDefault(made => made?.Length is > 0 and <= PictureMade.MaxThumbnail);
    }

    private static byte[]? Encode(SKBitmap picture, double scale, SKWebpEncoderOptions options)
    {
        var (width, height) = (Math.Max(1, (int)Math.Round(picture.Width * scale)), Math.Max(1, (int)Math.Round(picture.Height * scale)));
        using var scaled = scale == 1 ? null : picture.Resize(picture.Info.WithSize(width, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var pixels = (scaled ?? picture).PeekPixels();
        using var made = pixels.Encode(options);
        return made?.ToArray();
    }
}

/// <summary>What was made of a file to be seen.</summary>
/// <param name="Size">Pixels, as it is shown; null where it has none of its own.</param>
/// <param name="Thumbnail">A WebP.</param>
internal sealed record PictureMade((int Width, int Height)? Size, byte[]? Thumbnail)
{
    /// <summary>Bytes, as of those that come from senders.</summary>
    public const int MaxThumbnail = 64 * 1024;

    /// <summary>Bytes.</summary>
    public const int MaxLength = MaxThumbnail + 64;

    public const string ThumbnailType = "image/webp";

    /// <summary>A line with the size, then the thumbnail.</summary>
    public byte[] ToBytes() => [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Size?.Width ?? 0} {Size?.Height ?? 0}\n")), .. Thumbnail ?? []];

    /// <summary>Null where it is not what <see cref="ToBytes"/> gives: a file may have taken over what wrote it.</summary>
    public static PictureMade? Of(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0 || Encoding.ASCII.GetString(bytes[..end]).Split(' ') is not [var first, var second])
            return null;
        if (!TryParse(first, out var width) || !TryParse(second, out var height))
            return null;
        var thumbnail = bytes[(end + 1)..];
        var isOne = FileTypes.Default["webp"].Signatures[0].Match(thumbnail) == Fit.Yes && thumbnail.Length <= MaxThumbnail;
        return new PictureMade(width > 0 && height > 0 ? (width, height) : null, isOne ? thumbnail.ToArray() : null);
    }

    private static bool TryParse(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
