using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ChatFiles.Core.Data;

internal static class ContextOptions
{
    /// <summary>
    /// The same for the contexts that read and those of the writer: where one of these options differs, EF builds the model
    /// and compiles each query once more: a third of a second and several MiB of a program that starts. Their order counts, too.
    /// </summary>
    public static TBuilder UseShared<TBuilder>(this TBuilder options, IServiceProvider application)
        where TBuilder : DbContextOptionsBuilder
    {
        options.UseApplicationServiceProvider(application);
        options.ConfigureWarnings(events =>
            events.Ignore(
                // A test compares the migrations with the model; a start need not.
                RelationalEventId.PendingModelChangesWarning,
                // Whoever asked has the exception; some are expected, and the rest are logged with what they led to.
                RelationalEventId.CommandError,
                CoreEventId.SaveChangesFailed
            )
        );
        return options;
    }
}
