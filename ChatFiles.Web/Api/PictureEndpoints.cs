using System.Security.Claims;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Security;

namespace ChatFiles.Web.Api;

/// <summary>The pictures that people give themselves.</summary>
internal static class PictureEndpoints
{
    public static void MapPictureApi(this WebApplication app)
    {
        var mine = app.MapSignedIn("/account/picture").WithTags("Accounts");
        mine.MapPut("/", PutAsync)
            .CountsAsUpload()
            .Named("putPicture", "Give myself a picture: a WebP, JPEG or PNG, at most 256 KiB")
            .Takes<Stream>("image/*")
            .Produces(204)
            .Refuses(RefusalReason.EmptyFile, RefusalReason.FileTooLarge, RefusalReason.FileTypeNotAllowed, RefusalReason.FileInfected, RefusalReason.ScannerUnavailable);
        mine.MapDelete("/", DeleteAsync).CountsAsUpload().Named("deletePicture", "Remove my picture").Produces(204).Refuses();
        app.MapSignedIn("/person/{userId}/picture")
            .WithTags("Accounts")
            .MapMethods("/", [HttpMethods.Get, HttpMethods.Head], GetAsync)
            .Named("getPicture", "Somebody's picture")
            .AnswersBytes()
            .Refuses(RefusalReason.NoPicture, RefusalReason.UserNotFound);
    }

    private static async Task<IResult> PutAsync(HttpContext context, ClaimsPrincipal user, OwnPictures pictures, UploadPolicy policy, TimeProvider time)
    {
        context.TakeFiles(maxBytes: null);
        var bytes = MultipartUpload.BodyOf(context.Request, policy, time);
        return (await pictures.PutAsync(user.UserId(), context.Request.ContentLength, bytes, context.RequestAborted)).ToNoContent();
    }

    private static async Task<IResult> DeleteAsync(ClaimsPrincipal user, OwnPictures pictures) => (await pictures.DeleteAsync(user.UserId())).ToNoContent();

    private static async Task<IResult> GetAsync(string userId, HttpContext context, OwnPictures pictures, CancellationToken cancellationToken) =>
        FileEndpoints.Serve(context, await pictures.OpenAsync(userId, FileEndpoints.KnownTo(context.Request), cancellationToken));
}
