using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ChatFiles.Core.Data.PostgreSql;

/// <inheritdoc/>
public sealed class PostgreSqlContext(DbContextOptions<PostgreSqlContext> options) : ChatDbContext(options)
{
    internal override Dialect Dialect => PostgreSqlDialect.Instance;

    /// <summary>
    /// What several processes need to share, and one has in memory or on its disk; with the keys of <see cref="KeysContext"/>,
    /// so that all tables have one history.
    /// </summary>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<DataProtectionKey>().ToTable(nameof(KeysContext.DataProtectionKeys));
        Add(builder, "Nodes", node =>
        {
            node.Property<string>("Id");
            node.HasKey("Id");
            node.Property<long>("SeenAt");
        });
        Add(builder, "BlobIntents", intent =>
        {
            intent.Property<string>("Key");
            intent.HasKey("Key");
            intent.Property<string>("Node").IsRequired();
        });
        Add(builder, "Leases", lease =>
        {
            lease.Property<string>("Work");
            lease.HasKey("Work");
            lease.Property<string>("Node").IsRequired();
            lease.Property<long>("Term");
        });
        Add(builder, "Uploads", upload =>
        {
            upload.Property<string>("Id");
            upload.HasKey("Id");
            upload.Property<string>("UserId").IsRequired();
            upload.Property<long>("ChatId");
            upload.Property<string>("FileName").IsRequired();
            upload.Property<long>("Length");
            upload.Property<string>("Metadata");
            upload.Property<long>("ExpiresAt");
            upload.HasIndex("UserId");
            upload.HasIndex("ChatId");
        });
        Add(builder, "OpenPlaces", place =>
        {
            place.IsUnlogged();
            place.Property<string>("Id");
            place.HasKey("Id");
            place.Property<string>("What").IsRequired();
            place.Property<string>("Who").IsRequired();
            place.Property<string>("Node").IsRequired();
            place.HasIndex("Who", "What");
        });
        Add(builder, "RateCounts", count =>
        {
            count.IsUnlogged();
            count.Property<string>("Who");
            count.HasKey("Who");
            count.Property<long>("At");
            count.Property<int[]>("Counts").IsRequired();
        });
    }

    private static void Add(ModelBuilder builder, string table, Action<EntityTypeBuilder<Dictionary<string, object>>> build) =>
        builder.SharedTypeEntity<Dictionary<string, object>>(table, entity => build(entity.ToTable(table)));

    /// <summary>Compared by bytes whatever the database's language is, as SQLite does; how long a text may be, services say.</summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<string>().HaveColumnType("text").UseCollation("C");
    }
}
