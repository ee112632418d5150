using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatFiles.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class Pictures : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Picture",
                table: "Attachments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            // What came before, and may have a picture made of it: pictures and films (kinds 0 and 2), PDF and Office files.
            migrationBuilder.Sql("""
                UPDATE "Attachments" SET "Picture" = 1
                WHERE "State" <> 1
                    AND ("ThumbnailKey" IS NULL OR ("Kind" = 0 AND "Width" IS NULL))
                    AND ("Kind" IN (0, 2) OR "ContentType" = 'application/pdf' OR "ContentType" LIKE 'application/vnd.%')
                """);

            migrationBuilder.CreateIndex(
                name: "IX_Attachments_PicturesWanted",
                table: "Attachments",
                column: "MessageId",
                filter: "\"Picture\" <> 0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Attachments_PicturesWanted",
                table: "Attachments");

            migrationBuilder.DropColumn(
                name: "Picture",
                table: "Attachments");
        }
    }
}
