using ChatFiles.Core;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Core.Files;

public sealed class UploadSettingsTests
{
    [Fact]
    public async Task An_operator_adds_a_type_with_its_signature()
    {
        var policy = await StartAsync(
            ("Uploads:AllowedExtensions", "txt stl"),
            ("Uploads:Types:stl:ContentType", "model/stl"),
            ("Uploads:Types:stl:Signatures:0", "4:73 6F ?? 69")
        );

        var type = policy.TypeOf("part.STL").Value;
        type.ContentType.ShouldBe("model/stl");
        Fits(policy, type, [0, 0, 0, 0, 0x73, 0x6F, 0xAB, 0x69]).ShouldBeTrue();
        Fits(policy, type, [0, 0, 0, 0, 0x73, 0x6F, 0xAB, 0x70]).ShouldBeFalse();
        policy.TypeOf("x.png").Refusal!.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
    }

    [Fact]
    public async Task An_operators_row_replaces_the_one_of_the_table()
    {
        var policy = await StartAsync(("Uploads:Types:PDF:ContentType", "application/x-own"), ("Uploads:Types:PDF:Signatures:0", "AABB"));

        policy.TypeOf("x.pdf").Value.ContentType.ShouldBe("application/x-own");
        Fits(policy, policy.TypeOf("x.pdf").Value, Heads.Of("pdf")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_type_without_signatures_is_text()
    {
        var policy = await StartAsync(("Uploads:AllowedExtensions", "ini"), ("Uploads:Types:ini:ContentType", "text/plain"));

        var type = policy.TypeOf("x.ini").Value;
        type.IsText.ShouldBeTrue();
        Fits(policy, type, Heads.Of("png")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_type_of_any_bytes_stands_in_no_texts_way()
    {
        var policy = await StartAsync(
            ("Uploads:AllowedExtensions", "txt bin"),
            ("Uploads:Types:bin:ContentType", "application/octet-stream"),
            ("Uploads:Types:bin:Signatures:0", "????????")
        );

        Fits(policy, policy.TypeOf("x.txt").Value, Heads.Of("txt")).ShouldBeTrue();
        Fits(policy, policy.TypeOf("x.bin").Value, Heads.Of("gz")).ShouldBeTrue();
    }

    [Fact]
    public async Task Unknown_types_are_accepted_where_the_settings_say_so()
    {
        (await StartAsync(("Uploads:UnknownTypes", "Download"))).TakesUnknown.ShouldBeTrue();
        (await StartAsync()).TakesUnknown.ShouldBeFalse();
    }

    [Theory]
    [InlineData("png, .PDF; txt")]
    [InlineData("png pdf txt png")]
    public async Task The_allowed_extensions_can_be_one_value(string list) =>
        (await StartAsync(("Uploads:AllowedExtensions", list))).AllowedExtensions.ShouldBe(["png", "pdf", "txt"]);

    [Fact]
    public async Task The_allowed_extensions_can_be_a_list() =>
        (await StartAsync(("Uploads:AllowedExtensions:0", "png"), ("Uploads:AllowedExtensions:1", ".Txt"))).AllowedExtensions.ShouldBe(["png", "txt"]);

    [Theory]
    [InlineData("Uploads:MaxFileBytes", "0", "Uploads:MaxFileBytes")]
    [InlineData("Uploads:MaxFileBytes", "-5", "Uploads:MaxFileBytes")]
    [InlineData("Uploads:MaxFileBytes", "0", "Uploads:MaxFileBytes: is a whole number, 1 or more")]
    [InlineData("Retention:MaxDays", "0", "Retention:MaxDays: is from 1 to 3650")]
    [InlineData("Uploads:MaxRequestBytes", "0", "Uploads:MaxRequestBytes")]
    [InlineData("Uploads:MaxRequestBytes", "1", "Uploads:MaxRequestBytes")]
    [InlineData("Uploads:UnknownTypes", "5", "Uploads:UnknownTypes: is one of Refuse, Download")]
    [InlineData("Uploads:Types:stl:Kind", "9", "Uploads:Types:stl:Kind: is one of")]
    [InlineData("Storage:Provider", "7", "Storage:Provider: is one of Local, Azure")]
    [InlineData("Quotas:BytesPerUser", "-1", "Quotas:BytesPerUser")]
    [InlineData("Quotas:BytesPerChat", "-1", "Quotas:BytesPerChat")]
    [InlineData("Uploads:AllowedExtensions", "png nonsense", "nonsense")]
    [InlineData("Uploads:Types:stl:Signatures:0", "", "Uploads:Types:stl:Signatures")]
    [InlineData("Uploads:Types:stl:Signatures:0", "ABC", "Uploads:Types:stl:Signatures")]
    [InlineData("Uploads:Types:stl:Signatures:0", "XY", "Uploads:Types:stl:Signatures")]
    [InlineData("Uploads:Types:stl:Signatures:0", "?A", "Uploads:Types:stl:Signatures")]
    [InlineData("Uploads:Types:stl:Signatures:0", "x:AA", "Uploads:Types:stl:Signatures")]
    [InlineData("Uploads:Types:stl:Signatures:0", "-1:AA", "Uploads:Types:stl:Signatures")]
    [InlineData("Uploads:Types:stl:Signatures:0", "2047:AABB", "Uploads:Types:stl:Signatures")]
    [InlineData("Uploads:AllowedExtensions", "png svg", "svg")]
    [InlineData("Uploads:Types:stl:Signatures:0", "2147483647:AABB", "Uploads:Types:stl:Signatures")]
    [InlineData("Uploads:Types:stl:Signatures:0", "99999999999:AA", "Uploads:Types:stl:Signatures")]
    public async Task A_setting_that_cannot_work_stops_the_start_and_is_named(string key, string value, string named)
    {
        var failure = await Should.ThrowAsync<OptionsValidationException>(() => StartAsync((key, value)));

        failure.Message.ShouldContain(named);
    }

    [Fact]
    public async Task That_settings_were_refused_is_in_the_audit_log_and_said_once_however_often_the_start_is_tried()
    {
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-");
        try
        {
            (await StartInAsync(folder.FullName, RefusedAsync)).ShouldBeEmpty();
            for (var i = 0; i < 2; i++)
                await Should.ThrowAsync<OptionsValidationException>(() => StartInAsync(folder.FullName, RefusedAsync, ("Uploads:MaxFileBytes", "0")));
            await Should.ThrowAsync<InvalidOperationException>(() => StartInAsync(folder.FullName, RefusedAsync, ("Storage:Provider", "Tape")));

            (await StartInAsync(folder.FullName, RefusedAsync)).ShouldBe(
                [
                    ("Uploads:MaxFileBytes", "Uploads:MaxFileBytes: is a whole number, 1 or more"),
                    ("Storage:Provider", "Storage:Provider: “Tape” can't be used; it is one of Local, Azure"),
                ]
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool Fits(UploadPolicy policy, FileType named, ReadOnlySpan<byte> head) => policy.Judge(named, head, isWhole: true).Fit == Fit.Yes;

    private static async Task<UploadPolicy> StartAsync(params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-");
        try
        {
            return await StartInAsync(folder.FullName, services => Task.FromResult(services.GetRequiredService<UploadPolicy>()), settings);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<T> StartInAsync<T>(string folder, Func<IServiceProvider, Task<T>> read, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)).Append(new("Data:Directory", folder)))
            .Build();
        await using var services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.None))
            .AddSingleton(ChatFiles.Web.StartUp.FindProgram())
            .AddChatFiles(configuration, folder)
            .BuildServiceProvider();
        await services.PrepareChatFilesAsync();
        return await read(services);
    }

    private static async Task<List<(string Subject, string Detail)>> RefusedAsync(IServiceProvider services)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<ChatDbContext>>().CreateDbContextAsync();
        var entries = await db.AuditEntries.Where(e => e.Action == AuditAction.SettingsRefused).OrderBy(e => e.Id).ToListAsync();
        return entries.ConvertAll(e => (e.Subject, e.Detail));
    }
}
