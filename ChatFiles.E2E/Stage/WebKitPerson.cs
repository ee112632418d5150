using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// Somebody at WebKit: the small browser of WebKitGTK on a screen that nobody sees. Its sessions are private ones, as in a
/// private window of Safari. It is driven over WebDriver, of which this takes so little that a library for it (86 MB) would
/// be more than it spares.
/// </summary>
public sealed class WebKitPerson : IAsyncDisposable
{
    // So long may take what is asked of the browser, and what is waited for.
    private const int PatienceSeconds = 60;

    private readonly Uri site;
    private readonly HttpClient driver;
    private readonly List<Leash> programs = [];
    private readonly DirectoryInfo desk = Directory.CreateTempSubdirectory("chatfiles-e2e-desk-");
    private string session = "session";

    private WebKitPerson(Uri site, int port) =>
        (this.site, driver) = (site, new() { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(PatienceSeconds) });

    public static async Task<WebKitPerson> StartAsync(Uri site)
    {
        var port = Ports.Next();
        var person = new WebKitPerson(site, port);
        try
        {
            await person.StartBrowserAsync(port);
            return person;
        }
        catch
        {
            await person.DisposeAsync();
            throw;
        }
    }

    /// <summary>Loads a page and waits until it reacts to input.</summary>
    public async Task GoAsync(string path)
    {
        await CommandAsync(HttpMethod.Post, "url", new { url = new Uri(site, path) });
        await IsInteractiveAsync();
    }

    public async Task ReloadAsync()
    {
        await CommandAsync(HttpMethod.Post, "refresh", new { });
        await IsInteractiveAsync();
    }

    public async Task SignInAsync(string email)
    {
        await FillAsync("Email", email);
        await FillAsync("Password", Names.Password);
        await PressAsync("Sign in");
    }

    public async Task SayAsync(string text)
    {
        await FillAsync("Message", text);
        await PressAsync("Send");
    }

    /// <summary>Puts a file into the field behind the button "Attach files".</summary>
    public async Task AttachAsync(SampleFile file)
    {
        var path = Path.Combine(desk.FullName, file.Name);
        await File.WriteAllBytesAsync(path, file.Bytes);
        await IsAbleToAsync("send", "button:enabled", "Send", _ => Task.CompletedTask);
        var field = (await FindAsync("input[type=file][multiple]:not([webkitdirectory])")).ShouldHaveSingleItem();
        await CommandAsync(HttpMethod.Post, $"element/{field}/value", new { text = path });
    }

    public Task PressAsync(string button) =>
        IsAbleToAsync("press", "button:enabled", button, element => CommandAsync(HttpMethod.Post, $"element/{element}/click", new { }));

    /// <summary>These texts are to be read in what is so called, each once.</summary>
    public Task ReadsAsync(string place, params string[] texts) =>
        EventuallyAsync(
            async () =>
            {
                foreach (var element in await FindAsync("[role=log], [role=status], ul", place))
                {
                    // Not WebDriver's own "text", which leaves out what stands in a box that hides what is too long.
                    var read = (await CommandAsync(HttpMethod.Get, $"element/{element}/property/innerText")).GetString()!;
                    if (Array.TrueForAll(texts, text => read.Split(text).Length == 2))
                        return true;
                }
                return false;
            },
            $"“{place}” was there with {string.Join(", ", texts)}"
        );

    /// <summary>There is nothing of this name, or no longer.</summary>
    public Task MissesAsync(string place) => EventuallyAsync(async () => (await FindAsync("[role=status], ul", place)).Count == 0, $"“{place}” was gone");

    /// <summary>What a script gives that runs in the page.</summary>
    public Task<JsonElement> RunAsync(string script) => CommandAsync(HttpMethod.Post, "execute/sync", new { script, args = Array.Empty<object>() });

    /// <summary>What they see, as the page is written at this moment.</summary>
    public async Task KeepEvidenceAsync(string path)
    {
        try
        {
            await File.WriteAllTextAsync($"{path}.html", (await CommandAsync(HttpMethod.Get, "source")).GetString());
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or InvalidOperationException)
        {
            await File.WriteAllTextAsync($"{path}.html", $"No page: {failure.Message}\n{string.Join('\n', programs.Select(program => program.Errors))}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        driver.Dispose();
        foreach (var program in programs)
            await program.DisposeAsync();
        desk.Delete(recursive: true);
    }

    private async Task StartBrowserAsync(int port)
    {
        var screen = Start("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], []);
        Start(
            "WebKitWebDriver",
            [$"--port={port.ToString(CultureInfo.InvariantCulture)}"],
            new()
            {
                ["DISPLAY"] = ":" + await screen.ReadLineAsync(),
                // There is no graphics card, and no sandbox within a container.
                ["WEBKIT_DISABLE_DMABUF_RENDERER"] = "1",
                ["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1",
            }
        );
        await EventuallyAsync(async () => (await driver.GetAsync(new Uri("status", UriKind.Relative))).IsSuccessStatusCode, "WebKitWebDriver was there");
        var begun = await CommandAsync(HttpMethod.Post, "", new { capabilities = new { alwaysMatch = new { unhandledPromptBehavior = "accept" } } });
        session = $"session/{begun.GetProperty("sessionId").GetString()}";
    }

    private Leash Start(string program, IEnumerable<string> arguments, Dictionary<string, string> settings)
    {
        var started = new Leash(program, arguments, settings);
        programs.Add(started);
        return started;
    }

    private Task FillAsync(string name, string text) =>
        IsAbleToAsync(
            "fill in",
            "input, textarea",
            name,
            async element =>
            {
                await CommandAsync(HttpMethod.Post, $"element/{element}/clear", new { });
                await CommandAsync(HttpMethod.Post, $"element/{element}/value", new { text });
            }
        );

    private Task IsAbleToAsync(string act, string selector, string name, Func<string, Task> doIt) =>
        EventuallyAsync(
            async () =>
            {
                if (await FindAsync(selector, name) is not [var element])
                    return false;
                await doIt(element);
                return true;
            },
            $"it could {act} “{name}”"
        );

    private Task IsInteractiveAsync() => EventuallyAsync(async () => (await FindAsync("html[data-interactive=true]")).Count == 1, "the page reacted");

    /// <summary>Waits; what the driver can't do now, because the page is just changing, it can do at the next try.</summary>
    private static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        var trouble = "";
        try
        {
            await Eventually.HoldsAsync(TryAsync, what, PatienceSeconds);
        }
        catch (TimeoutException vain)
        {
            throw new TimeoutException($"{vain.Message} {trouble}", vain);
        }

        async Task<bool> TryAsync()
        {
            try
            {
                return await condition();
            }
            catch (Exception failure) when (failure is HttpRequestException or InvalidOperationException)
            {
                trouble = failure.Message;
                return false;
            }
        }
    }

    private async Task<List<string>> FindAsync(string selector, string? name = null)
    {
        List<string> found = [];
        foreach (var element in (await CommandAsync(HttpMethod.Post, "elements", new { @using = "css selector", value = selector })).EnumerateArray())
        {
            var id = element.EnumerateObject().Single().Value.GetString()!;
            if (name is null || await NameAsync(id) == name)
                found.Add(id);
        }
        return found;
    }

    /// <summary>As a screen reader has it; what is not to be seen has none.</summary>
    private async Task<string?> NameAsync(string element)
    {
        try
        {
            return (await CommandAsync(HttpMethod.Get, $"element/{element}/computedlabel")).GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private async Task<JsonElement> CommandAsync(HttpMethod method, string command, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"{session}/{command}".TrimEnd('/'), UriKind.Relative));
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var answer = await driver.SendAsync(request);
        var value = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("value");
        return answer.IsSuccessStatusCode ? value : throw new InvalidOperationException($"{command}: {value}");
    }
}
