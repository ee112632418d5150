using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatFiles.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class MembersByName : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "MemberCount",
                table: "Chats",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "FoldedName",
                table: "AspNetUsers",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            // "folded" is a function of the program; see SearchIndex.
            migrationBuilder.Sql("UPDATE \"AspNetUsers\" SET \"FoldedName\" = folded(\"DisplayName\")");
            migrationBuilder.Sql(
                """
                UPDATE "Chats" SET "MemberCount" = (SELECT COUNT(*) FROM "Members" WHERE "Members"."ChatId" = "Chats"."Id")
                """);

            migrationBuilder.CreateIndex(
                name: "IX_Members_ChatId",
                table: "Members",
                column: "ChatId",
                filter: "\"Role\" = 1");

            migrationBuilder.CreateIndex(
                name: "IX_AspNetUsers_FoldedName_Id",
                table: "AspNetUsers",
                columns: new[] { "FoldedName", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Members_ChatId",
                table: "Members");

            migrationBuilder.DropIndex(
                name: "IX_AspNetUsers_FoldedName_Id",
                table: "AspNetUsers");

            migrationBuilder.DropColumn(
                name: "MemberCount",
                table: "Chats");

            migrationBuilder.DropColumn(
                name: "FoldedName",
                table: "AspNetUsers");
        }
    }
}
