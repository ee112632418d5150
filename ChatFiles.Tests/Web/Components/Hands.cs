using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Tests.Web.Components;

/// <summary>
/// What a person does on a page that may be drawn anew at any moment: waited for, found and acted on without a drawing
/// between, because an element that was found before the last drawing has lost its handlers.
/// </summary>
internal static class Hands
{
    /// <summary>Presses the one button with this text.</summary>
    public static void Press<T>(this IRenderedComponent<T> page, string text)
        where T : IComponent => page.On("button", button => button.TextContent.Trim() == text, button => button.Click());

    public static void On<T>(this IRenderedComponent<T> page, string selector, Action<IElement> act)
        where T : IComponent => page.On(selector, _ => true, act);

    public static void On<T>(this IRenderedComponent<T> page, string selector, Func<IElement, bool> which, Action<IElement> act)
        where T : IComponent
    {
        page.WaitForAssertion(() => page.FindAll(selector).Where(which).ShouldHaveSingleItem(), Screen.Patience);
        page.InvokeAsync(() => act(page.FindAll(selector).Single(which))).GetAwaiter().GetResult();
    }
}
