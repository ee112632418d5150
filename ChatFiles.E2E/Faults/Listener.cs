using System.Net;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Faults;

/// <summary>Follows a chat over all that becomes of the servers, from where it was. Hearing an event twice, or not in its order, fails it.</summary>
internal sealed class Listener(ApiClient client, long chat)
{
    private long last;

    /// <summary>The seq of the event that it has heard last.</summary>
    public long Last => Interlocked.Read(ref last);

    public async Task ListenAsync(CancellationToken closing)
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await foreach (var heard in client.FollowAsync(chat, Last, closing))
                {
                    heard.Seq.ShouldBe(Last + 1);
                    Interlocked.Increment(ref last);
                }
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError })
            {
                await Task.Delay(Uploader.BeforeItTriesAgain, CancellationToken.None);
            }
        }
    }
}
