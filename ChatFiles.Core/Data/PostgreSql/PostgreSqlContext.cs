using ChatFiles.Core.Model;
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
}
