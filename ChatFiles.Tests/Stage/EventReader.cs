using System.Text.Json;

namespace ChatFiles.Tests.Stage;

/// <summary>Follows a chat's event stream.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage answer, StreamReader lines)
    {
        _answer = answer;
        _lines = lines;
    }

    /// <summary>Opens the stream and waits for its first line, a comment; from then on nothing is missed.</summary>
    public static async Task<EventReader> OpenAsync(ApiUser user, long chat, string query = "", string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"chat/{chat}/events{query}");
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId).ShouldBeTrue();
        var answer = await user.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var reader = new EventReader(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
        (await reader._lines.ReadLineAsync().WaitAsync(Patience)).ShouldStartWith(":");
        return reader;
    }

    /// <summary>The next event; null when the stream has ended.</summary>
    public async Task<(long Id, string Type, JsonElement Data)?> NextAsync()
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await _lines.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Length == 0 && fields.Count > 0)
                return (long.Parse(fields["id"], System.Globalization.CultureInfo.InvariantCulture), fields["event"], JsonDocument.Parse(fields["data"]).RootElement);
            if (line.Length > 0 && line[0] != ':')
                fields.Add(line[..line.IndexOf(": ", StringComparison.Ordinal)], line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
        }

        return null;
    }

    /// <summary>The next comment, past whatever comes before it; null when the stream has ended.</summary>
    public async Task<string?> NextCommentAsync()
    {
        while (await _lines.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.StartsWith(':'))
                return line;
        }

        return null;
    }

    /// <summary>The next event, which must be there and be of this type and seq; its data.</summary>
    public async Task<JsonElement> ShouldGetAsync(string type, long seq)
    {
        var (id, actual, data) = (await NextAsync()).ShouldNotBeNull();
        (actual, id, data.GetProperty("seq").GetInt64()).ShouldBe((type, seq, seq));
        return data;
    }

    public ValueTask DisposeAsync()
    {
        _answer.Dispose();
        _lines.Dispose();
        return ValueTask.CompletedTask;
    }
}
