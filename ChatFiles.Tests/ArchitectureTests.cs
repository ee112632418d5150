using System.Reflection;
using ArchUnitNET.Domain;
using ArchUnitNET.Fluent;
using ArchUnitNET.Fluent.Syntax.Elements.Types;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnit;
using ChatFiles.Core;
using Microsoft.AspNetCore.Components;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Assembly = System.Reflection.Assembly;

namespace ChatFiles.Tests;

/// <summary>How the house is built: who may look down on whom, and through which door.</summary>
public sealed class ArchitectureTests
{
    private const string Core = "ChatFiles.Core";
    private const string Web = "ChatFiles.Web";

    private static readonly Assembly CoreAssembly = typeof(CoreServices).Assembly;
    private static readonly Assembly WebAssembly = typeof(Program).Assembly;

    private static readonly Architecture House = new ArchLoader().LoadAssemblies(CoreAssembly, WebAssembly).Build();

    /// <summary>From the ground up; who stands on the same floor may know each other where that is not ruled out as well.</summary>
    [Theory]
    [InlineData("Model", "Data", "Files", "Live", "Chats", "People", "Upkeep")]
    [InlineData("Data", "Files", "Live", "Chats", "People", "Upkeep")]
    [InlineData("Files", "Data", "Live", "Chats", "People", "Upkeep")]
    [InlineData("Mail", "Data", "Files", "Live", "Chats", "People", "Upkeep")]
    [InlineData("Live", "Chats", "People", "Upkeep")]
    [InlineData("People", "Chats", "Upkeep", "Push")]
    [InlineData("Chats", "Upkeep", "Push")]
    [InlineData("Push", "Upkeep")]
    public void A_floor_of_the_core_knows_nothing_of_the_floors_above_it(string floor, params string[] above)
    {
        foreach (var other in above)
            Check(Types().That().Are(In($"{Core}.{floor}")).Should().NotDependOnAny(In($"{Core}.{other}")));
    }

    [Fact]
    public void The_core_knows_no_HTTP_and_no_screen()
    {
        foreach (var outside in new[] { Web, "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Components", "Microsoft.AspNetCore.Builder", "MudBlazor" })
            Check(Types().That().Are(In(Core)).Should().NotDependOnAny(In(outside)));
    }

    /// <summary>What is to be different on another kind of database is in one place.</summary>
    [Fact]
    public void Only_one_folder_knows_that_the_database_is_SQLite()
    {
        var others = Types().That().ResideInNamespaceMatching(@"^ChatFiles\.(Core|Web)(\.|$)").And().DoNotResideInNamespaceMatching($@"^{Core}\.Data\.(Sqlite|Migrations)$");
        foreach (var engine in new[] { "Microsoft.Data.Sqlite", "SQLitePCL" })
            Check(others.Should().NotDependOnAny(In(engine)));
    }

    [Fact]
    public void Pages_and_endpoints_know_nothing_of_the_database()
    {
        Check(Types().That().Are(In($"{Web}.Components")).Should().NotDependOnAny(In($"{Core}.Data")));
        var endpoints = Types().That().ResideInNamespaceMatching($"^{Web}.Api$").And().HaveNameMatching("(Endpoints|Api|EventStream|MultipartUpload)$");
        Check(endpoints.Should().NotDependOnAny(In($"{Core}.Data")));
    }

    [Fact]
    public void Components_are_handed_services_of_the_top_floor_and_nothing_below_it()
    {
        var below = new[] { "Model", "Data", "Files", "Live" };
        var handed =
            from component in WebAssembly.GetTypes()
            where component.IsSubclassOf(typeof(ComponentBase))
            from service in component.GetConstructors().SelectMany(c => c.GetParameters()).Select(p => p.ParameterType)
                .Concat(PropertiesOf(component).Where(p => p.IsDefined(typeof(InjectAttribute))).Select(p => p.PropertyType))
            select (Component: component.Name, Service: service);

        handed.Where(h => below.Any(floor => h.Service.Namespace == $"{Core}.{floor}")).ShouldBeEmpty();
        handed.Count().ShouldBeGreaterThan(20);
    }

    /// <summary>What needs more than eight others does more than one thing.</summary>
    [Fact]
    public void No_class_depends_on_more_than_eight_others()
    {
        var dependencies =
            from type in CoreAssembly.GetTypes().Concat(WebAssembly.GetTypes())
            where type is { IsClass: true, IsAbstract: false } && !IsData(type)
            let constructors = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            let handed = constructors.Select(c => c.GetParameters().Count(p => IsDependency(p.ParameterType))).DefaultIfEmpty(0).Max()
            select (Type: type.FullName, Count: handed + PropertiesOf(type).Count(p => p.IsDefined(typeof(InjectAttribute))));

        dependencies.Where(d => d.Count > 8).ShouldBeEmpty();
        dependencies.Max(d => d.Count).ShouldBe(8);
    }

    /// <summary>Records carry values, and what a compiler made is nobody's.</summary>
    private static bool IsData(System.Type type) =>
        type.GetMethod("<Clone>$") is not null || type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute));

    private static bool IsDependency(System.Type type) => type is { IsValueType: false, IsArray: false } && type != typeof(string);

    [Fact]
    public void No_type_has_the_name_of_a_drawer()
    {
        var drawers = CoreAssembly.GetTypes().Concat(WebAssembly.GetTypes()).Where(type => type.IsVisible)
            .Where(type => new[] { "Helper", "Helpers", "Manager", "Util", "Utils", "Common" }.Any(type.Name.EndsWith));

        drawers.ShouldBeEmpty();
    }

    private static IEnumerable<PropertyInfo> PropertiesOf(System.Type? type) =>
        type is null ? [] : type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Concat(PropertiesOf(type.BaseType));

    private static GivenTypesConjunctionWithDescription In(string space) => Types(true).That().ResideInNamespaceMatching($"^{space.Replace(".", "\\.", StringComparison.Ordinal)}(\\.|$)").As(space);

    private static void Check(IArchRule rule) => rule.Check(House);
}
