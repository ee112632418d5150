using System.Buffers;
using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ChatFiles.Core.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using NpgsqlTypes;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// All rows of a database in SQLite's file, as they are, in one of PostgreSQL's: those of the model; the indexes of words make
/// themselves anew. Everything is one transaction: cut off, it has left nothing.
/// </summary>
internal sealed class RowCopy
{
    /// <summary>What the source held when it was copied here (<see cref="Marker"/>).</summary>
    private const string CopiedMark = "copied-from-sqlite";

    /// <summary>PostgreSQL has no such character in a text. It came into the texts of earlier versions, which did not refuse it.</summary>
    private const char Nul = '\0';

    private readonly List<Table> _tables;
    private readonly SqliteContext _source;
    private readonly NpgsqlConnection _target;

    /// <param name="source">Up to date, and nobody's but ours.</param>
    /// <param name="schema">Of the target.</param>
    /// <param name="target">Open, up to date, without limits of time.</param>
    public RowCopy(SqliteContext source, PostgreSqlContext schema, NpgsqlConnection target)
    {
        (_source, _target) = (source, target);
        _tables = [.. InOrderOfReferences(source.Model).Select(entity => new Table(entity, schema.Model))];
    }

    /// <summary>How many rows the source has, by the name of their table.</summary>
    /// <param name="keys">Of <see cref="KeysContext"/>, which lie elsewhere with SQLite.</param>
    /// <exception cref="IOException">The target has something else, or what arrived is not what was sent.</exception>
    public async Task<RowCounts> RunAsync(IEnumerable<(string Name, string Xml)> keys, CancellationToken cancellationToken)
    {
        await _source.Database.OpenConnectionAsync(cancellationToken);
        var source = _source.Database.GetDbConnection();
        var sums = new Dictionary<string, TableSum>(StringComparer.Ordinal);
        await using var transaction = await _target.BeginTransactionAsync(cancellationToken);
        var before = await ExecuteAsync($"""SELECT "Value" FROM "Markers" WHERE "Name" = '{CopiedMark}'""", cancellationToken) as string;
        if (before is not null)
        {
            foreach (var table in _tables)
                sums[table.Name] = await SumAsync(source, table, Table.FromSqlite, cancellationToken);
            return before == MarkOf(sums)
                ? new RowCounts(Counts(sums), WasThere: true)
                : throw new IOException("The database has the rows of another source, or of an earlier state of this one; it is left as it is.");
        }

        if (await ExecuteAsync("""SELECT 1 FROM "AspNetUsers" LIMIT 1""", cancellationToken) is not null)
            throw new IOException("The database has people already, who did not come from here; it is left as it is.");
        // What a first start leaves: General, keys that nobody has used.
        foreach (var table in Enumerable.Reverse(_tables))
            await ExecuteAsync($"DELETE FROM {table.Quoted}", cancellationToken);
        foreach (var table in _tables)
        {
            sums[table.Name] = await CopyAsync(source, table, cancellationToken);
            await MoveSequencesOnAsync(source, table, cancellationToken);
        }

        foreach (var table in _tables)
        {
            if (await SumAsync(_target, table, Table.FromPostgreSql, cancellationToken) != sums[table.Name])
                throw new IOException($"What arrived in {table.Name} is not what was sent; nothing is kept.");
        }

        foreach (var (name, xml) in keys)
            await AddKeyAsync(name, xml, cancellationToken);
        await ExecuteAsync($"""INSERT INTO "Markers" ("Name", "Value") VALUES ('{CopiedMark}', '{MarkOf(sums)}')""", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await ExecuteAsync("ANALYZE", cancellationToken);
        return new RowCounts(Counts(sums), WasThere: false);
    }

    private static Dictionary<string, long> Counts(Dictionary<string, TableSum> sums) =>
        sums.ToDictionary(sum => sum.Key, sum => sum.Value.Rows, StringComparer.Ordinal);

    private static string MarkOf(Dictionary<string, TableSum> sums)
    {
        var all = string.Join('\n', sums.OrderBy(sum => sum.Key, StringComparer.Ordinal).Select(sum => $"{sum.Key} {sum.Value.Rows} {sum.Value.Sum:x32}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
    }

    /// <summary>A row comes after those that it refers to.</summary>
    private static List<IEntityType> InOrderOfReferences(IModel model)
    {
        var ordered = new List<IEntityType>();
        foreach (var entity in model.GetEntityTypes())
            Visit(entity);
        return ordered;

        void Visit(IEntityType entity)
        {
            if (ordered.Contains(entity))
                return;
            foreach (var principal in entity.GetForeignKeys().Select(key => key.PrincipalEntityType).Where(principal => principal != entity))
                Visit(principal);
            ordered.Add(entity);
        }
    }

    private async Task<TableSum> CopyAsync(DbConnection source, Table table, CancellationToken cancellationToken)
    {
        await using var select = CommandOf(source, table.Select);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        await using var writer = await _target.BeginBinaryImportAsync($"COPY {table.Quoted} ({table.ColumnList}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        writer.Timeout = TimeSpan.Zero;
        var sum = new Summing();
        while (await reader.ReadAsync(cancellationToken))
        {
            await writer.StartRowAsync(cancellationToken);
            foreach (var (index, column) in table.Columns.Index())
            {
                if (sum.Add(Table.FromSqlite(reader, index, column)) is { } value)
                    await writer.WriteAsync(value, column.Type, cancellationToken);
                else
                    await writer.WriteNullAsync(cancellationToken);
            }

            sum.EndRow();
        }

        await writer.CompleteAsync(cancellationToken);
        return sum.Result;
    }

    private static async Task<TableSum> SumAsync(
        DbConnection connection,
        Table table,
        Func<DbDataReader, int, Column, object?> read,
        CancellationToken cancellationToken
    )
    {
        await using var select = CommandOf(connection, table.Select);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var sum = new Summing();
        while (await reader.ReadAsync(cancellationToken))
        {
            foreach (var (index, column) in table.Columns.Index())
                sum.Add(read(reader, index, column));
            sum.EndRow();
        }

        return sum.Result;
    }

    /// <summary>An id is never given twice, not even that of a row which is gone: somebody may still know it.</summary>
    private async Task MoveSequencesOnAsync(DbConnection source, Table table, CancellationToken cancellationToken)
    {
        if (table.Identity is not { } identity)
            return;
        await using var asked = CommandOf(source, $"SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{table.Name}'), 0), coalesce((SELECT max(\"{identity}\") FROM {table.Quoted}), 0))");
        var last = Convert.ToInt64(await asked.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        await ExecuteAsync($"SELECT setval(pg_get_serial_sequence('{table.Quoted}', '{identity}'), {Math.Max(last, 1)}, {(last > 0 ? "true" : "false")})", cancellationToken);
    }

    private async Task AddKeyAsync(string name, string xml, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand("""INSERT INTO "DataProtectionKeys" ("FriendlyName", "Xml") VALUES (@name, @xml)""", _target);
        insert.Parameters.AddWithValue("name", name);
        insert.Parameters.AddWithValue("xml", xml);
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<object?> ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = CommandOf(_target, sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>All that is put into a statement are names of the model and numbers.</summary>
    private static DbCommand CommandOf(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        command.CommandTimeout = 0;
        return command;
    }

    /// <param name="Sum">Of the hashes of the rows, so that their order says nothing.</param>
    private sealed record TableSum(long Rows, UInt128 Sum);

    private sealed record Column(string Name, NpgsqlDbType Type);

    private sealed class Table
    {
        public Table(IEntityType entity, IModel schema)
        {
            Name = entity.GetTableName()!;
            var there = schema.FindEntityType(entity.Name)!;
            var store = StoreObjectIdentifier.Create(there, StoreObjectType.Table)!.Value;
            Columns = [.. there.GetProperties().Select(property => new Column(property.GetColumnName(store)!, TypeOf(property.GetColumnType())))];
            // What the database gives by itself.
            Identity = there.FindPrimaryKey()!.Properties is [{ ValueGenerated: ValueGenerated.OnAdd } key] && TypeOf(key.GetColumnType()) is NpgsqlDbType.Bigint or NpgsqlDbType.Integer
                ? key.GetColumnName(store)
                : null;
        }

        public string Name { get; }

        public IReadOnlyList<Column> Columns { get; }

        public string? Identity { get; }

        public string Quoted => $"\"{Name}\"";

        public string ColumnList => string.Join(", ", Columns.Select(column => $"\"{column.Name}\""));

        public string Select => $"SELECT {ColumnList} FROM {Quoted}";

        /// <summary>A value as PostgreSQL will have it.</summary>
        public static object? FromSqlite(DbDataReader reader, int index, Column column)
        {
            if (reader.IsDBNull(index))
                return null;
            return column.Type switch
            {
                NpgsqlDbType.Bigint => reader.GetInt64(index),
                NpgsqlDbType.Integer => reader.GetInt32(index),
                NpgsqlDbType.Boolean => reader.GetBoolean(index),
                NpgsqlDbType.Uuid => reader.GetGuid(index),
                NpgsqlDbType.TimestampTz => InMicroseconds(reader.GetFieldValue<DateTimeOffset>(index)),
                _ => reader.GetString(index).Replace(Nul, '\uFFFD'),
            };
        }

        public static object? FromPostgreSql(DbDataReader reader, int index, Column column)
        {
            if (reader.IsDBNull(index))
                return null;
            return column.Type == NpgsqlDbType.TimestampTz ? reader.GetFieldValue<DateTimeOffset>(index) : reader.GetValue(index);
        }

        /// <summary>It keeps no finer ones.</summary>
        private static DateTimeOffset InMicroseconds(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

        private static NpgsqlDbType TypeOf(string type) =>
            type switch
            {
                "bigint" => NpgsqlDbType.Bigint,
                "integer" => NpgsqlDbType.Integer,
                "boolean" => NpgsqlDbType.Boolean,
                "uuid" => NpgsqlDbType.Uuid,
                "text" => NpgsqlDbType.Text,
                "timestamp with time zone" => NpgsqlDbType.TimestampTz,
                _ => throw new NotSupportedException($"Columns of {type} are not copied yet."),
            };
    }

    /// <summary>Takes rows value by value, whichever database they came from.</summary>
    private sealed class Summing
    {
        private readonly ArrayBufferWriter<byte> _row = new();
        private long _rows;
        private UInt128 _sum;

        public TableSum Result => new(_rows, _sum);

        /// <summary>Gives it back, so that it can be handed on.</summary>
        public object? Add(object? value)
        {
            switch (value)
            {
                case null:
                    Tag(0);
                    break;
                case string text:
                    Number(Encoding.UTF8.GetByteCount(text));
                    Encoding.UTF8.GetBytes(text, _row);
                    break;
                case Guid guid:
                    _row.Write(guid.ToByteArray(bigEndian: true));
                    break;
                case DateTimeOffset time:
                    Number(time.UtcTicks);
                    break;
                default:
                    Number(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                    break;
            }

            return value;
        }

        public void EndRow()
        {
            _rows++;
            _sum += BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(_row.WrittenSpan));
            _row.ResetWrittenCount();
        }

        private void Tag(byte tag)
        {
            _row.GetSpan(1)[0] = tag;
            _row.Advance(1);
        }

        private void Number(long number)
        {
            Tag(1);
            BinaryPrimitives.WriteInt64BigEndian(_row.GetSpan(sizeof(long)), number);
            _row.Advance(sizeof(long));
        }
    }
}

/// <param name="Rows">By the name of their table.</param>
/// <param name="WasThere">All of it had been copied before.</param>
internal sealed record RowCounts(IReadOnlyDictionary<string, long> Rows, bool WasThere);
