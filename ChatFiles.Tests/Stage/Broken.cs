using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Stage;

/// <summary>A database that refuses rows.</summary>
internal static class Broken
{
    /// <summary>New rows of a table; all, or those for which the condition holds (of <c>NEW</c>).</summary>
    public static Task<int> InsertsAsync(ChatWorld world, string table, string when = "TRUE") =>
        ExecuteAsync(
            world,
            PostgreSql.IsMeant
                ? $"""
                    CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
                    CREATE TRIGGER broken BEFORE INSERT ON "{table}" FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION broken();
                    """
                : $"""CREATE TRIGGER broken BEFORE INSERT ON "{table}" WHEN {when} BEGIN SELECT RAISE(ABORT, 'broken'); END"""
        );

    public static Task<int> MendAsync(ChatWorld world, string table) =>
        ExecuteAsync(world, PostgreSql.IsMeant ? $"""DROP TRIGGER broken ON "{table}" """ : "DROP TRIGGER broken");

    private static Task<int> ExecuteAsync(ChatWorld world, string sql) => world.Writer.WriteAsync(db => db.Database.ExecuteSqlRawAsync(sql));
}
