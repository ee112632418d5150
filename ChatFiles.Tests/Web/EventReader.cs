using System.Globalization;
using System.Text.Json;

namespace ChatFiles.Tests.Web;

public sealed record ServerEvent(long Seq, string Type, JsonElement Data);

/// <summary>Reads server-sent events line by line, as strictly as the contract words them.</summary>
public sealed class EventReader(HttpResponseMessage response, Stream stream) : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly StreamReader _lines = new(stream);

    public HttpResponseMessage Response => response;

    /// <summary>Null at the end of the stream.</summary>
    public async Task<string?> LineAsync() => await _lines.ReadLineAsync().WaitAsync(Patience);

    public async Task<ServerEvent> NextAsync() => await NextOrEndAsync() ?? throw new InvalidOperationException("The stream has ended.");

    /// <summary>Null at the end of the stream.</summary>
    public async Task<ServerEvent?> NextOrEndAsync()
    {
        string? line;
        do
        {
            line = await LineAsync();
        } while (line is "" || line?.StartsWith(':') == true);
        if (line is null)
            return null;
        line.ShouldStartWith("id: ");
        var type = await LineAsync();
        type.ShouldNotBeNull().ShouldStartWith("event: ");
        var data = await LineAsync();
        data.ShouldNotBeNull().ShouldStartWith("data: ");
        (await LineAsync()).ShouldBe("");
        return new ServerEvent(long.Parse(line[4..], CultureInfo.InvariantCulture), type[7..], JsonDocument.Parse(data[6..]).RootElement);
    }

    public async Task<IReadOnlyList<ServerEvent>> TakeUntilAsync(long seq)
    {
        var events = new List<ServerEvent>();
        do
        {
            events.Add(await NextAsync());
        } while (events[^1].Seq < seq);
        return events;
    }

    public void Dispose()
    {
        _lines.Dispose();
        response.Dispose();
    }
}
