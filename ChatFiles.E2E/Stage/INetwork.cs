namespace ChatFiles.E2E.Stage;

/// <summary>What lies between a person and the server.</summary>
public interface INetwork
{
    /// <summary>Where the server seems to be for those behind it.</summary>
    Uri Address { get; }
}
