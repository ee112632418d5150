using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Files;

/// <summary>A chat that something was forwarded to, and the message that it has become there.</summary>
public sealed record ForwardedTo(ChatSummary Chat, MessageView Message);
