using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core;

public static partial class Settings
{
    /// <summary>Binds a section and checks its ranges at the start; what is wrong is named as it stands in the settings.</summary>
    public static OptionsBuilder<T> AddSettings<T>(this IServiceCollection services, IConfiguration configuration, string section)
        where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new Ranges<T>(section));
        return services.AddOptions<T>().Bind(configuration.GetSection(section)).ValidateOnStart();
    }

    /// <summary>Why settings are refused, each reason with the setting's name and what would be taken; null when a failure is about something else.</summary>
    public static IReadOnlyList<string>? ReasonsOf(Exception failure) =>
        failure switch
        {
            OptionsValidationException invalid => [.. invalid.Failures],
            AggregateException { InnerExceptions: var all } when all.Select(ReasonsOf).ToList() is var reasons && reasons.TrueForAll(reason => reason is not null) =>
                [.. reasons.SelectMany(reason => reason!)],
            InvalidOperationException when Explain(failure.Message) is { } reason => [reason],
            _ => null,
        };

    /// <summary>What the framework says of a value that does not fit, with the key and what would be taken; null of anything else.</summary>
    private static string? Explain(string message)
    {
        if (UnfitValue().Match(message) is { Success: true } unfit)
        {
            var taken = unfit.Groups["type"].Value switch
            {
                "System.Boolean" => "true or false",
                "System.Int32" or "System.Int64" => "a whole number that is not too large",
                "System.TimeSpan" => "a time as 01:30:00 (hours, minutes and seconds)",
                var type when typeof(Settings).Assembly.GetType(type) is { IsEnum: true } words => $"one of {string.Join(", ", Enum.GetNames(words))}",
                _ => "of another type",
            };
            return $"{unfit.Groups["key"].Value}: “{unfit.Groups["value"].Value}” can't be used; it is {taken}";
        }

        return UnknownLevel().Match(message) is { Success: true } level
            ? $"Logging:LogLevel: “{level.Groups["value"].Value}” can't be used; it is one of {string.Join(", ", Enum.GetNames<LogLevel>())}"
            : null;
    }

    [GeneratedRegex("^Failed to convert configuration value '(?<value>.*)' at '(?<key>[^']*)' to type '(?<type>[^']*)'", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex UnfitValue();

    [GeneratedRegex("^Configuration value '(?<value>.*)' is not supported", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex UnknownLevel();

    private sealed class Ranges<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            // The binder takes a number for a word, also one that stands for none.
            var wrong = typeof(T)
                .GetProperties()
                .Where(property => property.PropertyType.IsEnum && !Enum.IsDefined(property.PropertyType, property.GetValue(options)!))
                .Select(property => new ValidationResult($"is one of {string.Join(", ", Enum.GetNames(property.PropertyType))}", [property.Name]))
                .ToList();
            return Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true) && wrong.Count == 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(wrong.Select(w => $"{section}:{string.Join(',', w.MemberNames)}: {WhatIsTaken(w)}"));
        }

        /// <summary>In place of the framework's words, which write the largest number there is as 9.223372036854776E+18.</summary>
        private static string? WhatIsTaken(ValidationResult wrong)
        {
            var property = wrong.MemberNames.Select(member => typeof(T).GetProperty(member)).FirstOrDefault();
            if (property?.GetCustomAttribute<RangeAttribute>() is not { } range || wrong.ErrorMessage != range.FormatErrorMessage(property.Name))
                return wrong.ErrorMessage;
            var hasEnd = range.Maximum is not (double or int) || Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture) < int.MaxValue;
            return hasEnd ? $"is from {range.Minimum} to {range.Maximum}" : $"is a whole number, {range.Minimum} or more";
        }
    }
}
