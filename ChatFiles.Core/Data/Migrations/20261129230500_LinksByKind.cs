using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatFiles.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class LinksByKind : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // By hand: what is generated for another key runs outside of the transaction, and a crash would leave no table.
            migrationBuilder.CreateTable(
                name: "PasswordLinksByKind",
                columns: table => new
                {
                    UserId = table.Column<string>(type: "TEXT", nullable: false),
                    Kind = table.Column<int>(type: "INTEGER", nullable: false),
                    TokenHash = table.Column<string>(type: "TEXT", nullable: false),
                    ExpiresAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PasswordLinks", x => new { x.UserId, x.Kind });
                    table.ForeignKey(
                        name: "FK_PasswordLinks_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.Sql("INSERT INTO \"PasswordLinksByKind\" (\"UserId\", \"Kind\", \"TokenHash\", \"ExpiresAt\") SELECT \"UserId\", 0, \"TokenHash\", \"ExpiresAt\" FROM \"PasswordLinks\"");

            migrationBuilder.DropTable(
                name: "PasswordLinks");

            migrationBuilder.RenameTable(
                name: "PasswordLinksByKind",
                newName: "PasswordLinks");

            migrationBuilder.CreateIndex(
                name: "IX_PasswordLinks_TokenHash",
                table: "PasswordLinks",
                column: "TokenHash",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DELETE FROM \"PasswordLinks\" WHERE \"Kind\" <> 0");

            migrationBuilder.DropPrimaryKey(
                name: "PK_PasswordLinks",
                table: "PasswordLinks");

            migrationBuilder.DropColumn(
                name: "Kind",
                table: "PasswordLinks");

            migrationBuilder.AddPrimaryKey(
                name: "PK_PasswordLinks",
                table: "PasswordLinks",
                column: "UserId");
        }
    }
}
