using System.Text.Json;
using System.Text.Json.Serialization;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Files;

/// <summary>
/// What browser and server must agree on, told to the browser with every page (js/server/rules.js): what a file is by its
/// name, how large a picture is shown, the rules of names, the limits, and the words of refusals. Written once, in Core.
/// </summary>
internal sealed class SharedRules(UploadPolicy policy)
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>As JSON that may stand in a page: no character of it ends an element.</summary>
    public string Json { get; } =
        JsonSerializer.Serialize(
            new
            {
                types = policy.AllowedTypes.GroupBy(type => LooksOf(type.Value), type => type.Key).Select(TellTypes),
                // Null where only those of the types may be sent.
                refused = policy.TakesUnknown ? string.Join(' ', policy.RefusedExtensions) : null,
                pictures = new
                {
                    maxWidth = FileLooks.MaxPreviewWidth,
                    maxHeight = FileLooks.MaxPreviewHeight,
                    maxPixels = FileLooks.MaxPixelsDrawn,
                    maxSoundBytes = FileLooks.MaxSoundDrawn,
                },
                names = new { deceptive = Texts.Deceptive, maxBytes = UploadPolicy.MaxNameBytes },
                limits = new
                {
                    maxFileBytes = policy.MaxFileBytes,
                    maxRequestBytes = policy.MaxRequestBytes,
                    maxFiles = Attachment.MaxPerMessage,
                    maxText = Message.MaxTextLength,
                },
                words = new
                {
                    type = UploadWords.Type,
                    accepted = UploadWords.Accepted,
                    empty = UploadWords.Empty,
                    tooLarge = UploadWords.TooLarge,
                    tooLargeTogether = UploadWords.TooLargeTogether,
                    tooMany = UploadWords.TooMany,
                    folder = UploadWords.Folder,
                    emptyFolder = UploadWords.EmptyFolder,
                    fullFolder = UploadWords.FullFolder,
                    unreadable = UploadWords.Unreadable,
                    controlCharacters = UploadWords.ControlCharacters,
                    noName = UploadWords.NoName,
                    nameTooLong = UploadWords.NameTooLong,
                },
            },
            CamelCase
        );

    private static Looks LooksOf(FileType type) => new(type.Icon, type.Kind, type.Shown);

    /// <summary>Many extensions look alike: told one by one they would be longer than many a page.</summary>
    private static object TellTypes(IGrouping<Looks, string> types) =>
        new
        {
            types.Key.Icon,
            types.Key.Kind,
            types.Key.Shown,
            Extensions = string.Join(' ', types),
        };

    private sealed record Looks(string Icon, FileKind Kind, Shown Shown);
}
