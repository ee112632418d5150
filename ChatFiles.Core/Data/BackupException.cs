namespace ChatFiles.Core.Data;

/// <summary>A backup that can't be made, or must not be restored; the message is for the operator.</summary>
public class BackupException(string message) : Exception(message);
