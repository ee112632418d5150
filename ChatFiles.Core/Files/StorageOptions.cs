namespace ChatFiles.Core.Files;

public enum StorageProvider
{
    Local,
    Azure,
}

/// <summary>Section <c>Storage</c>.</summary>
public sealed class StorageOptions
{
    public StorageProvider Provider { get; set; } = StorageProvider.Local;

    public AzureStorageOptions Azure { get; } = new();
}

/// <summary>Section <c>Storage:Azure</c>.</summary>
public sealed class AzureStorageOptions
{
    public string ConnectionString { get; set; } = "";

    /// <summary>Created when it is missing.</summary>
    public string Container { get; set; } = "chatfiles";
}
