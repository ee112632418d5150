using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatFiles.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class SortedFiles : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Attachments_ChatId_AuthorId_MessageId_Position",
                table: "Attachments");

            migrationBuilder.DropIndex(
                name: "IX_Attachments_ChatId_MessageId_Position_FoldedName",
                table: "Attachments");

            migrationBuilder.CreateIndex(
                name: "IX_Attachments_AuthorId_ChatId_MessageId_Position_FoldedName_Size",
                table: "Attachments",
                columns: new[] { "AuthorId", "ChatId", "MessageId", "Position", "FoldedName", "Size" },
                filter: "\"State\" = 0");

            migrationBuilder.CreateIndex(
                name: "IX_Attachments_ChatId_MessageId_Position_FoldedName_Size",
                table: "Attachments",
                columns: new[] { "ChatId", "MessageId", "Position", "FoldedName", "Size" },
                filter: "\"State\" = 0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Attachments_AuthorId_ChatId_MessageId_Position_FoldedName_Size",
                table: "Attachments");

            migrationBuilder.DropIndex(
                name: "IX_Attachments_ChatId_MessageId_Position_FoldedName_Size",
                table: "Attachments");

            migrationBuilder.CreateIndex(
                name: "IX_Attachments_ChatId_AuthorId_MessageId_Position",
                table: "Attachments",
                columns: new[] { "ChatId", "AuthorId", "MessageId", "Position" },
                filter: "\"State\" = 0");

            migrationBuilder.CreateIndex(
                name: "IX_Attachments_ChatId_MessageId_Position_FoldedName",
                table: "Attachments",
                columns: new[] { "ChatId", "MessageId", "Position", "FoldedName" },
                filter: "\"State\" = 0");
        }
    }
}
