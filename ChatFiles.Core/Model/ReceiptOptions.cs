namespace ChatFiles.Core.Model;

/// <summary>Section <c>Receipts</c>.</summary>
public sealed class ReceiptOptions
{
    /// <summary>Whether senders are told who has read their messages and opened their files.</summary>
    public bool Show { get; set; } = true;
}
