using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using ChatFiles.Tests.Stage;
using Microsoft.JSInterop;

namespace ChatFiles.Tests.Web.Security;

/// <summary>
/// A circuit that sends what no page sends: every event and every [JSInvokable] with odd arguments, other people's ids,
/// calls of the hub that make no sense, and bytes that are no calls. Others must not feel it.
/// </summary>
public sealed class CircuitFuzz
{
    private const int Seed = 20261129;
    private const string Secret = "Opossum-7421";
    private const string Guess = "opossum";

    private static readonly int Calls = Thorough.Rounds(200, 600);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly string[] Invokables =
    [
        "DispatchEventAsync",
        .. typeof(Program)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => (method.GetCustomAttribute<JSInvokableAttribute>(), method.Name))
            .Where(found => found.Item1 is not null)
            .Select(found => found.Item1!.Identifier ?? found.Name)
            .Distinct(StringComparer.Ordinal),
    ];

    private static readonly string[] Hub =
    [
        "StartCircuit",
        "UpdateRootComponents",
        "ConnectCircuit",
        "ResumeCircuit",
        "PauseCircuit",
        "BeginInvokeDotNetFromJS",
        "EndInvokeJSFromDotNet",
        "ReceiveByteArray",
        "ReceiveJSDataChunk",
        "SendDotNetStreamToJS",
        "OnRenderCompleted",
        "OnLocationChanged",
        "OnLocationChanging",
        "NoSuchMethod",
    ];

    private static readonly string[] Events = ["onclick", "oninput", "onchange", "onsubmit", "onclose", "onkeydown", "ondrop", "nosuchevent"];

    [Fact]
    public async Task Whatever_a_circuit_sends_others_stay_live_and_nothing_of_theirs_is_seen_or_changed()
    {
        await using var server = await TestServer.StartAsync(("Limits:CircuitsPerPerson", "0"));
        var (eve, bob) = (await server.UserAsync("eve"), await server.UserAsync("bob"));
        var room = await bob.ChatAsync();
        var message = (await bob.SendTextAsync(room, $"The word is {Secret}")).GetProperty("id").GetInt64();
        var file = (await bob.SendFileAsync(room, $"{Secret}.txt")).GetProperty("message").GetProperty("attachments")[0].Text("id");
        await eve.SendTextAsync(1, "mine");
        using var bobsBrowser = await RawBrowser.SignInAsync(server, bob);
        using var evesBrowser = await RawBrowser.SignInAsync(server, eve);
        await using var bobsPage = await RawCircuit.OpenAsync(bobsBrowser, $"chats/{room}");
        await Eventually.HoldsAsync(() => bobsPage.Drawn.Contains(Secret, StringComparison.Ordinal), "bob's page was drawn");

        var fuzz = new Fuzz(evesBrowser, [1, room, message, 0, -1, long.MaxValue], file);
        var fuzzing = Task.Run(fuzz.RunAsync);
        var texts = 0;
        do
        {
            var text = $"still here {texts++}";
            var watch = Stopwatch.StartNew();
            await bob.SendTextAsync(room, text);
            await Eventually.HoldsAsync(() => bobsPage.Drawn.Contains(text, StringComparison.Ordinal), "bob saw what he sent");
            watch.Elapsed.ShouldBeLessThan(Patience);
        } while (!fuzzing.IsCompleted);

        await fuzzing;
        fuzz.Drawn.ShouldNotContain(Secret, Case.Sensitive);
        (await bob.MessagesAsync(room)).Length.ShouldBe(texts + 2);
        (await bob.GetAsync($"chat/{room}")).GetProperty("memberCount").GetInt32().ShouldBe(1);
        await bob.Http.GetAsync($"chat/{room}/file/{file}").ShouldBeAsync(HttpStatusCode.OK);
        await server.Stranger.GetAsync("health/ready").ShouldBeAsync(HttpStatusCode.OK);
        // The framework may complain of what it was sent; none of ours may have stumbled over it.
        server.Failures.Where(failure => failure.Contains("at ChatFiles.", StringComparison.Ordinal) || failure.StartsWith("ChatFiles.", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private sealed class Fuzz(RawBrowser browser, long[] ids, string file)
    {
        private readonly Random _random = new(Seed);
        private readonly List<string> _drawn = [];

        public string Drawn => string.Join('\n', _drawn);

        public async Task RunAsync()
        {
            var circuit = await OpenAsync();
            for (var call = 0; call < Calls; call++)
            {
                if (!circuit.IsOpen)
                {
                    await CloseAsync(circuit);
                    circuit = await OpenAsync();
                }

                await SendAsync(circuit);
            }

            await CloseAsync(circuit);
        }

        private async Task<RawCircuit> OpenAsync()
        {
            var circuit = await RawCircuit.OpenAsync(browser, Pick(["chats/1", "chats/1", "chats/1/files", "find?q=mine"]));
            await Eventually.HoldsAsync(() => circuit.Batches > 0 && !circuit.Objects.IsEmpty, "the page was drawn", 30);
            return circuit;
        }

        private async Task CloseAsync(RawCircuit circuit)
        {
            _drawn.Add(circuit.Drawn);
            await circuit.DisposeAsync();
        }

        private Task SendAsync(RawCircuit circuit) =>
            _random.Next(20) switch
            {
                < 7 => circuit.InvokeAsync(ObjectOf(circuit), Pick(Invokables), Arguments()),
                < 13 => circuit.InvokeAsync(ObjectOf(circuit), "DispatchEventAsync", $"[{Descriptor()},{EventArguments()}]"),
                < 16 => circuit.SendAsync("OnLocationChanged", $"{browser.Address}{Place()}", null, true),
                < 18 => circuit.SendAsync(Pick(Hub), Odd(_random.Next(6))),
                18 => FloodAsync(circuit),
                _ => _random.Next(10) == 0 ? circuit.SendBytesAsync(Bytes()) : circuit.SendMessageAsync([.. Odd(_random.Next(1, 7))]),
            };

        /// <summary>What a page says often, without pause.</summary>
        private async Task FloodAsync(RawCircuit circuit)
        {
            var target = ObjectOf(circuit);
            for (var i = 0; i < 20; i++)
                await circuit.InvokeAsync(target, "Typing", i % 2 == 0 ? "[true]" : "[false]");
        }

        private string Place() =>
            Pick(
                [
                    $"chats/{Pick(ids)}",
                    $"chats/{Pick(ids)}/files",
                    $"chats/{Pick(ids)}?message={Pick(ids)}",
                    $"chats/{Pick(ids)}?message={Pick(ids)}&file={file}",
                    $"find?q={Guess}",
                    $"find?q={Guess}&chat={Pick(ids)}",
                    "find?q=" + new string('*', 300),
                    "operator",
                    "no/such/page",
                    "chats/%00",
                    "",
                ]
            );

        private long ObjectOf(RawCircuit circuit) =>
            _random.Next(10) == 0 || circuit.Objects.IsEmpty ? Pick(ids) : Pick([.. circuit.Objects.Keys]);

        private string Arguments() => $"[{string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(_ => Json()))}]";

        private string Descriptor() =>
            $$"""{"eventHandlerId":{{_random.Next(1, 300)}},"eventName":"{{Pick(Events)}}","eventFieldInfo":{{Pick(["null", $$"""{"componentId":{{_random.Next(-1, 60)}},"fieldValue":{{Json()}}}"""])}}}""";

        private string EventArguments() =>
            Pick(
                [
                    """{"type":"click","detail":1,"screenX":1e308,"clientX":-1}""",
                    $$"""{"value":{{Json()}}}""",
                    $$"""{"value":"{{Guess}}"}""",
                    """{"key":"Enter","code":"Enter"}""",
                    "{}",
                    Json(),
                ]
            );

        private string Json() =>
            Pick(
                [
                    "null",
                    "true",
                    "-1",
                    "1e400",
                    "\"NaN\"",
                    $"{Pick(ids)}",
                    $"\"{Pick(ids)}\"",
                    $"\"{file}\"",
                    "\"\\u0000\\ud800\"",
                    JsonSerializer.Serialize(new string('x', _random.Next(40_000))),
                    "[]",
                    "[[[[[[]]]]]]",
                    """{"__dotNetObject":1}""",
                    """{"__jsObjectId":99}""",
                    "{\"a\":",
                ]
            );

        private object?[] Odd(int count) =>
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(_ =>
                        Pick<object?>([null, true, 0, Pick(ids), double.NaN, double.PositiveInfinity, "", Json(), Arguments(), new byte[100], Array.Empty<object?>()])
                    ),
            ];

        private byte[] Bytes()
        {
            var bytes = new byte[_random.Next(1, 200_000)];
            _random.NextBytes(bytes);
            return bytes;
        }

        private T Pick<T>(T[] from) => from[_random.Next(from.Length)];
    }
}
