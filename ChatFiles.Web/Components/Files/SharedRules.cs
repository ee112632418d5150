using System.Text.Json;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Files;

/// <summary>
/// What browser and server must agree on, told to the browser with every page (js/server/rules.js): what a file is by its
/// name, the rules of names, the limits, and the words of refusals. Written once, in Core.
/// </summary>
internal sealed class SharedRules(UploadPolicy policy)
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    /// <summary>As JSON that may stand in a page: no character of it ends an element.</summary>
    public string Json { get; } =
        JsonSerializer.Serialize(
            new
            {
                types = policy.AllowedTypes.ToDictionary(type => type.Key, type => LooksOf(type.Value)),
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
                    empty = UploadWords.Empty,
                    tooLarge = UploadWords.TooLarge,
                    tooLargeTogether = UploadWords.TooLargeTogether,
                    tooMany = UploadWords.TooMany,
                    folder = UploadWords.Folder,
                    controlCharacters = UploadWords.ControlCharacters,
                    noName = UploadWords.NoName,
                    nameTooLong = UploadWords.NameTooLong,
                },
            },
            CamelCase
        );

    private static object LooksOf(FileType type) => new { icon = FileLooks.IconOf(type.ContentType), drawn = FileLooks.IsPicture(type.ContentType) };
}
