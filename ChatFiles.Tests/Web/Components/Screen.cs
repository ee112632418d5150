using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using ChatFiles.Core.Files;
using ChatFiles.Core.Live;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components;
using ChatFiles.Web.Components.Chats;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Components;

/// <summary>What one signed-in person has before them: our components on the real Core; only the browser is played.</summary>
internal sealed class Screen : BunitContext
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public Screen(ChatWorld world, Person person)
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton(world.Chats);
        Services.AddSingleton(world.Services.GetRequiredService<RoomBroadcaster>());
        Services.AddSingleton(world.Services.GetRequiredService<UploadPolicy>());
        Services.AddSingleton(world.Services.GetRequiredService<TimeProvider>());
        Services.AddSingleton<CircuitConnection>();
        this.AddAuthorization().SetAuthorized(person.DisplayName).SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id));
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    public IRenderedComponent<ChatPage> Open(long chat) => Render<ChatPage>(p => p.Add(c => c.ChatId, $"{chat}"));
}
