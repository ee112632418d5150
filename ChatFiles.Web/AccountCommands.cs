using ChatFiles.Core;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Accounts;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web;

/// <summary>Accounts by the command line, on the same database, while the server runs or not.</summary>
internal static class AccountCommands
{
    public static async Task<string> AddPersonAsync(IServiceProvider services, string email, bool isOperator)
    {
        using var scope = services.CreateScope();
        await services.OpenChatFilesAsync();
        var link = ValueOf(await scope.ServiceProvider.GetRequiredService<Enrolment>().AddPersonAsync(Operator.AtTheMachine, email, name: null));
        if (isOperator)
            await services.GetRequiredService<Operators>().AppointAsync(link.UserId, "at the machine");
        return LinkOf(services, link);
    }

    public static async Task<string> ResetPasswordAsync(IServiceProvider services, string email)
    {
        await services.OpenChatFilesAsync();
        var userId = ValueOf(await services.GetRequiredService<PeopleService>().FindIdAsync(Operator.AtTheMachine, email));
        var links = services.GetRequiredService<PasswordLinks>();
        return LinkOf(services, ValueOf(await links.MakeAsync(Operator.AtTheMachine, userId, PasswordLinks.ResetLifetime)));
    }

    /// <summary>For whoever comes by the company's provider then; nobody who knew the password does anything with it any more.</summary>
    public static async Task<string> ForgetPasswordAsync(IServiceProvider services, string email)
    {
        await services.OpenChatFilesAsync();
        var people = services.GetRequiredService<PeopleService>();
        var userId = ValueOf(await people.FindIdAsync(Operator.AtTheMachine, email));
        ValueOf(await people.ChangeAsync(Operator.AtTheMachine, userId, new PersonChange(ForgetsPassword: true)));
        return $"{email} has no password any more";
    }

    private static T ValueOf<T>(Result<T> result) =>
        result.Succeeded(out var value, out var refusal) ? value : throw new CommandRefusedException(refusal.Detail);

    private static string LinkOf(IServiceProvider services, NewPasswordLink link)
    {
        var listensOn = StartUp.AddressesOf(services.GetRequiredService<IConfiguration>())[0];
        return services.GetRequiredService<IOptions<SiteOptions>>().Value.PasswordLink(link.Token, listensOn);
    }
}

/// <summary>A command that can't be done, with a sentence that says why.</summary>
internal sealed class CommandRefusedException(string message) : Exception(message);
