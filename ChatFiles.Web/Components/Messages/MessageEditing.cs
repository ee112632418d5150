using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Messages;

/// <summary>What becomes of the text that somebody edits.</summary>
/// <param name="SaveAsync">Gives why it can't be so; null: it is.</param>
/// <param name="LeaveAsync">The message stays as it is.</param>
public sealed record MessageEditing(Func<string, Task<Refusal?>> SaveAsync, Func<Task> LeaveAsync);
