using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatFiles.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class FoldedChatNames : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "FoldedName",
                table: "Chats",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            // "folded" is a function of the program; see SqliteFullText. Direct chats have no name.
            migrationBuilder.Sql("UPDATE \"Chats\" SET \"FoldedName\" = folded(\"Name\") WHERE \"Name\" <> ''");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "FoldedName",
                table: "Chats");
        }
    }
}
