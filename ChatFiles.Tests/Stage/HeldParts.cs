using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Stage;

/// <summary>An upload that stops after its first part until it is told to go on.</summary>
internal sealed class HeldParts(UploadPart first)
{
    private readonly TaskCompletionSource _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayGoOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task FirstIsStored => _stored.Task;

    public void GoOn() => _mayGoOn.SetResult();

    public async IAsyncEnumerable<UploadPart> ReadAsync()
    {
        yield return first;
        _stored.SetResult();
        await _mayGoOn.Task;
    }
}
