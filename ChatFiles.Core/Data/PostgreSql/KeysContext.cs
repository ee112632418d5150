using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// The keys of cookies and tokens, which all processes share. By a context of its own: whoever keeps keys saves with a
/// blocked thread, and needs nothing else of the database. Their table is made with all the others.
/// </summary>
public sealed class KeysContext(DbContextOptions<KeysContext> options) : DbContext(options), IDataProtectionKeyContext
{
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();
}
