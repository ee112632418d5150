namespace ChatFiles.Core.Model;

/// <summary>What is noted. The names are the contract's, in its way of writing.</summary>
public enum AuditAction
{
    SignIn,
    SignInFailed,
    SignOut,
    Registered,
    PasswordChanged,
    PasswordReset,
    PersonChanged,
    MemberAdded,
    MemberRemoved,
    FileSent,
    FileDownloaded,
    FileDeleted,
    MessageDeleted,
    ChatCreated,
    ChatDeleted,

    /// <summary>A setting that can't work ended a start.</summary>
    SettingsRefused,
    MessageReported,
    ReportDone,
    Exported,
}

/// <summary>Who did what, when and from where; no contents, no passwords, no tokens. Written in the transaction of what it tells.</summary>
public class AuditEntry
{
    public long Id { get; set; }

    public DateTime At { get; set; }

    public AuditAction Action { get; set; }

    /// <summary>Null where nobody is known: a sign-in that failed, or whoever sat at the machine.</summary>
    public string? ActorId { get; set; }

    /// <summary>The network address that it came from; null where it came from none.</summary>
    public string? Address { get; set; }

    /// <summary>What or whom it was done to, as people call it: a file's name, a chat's, an address.</summary>
    public string Subject { get; set; } = "";

    /// <summary>Whom it was done to, where that is a person.</summary>
    public string? SubjectId { get; set; }

    public string Detail { get; set; } = "";
}

/// <summary>Section <c>Audit</c>.</summary>
public sealed class AuditOptions
{
    /// <summary>Entries are kept for so long.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 36500)]
    public int KeepDays { get; set; } = 365;
}
