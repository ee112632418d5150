namespace ChatFiles.E2E.Stage;

/// <summary>The people of one test and what they use; all of it ends with the test.</summary>
public sealed class Scene(ServerProcess server, ApiClient? operatorsProgram) : IAsyncDisposable
{
    private readonly List<Person> people = [];
    private readonly List<IAsyncDisposable> others = [];
    private readonly List<IBrowser> firefoxes = [];
    private readonly List<WebKitPerson> atWebKit = [];
    private bool isInFirefox;

    public ServerProcess Server { get; } = server;

    /// <summary>Whoever comes from now on sits at Firefox.</summary>
    public Scene InFirefox()
    {
        isInFirefox = true;
        return this;
    }

    /// <summary>A network that can be cut, for the people who are given it.</summary>
    public NetworkCut NewNetwork()
    {
        var network = new NetworkCut(Server);
        others.Add(network);
        return network;
    }

    /// <summary>A proxy that answers some requests itself, for the people who are given it.</summary>
    public async Task<Proxy> NewProxyAsync()
    {
        var proxy = await Proxy.StartAsync(Server);
        others.Add(proxy);
        return proxy;
    }

    /// <summary>Somebody at a browser of their own who has just registered through the page.</summary>
    public async Task<Person> NewPersonAsync(string name, INetwork? network = null, BrowserNewContextOptions? screen = null)
    {
        var person = await NewGuestAsync(name, network, screen);
        await person.RegisterAsync();
        return person;
    }

    /// <summary>Somebody at a browser of their own who has no account yet; only a whole browser shows PDFs.</summary>
    public async Task<Person> NewGuestAsync(string name, INetwork? network = null, BrowserNewContextOptions? screen = null, bool wholeBrowser = false)
    {
        var options = new BrowserNewContextOptions(screen ?? new()) { BaseURL = (network?.Address ?? Server.Address).ToString(), Locale = "en-US" };
        // Whoever answers a page's requests in a test's stead is asked first only where no worker stands in between.
        options.ServiceWorkers ??= ServiceWorkerPolicy.Block;
        var browser = isInFirefox ? await NewFirefoxAsync() : await Browser.GetAsync(wholeBrowser);
        var context = await browser.NewContextAsync(options);
        var person = new Person(Names.Unique(name), await context.NewPageAsync(), Server);
        person.ListenToConsole();
        people.Add(person);
        return person;
    }

    /// <summary>Somebody at WebKit who has not signed in yet.</summary>
    public async Task<WebKitPerson> NewGuestInWebKitAsync(INetwork network)
    {
        var person = await WebKitPerson.StartAsync(network.Address);
        atWebKit.Add(person);
        return person;
    }

    /// <summary>The site's operator makes somebody who has registered an operator too.</summary>
    public async Task MakeOperatorAsync(Person person)
    {
        var operators = operatorsProgram ?? throw new InvalidOperationException("On a new site the first to register is the operator.");
        await operators.ChangePersonAsync(await person.Program.UserIdAsync(), new { @operator = true });
    }

    /// <summary>Two people who have the same new chat open.</summary>
    public async Task<(Person Ann, Person Ben, ChatInfo Chat)> TwoInAChatAsync(INetwork? benThrough = null, INetwork? annThrough = null, bool wholeBrowser = false)
    {
        var (ann, ben) = (await NewGuestAsync("ann", annThrough), await NewGuestAsync("ben", benThrough, wholeBrowser: wholeBrowser));
        await Task.WhenAll(ann.RegisterByProgramAsync(), ben.RegisterByProgramAsync());
        var chat = await NewChatAsync(ann, ben);
        await Task.WhenAll(ann.ComeToAsync(chat), ben.ComeToAsync(chat));
        return (ann, ben, chat);
    }

    /// <summary>A new chat, made through the API; nobody has opened it yet.</summary>
    public static async Task<ChatInfo> NewChatAsync(Person owner, params Person[] members)
    {
        var chat = await owner.Program.CreateChatAsync(Names.Unique("room"));
        foreach (var member in members)
            await owner.Program.AddMemberAsync(chat.Id, member.Email);
        return chat;
    }

    public void EndsWell() => people.ForEach(person => person.HasACleanConsole());

    public async Task KeepEvidenceAsync(string path)
    {
        await File.WriteAllTextAsync($"{path}.server.log", Server.Output);
        foreach (var person in people)
            await person.KeepEvidenceAsync($"{path}.{person.Name.Split('.')[0]}");
        foreach (var person in atWebKit)
            await person.KeepEvidenceAsync($"{path}.webkit");
    }

    private async Task<IBrowser> NewFirefoxAsync()
    {
        var firefox = await Firefox.TakeAsync();
        firefoxes.Add(firefox);
        return firefox;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var person in people)
            await person.DisposeAsync();
        foreach (var person in atWebKit)
            await person.DisposeAsync();
        foreach (var other in others)
            await other.DisposeAsync();
        firefoxes.ForEach(Firefox.Leave);
    }
}
