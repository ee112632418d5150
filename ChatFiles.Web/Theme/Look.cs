using MudBlazor;

namespace ChatFiles.Web.Theme;

/// <summary>
/// The look of ChatFiles as values, in this one place. <see cref="StyleSheet"/> writes them down for our own style sheets
/// (<c>var(--surface)</c>) and for the kit's (<c>var(--mud-palette-surface)</c>).
/// </summary>
internal static class Look
{
    private static readonly string[] Fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"];

    public const string TextSize = "0.9375rem";
    public const string Radius = "8px";
    public const string HeaderHeight = "3.5rem";

    private static readonly Shade Surface = new("surface", "#ffffff", "#17171f");
    private static readonly Shade SurfaceSide = new("surface-side", "#f5f5fa", "#111118");
    private static readonly Shade SurfaceRaised = new("surface-raised", "#f7f7fb", "#1f1f2a");
    private static readonly Shade Hover = new("hover", "#e9e9f2", "#282835");
    private static readonly Shade Line = new("line", "#dfdfe9", "#30303f");
    private static readonly Shade LineStrong = new("line-strong", "#8b8c9e", "#7b7c90");
    private static readonly Shade Ink = new("ink", "#1d1d29", "#eaeaf2");
    private static readonly Shade InkMuted = new("ink-muted", "#5c5d70", "#a5a6ba");
    private static readonly Shade Accent = new("accent", "#4340d2", "#b5b3ff");
    private static readonly Shade AccentHover = new("accent-hover", "#3734b4", "#cac8ff");
    private static readonly Shade OnAccent = new("on-accent", "#ffffff", "#1c1962");
    private static readonly Shade Danger = new("danger", "#b3261e", "#ffb4ab");
    private static readonly Shade OnDanger = new("on-danger", "#ffffff", "#5c0008");
    private static readonly Shade DangerInk = new("danger-ink", "#8c1d18", "#ffb4ab");
    private static readonly Shade Success = new("success", "#146c2e", "#8bdc9a");
    private static readonly Shade SuccessInk = new("success-ink", "#14572c", "#a5dfb8");

    /// <summary>Every colour that a style sheet of ours may name. Text on its ground has a contrast of at least 4.5.</summary>
    public static readonly IReadOnlyList<Shade> Colours =
    [
        Surface,
        SurfaceSide,
        SurfaceRaised,
        Hover,
        new("hover-soft", "#f8f8fc", "#1b1b25"),
        Line,
        LineStrong,
        Ink,
        InkMuted,
        Accent,
        AccentHover,
        new("accent-ink", "#3b38c4", "#b5b3ff"),
        new("accent-soft", "#e9e8fb", "#28274a"),
        OnAccent,
        Danger,
        OnDanger,
        new("danger-soft", "#fdecea", "#3a1d1f"),
        DangerInk,
        new("success-soft", "#e5f4ea", "#17301f"),
        SuccessInk,
        // What programs colour in a terminal; on a ground of the same hue, which is a breath of it, too.
        new("ansi-red", "#a3201a", "#ff9d94"),
        new("ansi-green", "#1a6431", "#86d996"),
        new("ansi-yellow", "#755400", "#e3c069"),
        new("ansi-blue", "#2a45b8", "#9db4ff"),
        new("ansi-magenta", "#8a2590", "#eda2ee"),
        new("ansi-cyan", "#0f5f6b", "#7ed3df"),
        new("checker", "#ececf3", "#22222d"),
        new("shadow-colour", "rgb(20 20 50 / 16%)", "rgb(0 0 0 / 50%)"),
        new("veil", "rgb(10 10 20 / 45%)", "rgb(0 0 0 / 60%)"),
    ];

    /// <summary>Every measure that a style sheet of ours may name.</summary>
    public static readonly IReadOnlyList<(string Name, string Value)> Measures =
    [
        ("font", string.Join(", ", Fonts.Select(font => font.Contains(' ', StringComparison.Ordinal) ? $"\"{font}\"" : font))),
        ("text-xs", "0.75rem"),
        ("text-s", "0.8125rem"),
        ("text-m", TextSize),
        ("text-l", "1.0625rem"),
        ("text-xl", "1.5rem"),
        ("space-1", "0.25rem"),
        ("space-2", "0.5rem"),
        ("space-3", "0.75rem"),
        ("space-4", "1rem"),
        ("space-5", "1.5rem"),
        ("space-6", "2.5rem"),
        ("radius-s", "6px"),
        ("radius", Radius),
        ("radius-l", "14px"),
        ("header-height", HeaderHeight),
        ("side-width", "17rem"),
        ("motion", "140ms"),
        ("avatar-lightness", "31%"),
        ("shadow", "0 8px 28px var(--shadow-colour)"),
    ];

    /// <summary>The same values in the kit's words.</summary>
    public static MudTheme KitTheme()
    {
        var theme = new MudTheme
        {
            PaletteLight = Palette(new PaletteLight(), shade => shade.Light),
            PaletteDark = Palette(new PaletteDark(), shade => shade.Dark),
            LayoutProperties = new LayoutProperties
            {
                DefaultBorderRadius = Radius,
                AppbarHeight = HeaderHeight,
                DrawerWidthLeft = "17rem",
            },
        };
        theme.Typography.Default.FontFamily = Fonts;
        theme.Typography.Default.FontSize = TextSize;
        theme.Typography.Body1.FontSize = TextSize;
        theme.Typography.Body2.FontSize = "0.8125rem";
        theme.Typography.H6.FontSize = "1.0625rem";
        theme.Typography.H6.FontWeight = "650";
        theme.Typography.Button.FontSize = TextSize;
        theme.Typography.Button.FontWeight = "600";
        theme.Typography.Button.LetterSpacing = "normal";
        // Capitals would also be what a screen reader is told: "NEW CHAT".
        theme.Typography.Button.TextTransform = "none";
        return theme;
    }

    private static T Palette<T>(T palette, Func<Shade, string> of)
        where T : Palette
    {
        palette.Primary = of(Accent);
        palette.PrimaryContrastText = of(OnAccent);
        palette.Secondary = of(InkMuted);
        palette.SecondaryContrastText = of(Surface);
        palette.Error = of(Danger);
        palette.ErrorContrastText = of(OnDanger);
        palette.Success = of(Success);
        palette.SuccessContrastText = of(Surface);
        palette.Warning = of(DangerInk);
        palette.WarningContrastText = of(Surface);
        palette.Info = of(Accent);
        palette.InfoContrastText = of(OnAccent);
        palette.Dark = of(Ink);
        palette.DarkContrastText = of(Surface);
        palette.Surface = of(Surface);
        palette.Background = of(Surface);
        palette.BackgroundGray = of(SurfaceRaised);
        palette.DrawerBackground = of(SurfaceSide);
        palette.DrawerText = of(Ink);
        palette.DrawerIcon = of(InkMuted);
        palette.AppbarBackground = of(Surface);
        palette.AppbarText = of(Ink);
        palette.TextPrimary = of(Ink);
        palette.TextSecondary = of(InkMuted);
        palette.TextDisabled = of(InkMuted);
        palette.ActionDefault = of(InkMuted);
        palette.ActionDisabled = of(LineStrong);
        palette.ActionDisabledBackground = of(Hover);
        palette.LinesDefault = of(Line);
        palette.LinesInputs = of(LineStrong);
        palette.Divider = of(Line);
        palette.DividerLight = of(Line);
        palette.TableLines = of(Line);
        palette.TableHover = of(Hover);
        palette.TableStriped = of(SurfaceRaised);
        palette.Skeleton = of(Hover);
        return palette;
    }

    /// <summary>A colour by day and by night.</summary>
    public sealed record Shade(string Name, string Light, string Dark);
}
