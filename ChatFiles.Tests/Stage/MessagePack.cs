using System.Buffers.Binary;
using System.Text;

namespace ChatFiles.Tests.Stage;

/// <summary>As much of MessagePack (https://msgpack.org) as circuits speak, and what they don't expect: any value may be put anywhere.</summary>
internal static class MessagePack
{
    public static byte[] Write(object? value)
    {
        using var stream = new MemoryStream();
        Write(stream, value);
        return stream.ToArray();
    }

    public static object? Read(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        return Read(ref rest);
    }

    private static void Write(MemoryStream to, object? value)
    {
        switch (value)
        {
            case null:
                to.WriteByte(0xC0);
                break;
            case bool flag:
                to.WriteByte(flag ? (byte)0xC3 : (byte)0xC2);
                break;
            case int number:
                Write(to, (long)number);
                break;
            case long number:
                Head(to, 0xD3, bytes => BinaryPrimitives.WriteInt64BigEndian(bytes, number), 8);
                break;
            case double number:
                Head(to, 0xCB, bytes => BinaryPrimitives.WriteDoubleBigEndian(bytes, number), 8);
                break;
            case string text:
                var utf8 = Encoding.UTF8.GetBytes(text);
                Head(to, 0xDB, bytes => BinaryPrimitives.WriteInt32BigEndian(bytes, utf8.Length), 4);
                to.Write(utf8);
                break;
            case byte[] blob:
                Head(to, 0xC6, bytes => BinaryPrimitives.WriteInt32BigEndian(bytes, blob.Length), 4);
                to.Write(blob);
                break;
            case IReadOnlyDictionary<string, object?> map:
                Head(to, 0xDF, bytes => BinaryPrimitives.WriteInt32BigEndian(bytes, map.Count), 4);
                foreach (var (key, member) in map)
                {
                    Write(to, key);
                    Write(to, member);
                }

                break;
            case object?[] items:
                Head(to, 0xDD, bytes => BinaryPrimitives.WriteInt32BigEndian(bytes, items.Length), 4);
                foreach (var item in items)
                    Write(to, item);
                break;
            default:
                throw new NotSupportedException(value.GetType().Name);
        }
    }

    private static void Head(MemoryStream to, byte type, Action<byte[]> fill, int length)
    {
        var bytes = new byte[length];
        fill(bytes);
        to.WriteByte(type);
        to.Write(bytes);
    }

    private static object? Read(ref ReadOnlySpan<byte> from)
    {
        var type = Take(ref from, 1)[0];
        return type switch
        {
            <= 0x7F => (long)type,
            <= 0x8F => Map(ref from, type & 0x0F),
            <= 0x9F => Items(ref from, type & 0x0F),
            <= 0xBF => Text(ref from, type & 0x1F),
            >= 0xE0 => (long)(sbyte)type,
            0xC0 => null,
            0xC2 => false,
            0xC3 => true,
            0xC4 => Take(ref from, (int)Number(ref from, 1)).ToArray(),
            0xC5 => Take(ref from, (int)Number(ref from, 2)).ToArray(),
            0xC6 => Take(ref from, (int)Number(ref from, 4)).ToArray(),
            0xCA => (double)BinaryPrimitives.ReadSingleBigEndian(Take(ref from, 4)),
            0xCB => BinaryPrimitives.ReadDoubleBigEndian(Take(ref from, 8)),
            0xCC => Number(ref from, 1),
            0xCD => Number(ref from, 2),
            0xCE => Number(ref from, 4),
            0xCF => Number(ref from, 8),
            0xD0 => (long)(sbyte)Number(ref from, 1),
            0xD1 => (long)(short)Number(ref from, 2),
            0xD2 => (long)(int)Number(ref from, 4),
            0xD3 => Number(ref from, 8),
            0xD9 => Text(ref from, (int)Number(ref from, 1)),
            0xDA => Text(ref from, (int)Number(ref from, 2)),
            0xDB => Text(ref from, (int)Number(ref from, 4)),
            0xDC => Items(ref from, (int)Number(ref from, 2)),
            0xDD => Items(ref from, (int)Number(ref from, 4)),
            0xDE => Map(ref from, (int)Number(ref from, 2)),
            0xDF => Map(ref from, (int)Number(ref from, 4)),
            _ => throw new NotSupportedException($"0x{type:X2}"),
        };
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> from, int length)
    {
        var taken = from[..length];
        from = from[length..];
        return taken;
    }

    private static long Number(ref ReadOnlySpan<byte> from, int length)
    {
        long number = 0;
        foreach (var part in Take(ref from, length))
            number = (number << 8) | part;
        return number;
    }

    private static string Text(ref ReadOnlySpan<byte> from, int length) => Encoding.UTF8.GetString(Take(ref from, length));

    private static object?[] Items(ref ReadOnlySpan<byte> from, int count)
    {
        var items = new object?[count];
        for (var i = 0; i < count; i++)
            items[i] = Read(ref from);
        return items;
    }

    private static Dictionary<string, object?> Map(ref ReadOnlySpan<byte> from, int count)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
            map[$"{Read(ref from)}"] = Read(ref from);
        return map;
    }
}
