using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace ChatFiles.Core.Data;

/// <summary>Lets <c>dotnet ef migrations add</c> see the model without starting the program.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<ChatDbContext>
{
    public ChatDbContext CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<ChatDbContext>().UseSqlite("Data Source=:memory:").Options);
}
