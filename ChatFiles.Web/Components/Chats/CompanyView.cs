using ChatFiles.Core.Live;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components.Chats;

/// <summary>
/// Shows something of who else is in the chat. It listens by itself and renders itself only: people come, go and type
/// far more often than messages change.
/// </summary>
public abstract class CompanyView : ComponentBase, IDisposable
{
    private Seat? _listeningTo;
    private int _isDue;

    /// <summary>None while the page is shown without its circuit.</summary>
    [Parameter]
    public Seat? Seat { get; set; }

    protected Company Company => Seat?.Company ?? Company.Nobody;

    public void Dispose()
    {
        Listen(to: null);
        GC.SuppressFinalize(this);
    }

    protected override void OnParametersSet() => Listen(Seat);

    private void Listen(Seat? to)
    {
        if (_listeningTo == to)
            return;
        _listeningTo?.Changed -= ShowLater;
        _listeningTo = to;
        _listeningTo?.Changed += ShowLater;
    }

    /// <summary>What changes while a drawing is still to come is in it.</summary>
    private void ShowLater()
    {
        if (Interlocked.Exchange(ref _isDue, 1) == 1)
            return;
        _ = InvokeAsync(() =>
        {
            Volatile.Write(ref _isDue, 0);
            StateHasChanged();
        });
    }
}
