using Bunit;
using ChatFiles.Web.Components;
using ChatFiles.Web.Components.Layout;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.JSInterop;

namespace ChatFiles.Tests.Web.Components;

/// <summary>How components come by the scripts beside them, on a network that may be away for a moment.</summary>
public sealed class ScriptModuleTests : BunitContext
{
    private readonly Network _network = new();

    private readonly CircuitConnection _connection = new();
    private readonly FakeTimeProvider _time = new();

    public ScriptModuleTests() => Services.AddSingleton<IJSRuntime>(_network).AddSingleton(_connection).AddSingleton<TimeProvider>(_time).AddSingleton<PageScripts>();

    [Fact]
    public void A_script_whose_connecting_was_lost_with_the_network_connects_once_it_is_back()
    {
        _network.LosesCalls = 2;

        Render<Interactive>();

        _network.Connected.Count.ShouldBe(3);
        _network.Connected.Distinct(StringComparer.Ordinal).Count().ShouldBe(1, "the browser can tell that it is asked again");
    }

    [Fact]
    public async Task A_browser_that_does_not_answer_is_asked_ever_less_often_until_its_connection_is_back()
    {
        _network.HoldsCalls = true;
        Render<Interactive>();

        await AskedAgainAfterAsync(TimeSpan.FromSeconds(5));
        await AskedAgainAfterAsync(TimeSpan.FromSeconds(20));
        await AskedAgainAfterAsync(TimeSpan.FromSeconds(80));
        await _connection.OnConnectionDownAsync(null!, CancellationToken.None);
        _network.Connected.Count.ShouldBe(4);
        await _connection.OnConnectionUpAsync(null!, CancellationToken.None);
        await Stage.Eventually.HoldsAsync(() => _network.Connected.Count == 5, "it is asked at once");

        async Task AskedAgainAfterAsync(TimeSpan patience)
        {
            var count = _network.Connected.Count;
            _time.Advance(patience - TimeSpan.FromSeconds(1));
            _network.Connected.Count.ShouldBe(count);
            _time.Advance(TimeSpan.FromSeconds(1));
            await Stage.Eventually.HoldsAsync(() => _network.Connected.Count == count + 1, "it is asked again");
        }
    }

    [Fact]
    public async Task A_component_that_goes_while_its_script_connects_disconnects_it()
    {
        _network.HoldsCalls = true;
        Render<Interactive>();

        await DisposeComponentsAsync();

        _network.Disconnected.ShouldBe(_network.Connected);
    }

    [Fact]
    public async Task Nobody_is_asked_again_when_the_component_has_gone()
    {
        _network.HoldsCalls = true;
        Render<Interactive>();
        await DisposeComponentsAsync();

        _network.Lose();

        _network.Connected.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_component_goes_without_an_error_when_its_farewell_is_lost_with_the_network()
    {
        Render<Interactive>();
        _network.LosesFarewells = true;

        await DisposeComponentsAsync();

        _network.Disconnected.ShouldBe(_network.Connected);
    }

    private sealed class Network : IJSRuntime
    {
        private TaskCompletionSource? _held;

        public int LosesCalls { get; set; }

        public bool HoldsCalls { get; set; }

        public bool LosesFarewells { get; set; }

        public List<string> Connected { get; } = [];

        public List<string> Disconnected { get; } = [];

        public void Lose() => _held!.SetCanceled();

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) =>
            InvokeAsync<TValue>(identifier, CancellationToken.None, args);

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args)
        {
            (identifier == "scripts.connect" ? Connected : Disconnected).Add((string)args![0]!);
            if (identifier != "scripts.connect")
                return LosesFarewells ? throw new TaskCanceledException() : default!;
            if (LosesCalls-- > 0)
                throw new TaskCanceledException();
            if (HoldsCalls)
                await (_held = new TaskCompletionSource()).Task.WaitAsync(cancellationToken);
            return default!;
        }
    }
}
