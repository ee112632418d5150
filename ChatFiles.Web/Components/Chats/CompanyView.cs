using ChatFiles.Core.Live;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components.Chats;

/// <summary>
/// Shows something of who else is in the chat. It listens by itself and renders itself only, and only where it says
/// something else then: people come, go and type far more often than messages change.
/// </summary>
public abstract class CompanyView : ComponentBase, IDisposable
{
    private Seat? _listeningTo;
    private volatile string _text = "";

    /// <summary>None while the page is shown without its circuit.</summary>
    [Parameter]
    public Seat? Seat { get; set; }

    [Inject]
    private CircuitDrawing Drawing { get; set; } = null!;

    private Company Company => Seat?.Company ?? Company.Nobody;

    public virtual void Dispose()
    {
        Listen(to: null);
        GC.SuppressFinalize(this);
    }

    /// <summary>In words; empty where there is nothing to say. Asked from any thread.</summary>
    protected abstract string TextOf(Company company);

    protected override void OnParametersSet() => Listen(Seat);

    /// <summary>The company that is being drawn, and what is said of it.</summary>
    private protected (Company Company, string Text) Look()
    {
        while (true)
        {
            var company = Company;
            var text = _text = TextOf(company);
            // What changes from here on is compared with what has just been noted.
            if (TextOf(Company) == text)
                return (company, text);
        }
    }

    private void Listen(Seat? to)
    {
        if (_listeningTo == to)
            return;
        _listeningTo?.Changed -= Compare;
        _listeningTo = to;
        _listeningTo?.Changed += Compare;
    }

    private void Compare()
    {
        if (TextOf(Company) != _text)
            Drawing.Ask(StateHasChanged, InvokeAsync);
    }
}
