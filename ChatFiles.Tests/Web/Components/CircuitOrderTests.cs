using Bunit;
using ChatFiles.Web.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatFiles.Tests.Web.Components;

/// <summary>In which order a circuit takes what its browser says.</summary>
public sealed class CircuitOrderTests : BunitContext
{
    private readonly CircuitDrawing _drawing = new(new DrawingRounds(TimeProvider.System, NullLogger<DrawingRounds>.Instance));

    [Fact]
    public async Task That_a_drawing_has_arrived_is_heard_after_the_events_that_came_before_it()
    {
        Services.AddSingleton(_drawing);
        var page = Render<OneBatch>().Instance;
        var heard = new List<string>();
        var circuit = new CircuitOrder(_drawing);
        var arrived = circuit.CreateInboundActivityHandler(_ =>
        {
            heard.Add("arrived");
            return Task.CompletedTask;
        });
        using var isSaid = new ManualResetEventSlim();
        Task said = Task.CompletedTask;

        await page.Dispatcher.InvokeAsync(() =>
        {
            // While something is drawn, on the thread of the connection
            said = Task.Run(() =>
            {
                var both = Task.WhenAll(page.Dispatcher.InvokeAsync(() => heard.Add("letter")), arrived(null!));
                isSaid.Set();
                return both;
            });
            isSaid.Wait(TimeSpan.FromSeconds(10)).ShouldBeTrue();
            heard.Add("drawn");
        });
        await said;

        heard.ShouldBe(["drawn", "letter", "arrived"]);
    }

    [Fact]
    public async Task Before_anything_is_drawn_it_is_heard_at_once()
    {
        var heard = 0;
        var circuit = new CircuitOrder(_drawing);

        await circuit.CreateInboundActivityHandler(_ =>
        {
            heard++;
            return Task.CompletedTask;
        })(null!);

        heard.ShouldBe(1);
    }
}
