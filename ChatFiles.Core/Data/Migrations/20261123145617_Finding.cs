using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatFiles.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class Finding : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "AuthorId",
                table: "Attachments",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "FoldedName",
                table: "Attachments",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "Kind",
                table: "Attachments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            // "folded" is a function of the program; see SearchIndex. Of kinds that an operator has defined only the content type is known.
            migrationBuilder.Sql(
                """
                UPDATE "Attachments" SET
                    "AuthorId" = (SELECT "AuthorId" FROM "Messages" WHERE "Messages"."Id" = "Attachments"."MessageId"),
                    "FoldedName" = folded("FileName"),
                    "Kind" = CASE
                        WHEN "State" = 1 OR "ContentType" LIKE 'image/%' THEN 0
                        WHEN "ContentType" LIKE 'audio/%' THEN 1
                        WHEN "ContentType" LIKE 'video/%' THEN 2
                        WHEN "ContentType" IN ('application/zip', 'application/x-7z-compressed', 'application/gzip') THEN 4
                        ELSE 3
                    END
                """);

            migrationBuilder.CreateIndex(
                name: "IX_Attachments_ChatId_AuthorId_MessageId_Position",
                table: "Attachments",
                columns: new[] { "ChatId", "AuthorId", "MessageId", "Position" },
                filter: "\"State\" = 0");

            migrationBuilder.CreateIndex(
                name: "IX_Attachments_ChatId_Kind_MessageId_Position",
                table: "Attachments",
                columns: new[] { "ChatId", "Kind", "MessageId", "Position" },
                filter: "\"State\" = 0");

            migrationBuilder.CreateIndex(
                name: "IX_Attachments_ChatId_MessageId_Position_FoldedName",
                table: "Attachments",
                columns: new[] { "ChatId", "MessageId", "Position", "FoldedName" },
                filter: "\"State\" = 0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Attachments_ChatId_AuthorId_MessageId_Position",
                table: "Attachments");

            migrationBuilder.DropIndex(
                name: "IX_Attachments_ChatId_Kind_MessageId_Position",
                table: "Attachments");

            migrationBuilder.DropIndex(
                name: "IX_Attachments_ChatId_MessageId_Position_FoldedName",
                table: "Attachments");

            migrationBuilder.DropColumn(
                name: "AuthorId",
                table: "Attachments");

            migrationBuilder.DropColumn(
                name: "FoldedName",
                table: "Attachments");

            migrationBuilder.DropColumn(
                name: "Kind",
                table: "Attachments");
        }
    }
}
