using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components;
using ChatFiles.Web.Components.Chats;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace ChatFiles.Tests.Web.Components;

/// <summary>What one signed-in person has before them: our components on the real Core; only the browser is played.</summary>
internal sealed class Screen : BunitContext
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <param name="more">What only some pages are handed.</param>
    public Screen(ChatWorld world, Person person, Action<IServiceCollection>? more = null)
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton(world.Chats);
        Services.AddSingleton(world.ChatDirectory);
        Services.AddSingleton(world.Members);
        Services.AddSingleton(world.Administration);
        Services.AddSingleton(world.Services.GetRequiredService<ChatFiles.Core.People.Operators>());
        Services.AddSingleton(world.Finding);
        Services.AddSingleton(world.Live);
        Services.AddSingleton(world.Services.GetRequiredService<ChatFiles.Core.Chats.Receipts>());
        Services.AddSingleton(world.Services.GetRequiredService<ChatFiles.Core.Chats.Reactions>());
        Services.AddSingleton(world.Services.GetRequiredService<UploadPolicy>());
        Services.AddSingleton(world.Services.GetRequiredService<OverviewReader>());
        Services.AddSingleton(world.Services.GetRequiredService<ChatFiles.Core.Chats.Reports>());
        Services.AddSingleton(world.Services.GetRequiredService<TimeProvider>());
        Services.AddSingleton<CircuitConnection>();
        Services.AddSingleton<PageScripts>();
        // Drawn in real time, also where the test moves the time of everything else.
        Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DrawingRounds>(provider, TimeProvider.System));
        Services.AddSingleton<CircuitDrawing>();
        Services.AddMudServices(kit => kit.PopoverOptions.CheckForPopoverProvider = false);
        more?.Invoke(Services);
        this.AddAuthorization().SetAuthorized(person.DisplayName).SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id));
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    /// <summary>Where dialogs appear; to be looked at before one is asked for.</summary>
    public IRenderedComponent<MudDialogProvider> Dialogs => field ??= Render<MudDialogProvider>();

    /// <summary>Where the person is, and goes.</summary>
    public NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    /// <summary>What a script was asked for by now. Components ask in their turns, and nobody else looks meanwhile.</summary>
    public Task<List<JSRuntimeInvocation>> CallsOfAsync(BunitJSModuleInterop script) => Renderer.Dispatcher.InvokeAsync(() => script.Invocations.ToList());

    /// <summary>Opens a dialog and gives the place where it is.</summary>
    public async Task<IRenderedComponent<MudDialogProvider>> ShowAsync<T>(DialogParameters<T> parameters)
        where T : IComponent
    {
        await Dialogs.InvokeAsync(() => Services.GetRequiredService<IDialogService>().ShowAsync<T>("", parameters));
        Dialogs.WaitForElement("[role='dialog']", Patience);
        return Dialogs;
    }

    public IRenderedComponent<ChatPage> Open(long chat) => Render<ChatPage>(p => p.Add(c => c.ChatId, $"{chat}"));
}
