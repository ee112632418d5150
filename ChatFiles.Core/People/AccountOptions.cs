using ChatFiles.Core.Data;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.People;

/// <summary>Section <c>Accounts</c>.</summary>
public sealed class AccountOptions
{
    public bool AllowRegistration { get; set; } = true;

    /// <summary>Domains behind the @ that may register, e.g. <c>example.com</c>; none: all.</summary>
    public IList<string> AllowedEmailDomains { get; set; } = [];

    /// <summary>
    /// Addresses whose accounts are operators from their first sign-in on. Nobody can register them: else whoever comes
    /// first would rule. None: the first person to register is operator.
    /// </summary>
    public IList<string> Operators { get; set; } = [];

    /// <summary>Passwords open accounts; else only a company's provider does, and the tokens that were made before.</summary>
    public bool LocalSignIn { get; set; } = true;

    /// <summary>Why nothing is done with passwords; null where it is.</summary>
    public Refusal? RefuseLocal() =>
        LocalSignIn ? null : new Refusal(RefusalReason.LocalSignInOff, "Passwords are not used here; sign in with your company account.");

    /// <summary>The settings say who is operator.</summary>
    public bool NamesOperators => Names(Operators).Any();

    /// <summary>Lists can be written as one value too.</summary>
    public IEnumerable<string> Domains => Names(AllowedEmailDomains);

    /// <summary>Whether the settings name this very mailbox.</summary>
    public bool IsOperator(string? address) => address is not null && Names(Operators).Any(name => Mailbox.AreSame(name, address));

    /// <summary>
    /// Compared as accounts are found by their addresses: else one that only looks otherwise (a Kelvin sign for a K) could be
    /// registered, and would keep the operator from theirs.
    /// </summary>
    public bool IsLikeOperator(string address) => Names(Operators).Select(PersonQueries.AddressKey).Contains(PersonQueries.AddressKey(address), StringComparer.Ordinal);

    /// <summary>The addresses of operators, likewise.</summary>
    public IEnumerable<string> OperatorNames => Names(Operators);

    private static IEnumerable<string> Names(IEnumerable<string> lists) =>
        lists.SelectMany(list => list.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
