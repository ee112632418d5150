using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatFiles.Core.Data.Migrations
{
    /// <inheritdoc />
    public partial class FoldedAlike : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // "folded" is a function of the program; see SearchIndex. It has learnt of ß, full-width letters and what can't be seen.
            migrationBuilder.Sql("UPDATE \"Attachments\" SET \"FoldedName\" = folded(\"FileName\") WHERE \"FoldedName\" <> folded(\"FileName\")");
            migrationBuilder.Sql("UPDATE \"AspNetUsers\" SET \"FoldedName\" = folded(\"DisplayName\") WHERE \"FoldedName\" <> folded(\"DisplayName\")");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
