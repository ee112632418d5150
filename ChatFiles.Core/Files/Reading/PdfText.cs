using UglyToad.PdfPig;

namespace ChatFiles.Core.Files.Reading;

/// <summary>The words of a PDF, page by page. A page that can't be read leaves the others.</summary>
internal static class PdfText
{
    public static void Extract(Stream file, TextSink sink, Func<bool> mayGoOn)
    {
        using var document = PdfDocument.Open(file, new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true });
        for (var number = 1; number <= document.NumberOfPages && mayGoOn(); number++)
        {
            try
            {
                foreach (var word in document.GetPage(number).GetWords())
                {
                    sink.Append(word.Text);
                    sink.Break();
                }
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // The next one may be whole.
            }
        }
    }
}
