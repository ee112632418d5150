namespace ChatFiles.Core.Chats;

/// <summary>What counts as text, wherever people or programs send some.</summary>
public static class Texts
{
    /// <summary>Whether it holds no NUL and no half of a surrogate pair: neither can be stored, compared or shown.</summary>
    public static bool IsText(this string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0')
                return false;
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }
}
