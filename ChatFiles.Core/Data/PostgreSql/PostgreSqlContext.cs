using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data.PostgreSql;

/// <inheritdoc/>
public sealed class PostgreSqlContext(DbContextOptions<PostgreSqlContext> options) : ChatDbContext(options)
{
    internal override Dialect Dialect => PostgreSqlDialect.Instance;

    /// <summary>Compared by bytes whatever the database's language is, as SQLite does; how long a text may be, services say.</summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<string>().HaveColumnType("text").UseCollation("C");
    }

    /// <summary>With the keys of <see cref="KeysContext"/>, so that all tables have one history.</summary>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<DataProtectionKey>().ToTable(nameof(KeysContext.DataProtectionKeys));
    }
}
