using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatFiles.Web.Components.Finding;

/// <summary>What the address of the search page says. (<c>/search</c> is the API's.)</summary>
/// <param name="ChatId">Search in this chat only.</param>
/// <param name="FromChatId">The chat that the person came from; they may narrow the search to it.</param>
internal sealed record SearchAddress(string Text, long? ChatId, long? FromChatId)
{
    private const string Page = "find";

    public static SearchAddress Of(NavigationManager navigation)
    {
        var address = navigation.ToAbsoluteUri(navigation.Uri);
        var path = navigation.ToBaseRelativePath(navigation.Uri).Split('?', '#')[0].Split('/');
        var query = QueryHelpers.ParseQuery(address.Query);
        var chatId = Number(query.GetValueOrDefault("chat"));
        return path switch
        {
            [Page] => new SearchAddress(query.GetValueOrDefault("q").ToString(), chatId, chatId ?? Number(query.GetValueOrDefault("from"))),
            ["chats", var id, ..] => new SearchAddress("", null, Number(id)),
            _ => new SearchAddress("", null, null),
        };
    }

    /// <summary>The address of another search, from where this one is.</summary>
    public string For(string text) => (this with { Text = text }).ToString();

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"/{Page}?q={Uri.EscapeDataString(Text)}{(ChatId is { } chat ? $"&chat={chat}" : FromChatId is { } from ? $"&from={from}" : "")}"
        );

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
