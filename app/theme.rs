//! Every colour and size of the window, in four themes: light and dark, each with high contrast as well.
//!
//! Nothing else names a colour. A drawing function asks [`of`] for the theme in force.

use egui::{Color32, Context, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, TextStyle, Ui, Vec2};

/// Which theme a person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Choice {
    /// Light or dark, as the desktop is; light where it does not tell.
    #[default]
    System,
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
    /// The strongest contrast, on light ground.
    Contrast,
    /// The strongest contrast, on dark ground.
    DarkContrast,
}

impl Choice {
    /// All themes, in the order of the switch.
    pub const ALL: [Self; 5] = [Self::System, Self::Light, Self::Dark, Self::Contrast, Self::DarkContrast];

    /// Its word on screen and in settings.
    pub const fn title(self) -> &'static str {
        match self {
            Self::System => "As the desktop",
            Self::Light => "Light",
            Self::Dark => "Dark",
            Self::Contrast => "High contrast",
            Self::DarkContrast => "High contrast, dark",
        }
    }

    /// The theme of a word in settings.
    pub fn of_title(title: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.title() == title)
    }
}

/// The colours of one theme.
#[derive(Debug, PartialEq)]
pub struct Theme {
    /// Whether the ground is dark.
    pub dark: bool,
    /// Behind panels that frame the data.
    pub background: Color32,
    /// Panels and cells.
    pub surface: Color32,
    /// Lines between things.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Text of less weight.
    pub muted: Color32,
    /// Text that steps back.
    pub faint: Color32,
    /// The one accent.
    pub accent: Color32,
    /// Ground tinted with the accent.
    pub tint: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Values that fit.
    pub valid: Color32,
    /// Values that do not fit; always hatched as well.
    pub mismatched: Color32,
    /// How much of that colour the hatches of a cell have, so that its text stays readable.
    pub hatching: f32,
    /// Cells without a value.
    pub missing: Color32,
    /// Bars of charts.
    pub bars: Color32,
    /// Ground of a changed cell.
    pub changed: Color32,
    /// Marks on changed cells, warnings.
    pub mark: Color32,
    /// Ground of a cell in an added column.
    pub added: Color32,
    /// Ground of a row that goes.
    pub removed: Color32,
    /// Ground of what is chosen.
    pub selection: Color32,
    /// Ground of what the pointer is over.
    pub hover: Color32,
    /// Shadow under menus.
    pub shadow: Color32,
}

static LIGHT: Theme = Theme {
    dark: false,
    background: Color32::from_rgb(0xF6, 0xF7, 0xF9),
    surface: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    line: Color32::from_rgb(0xE4, 0xE7, 0xEC),
    text: Color32::from_rgb(0x1A, 0x1D, 0x21),
    muted: Color32::from_rgb(0x6A, 0x71, 0x7C),
    faint: Color32::from_rgb(0x9A, 0xA1, 0xAB),
    accent: Color32::from_rgb(0xB4, 0x57, 0x1A),
    tint: Color32::from_rgb(0xFB, 0xEF, 0xE6),
    on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    valid: Color32::from_rgb(0x3C, 0x91, 0x64),
    mismatched: Color32::from_rgb(0xCF, 0x4A, 0x3F),
    hatching: 0.22,
    missing: Color32::from_rgb(0xB7, 0xBD, 0xC7),
    bars: Color32::from_rgb(0x9D, 0xB0, 0xC9),
    changed: Color32::from_rgb(0xFF, 0xF3, 0xD6),
    mark: Color32::from_rgb(0xC9, 0x8A, 0x00),
    added: Color32::from_rgb(0xE9, 0xF6, 0xEE),
    removed: Color32::from_rgb(0xFB, 0xEC, 0xEA),
    selection: Color32::from_rgb(0xEA, 0xF2, 0xFC),
    hover: Color32::from_rgb(0xF3, 0xF4, 0xF6),
    shadow: Color32::from_rgba_premultiplied(0, 0, 0, 28),
};

static DARK: Theme = Theme {
    dark: true,
    background: Color32::from_rgb(0x15, 0x17, 0x1A),
    surface: Color32::from_rgb(0x1C, 0x1F, 0x23),
    line: Color32::from_rgb(0x2C, 0x30, 0x36),
    text: Color32::from_rgb(0xE7, 0xE9, 0xEC),
    muted: Color32::from_rgb(0x9B, 0xA2, 0xAD),
    faint: Color32::from_rgb(0x6D, 0x75, 0x80),
    accent: Color32::from_rgb(0xE5, 0x8B, 0x4C),
    tint: Color32::from_rgb(0x33, 0x26, 0x1C),
    on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    valid: Color32::from_rgb(0x56, 0xB5, 0x84),
    mismatched: Color32::from_rgb(0xE8, 0x69, 0x5E),
    hatching: 0.22,
    missing: Color32::from_rgb(0x59, 0x60, 0x6B),
    bars: Color32::from_rgb(0x5C, 0x72, 0x91),
    changed: Color32::from_rgb(0x3A, 0x2F, 0x16),
    mark: Color32::from_rgb(0xE0, 0xA9, 0x3A),
    added: Color32::from_rgb(0x1B, 0x30, 0x25),
    removed: Color32::from_rgb(0x38, 0x20, 0x1E),
    selection: Color32::from_rgb(0x1F, 0x2A, 0x38),
    hover: Color32::from_rgb(0x24, 0x28, 0x2D),
    shadow: Color32::from_rgba_premultiplied(0, 0, 0, 110),
};

static CONTRAST: Theme = Theme {
    dark: false,
    background: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    surface: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    line: Color32::from_rgb(0x5A, 0x5F, 0x66),
    text: Color32::from_rgb(0x00, 0x00, 0x00),
    muted: Color32::from_rgb(0x1F, 0x23, 0x28),
    faint: Color32::from_rgb(0x3D, 0x43, 0x4B),
    accent: Color32::from_rgb(0x7A, 0x32, 0x00),
    tint: Color32::from_rgb(0xFF, 0xE6, 0xD2),
    on_accent: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    valid: Color32::from_rgb(0x00, 0x5E, 0x32),
    mismatched: Color32::from_rgb(0xA3, 0x0F, 0x0F),
    hatching: 0.5,
    missing: Color32::from_rgb(0x6B, 0x70, 0x78),
    bars: Color32::from_rgb(0x2F, 0x55, 0x8C),
    changed: Color32::from_rgb(0xFF, 0xE7, 0xA6),
    mark: Color32::from_rgb(0x7A, 0x50, 0x00),
    added: Color32::from_rgb(0xC9, 0xF0, 0xD8),
    removed: Color32::from_rgb(0xFF, 0xD2, 0xCC),
    selection: Color32::from_rgb(0xCC, 0xE2, 0xFF),
    hover: Color32::from_rgb(0xE8, 0xEA, 0xED),
    shadow: Color32::from_rgba_premultiplied(0, 0, 0, 60),
};

static DARK_CONTRAST: Theme = Theme {
    dark: true,
    background: Color32::from_rgb(0x00, 0x00, 0x00),
    surface: Color32::from_rgb(0x00, 0x00, 0x00),
    line: Color32::from_rgb(0xA6, 0xAC, 0xB5),
    text: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    muted: Color32::from_rgb(0xE2, 0xE5, 0xE9),
    faint: Color32::from_rgb(0xC2, 0xC7, 0xCE),
    accent: Color32::from_rgb(0xFF, 0xB0, 0x70),
    tint: Color32::from_rgb(0x4A, 0x2C, 0x12),
    on_accent: Color32::from_rgb(0x00, 0x00, 0x00),
    valid: Color32::from_rgb(0x6E, 0xE7, 0xA8),
    mismatched: Color32::from_rgb(0xFF, 0x8F, 0x85),
    hatching: 0.5,
    missing: Color32::from_rgb(0x9A, 0xA1, 0xAB),
    bars: Color32::from_rgb(0x8F, 0xB8, 0xF0),
    changed: Color32::from_rgb(0x57, 0x43, 0x0A),
    mark: Color32::from_rgb(0xFF, 0xCF, 0x5C),
    added: Color32::from_rgb(0x0E, 0x47, 0x2A),
    removed: Color32::from_rgb(0x5E, 0x1B, 0x16),
    selection: Color32::from_rgb(0x12, 0x3C, 0x6E),
    hover: Color32::from_rgb(0x26, 0x29, 0x2E),
    shadow: Color32::from_rgba_premultiplied(0, 0, 0, 160),
};

/// No colour at all.
pub const NOTHING: Color32 = Color32::TRANSPARENT;
/// Height of the bar at the top.
pub const TOP_BAR: f32 = 44.0;
/// Height of the bar of families.
pub const FAMILY_BAR: f32 = 34.0;
/// Height of the bar at the bottom.
pub const BOTTOM_BAR: f32 = 26.0;
/// Height of the row of tabs, and of the draft line.
pub const TAB_BAR: f32 = 34.0;
/// Width of the panel of columns at first.
pub const LEFT_PANEL: f32 = 196.0;
/// Width of the panel of the recipe at first.
pub const RIGHT_PANEL: f32 = 318.0;
/// Height of a row of the grid.
pub const ROW: f32 = 25.0;
/// Height of a header card.
pub const CARD: f32 = 118.0;
/// Width of the column of row numbers.
pub const ROW_NUMBERS: f32 = 66.0;

/// The width of the row numbers of so many rows: nine letters fit the usual width, every further one widens it.
pub fn row_numbers(rows: u64) -> f32 {
    let digits = rows.checked_ilog10().unwrap_or(0) + 1;
    let letters = digits + (digits - 1) / 3;
    let beyond = u16::try_from(letters.saturating_sub(9)).unwrap_or(0);
    ROW_NUMBERS + f32::from(beyond) * 7.5
}
/// Narrowest and widest column.
pub const COLUMN_RANGE: (f32, f32) = (56.0, 900.0);
/// Width of a scroll bar of the grid.
pub const SCROLL_BAR: f32 = 10.0;
/// Height of a control in a form.
pub const CONTROL: f32 = 28.0;
/// Side margin of panels.
pub const SIDE: f32 = 14.0;
/// Corner of buttons and fields.
pub const CORNER: u8 = 6;

/// The name of the heavier of the two weights.
pub const HEAVY: &str = "heavy";

/// Text of 13 points, the size of nearly everything.
pub fn body() -> FontId {
    FontId::proportional(13.0)
}

/// Text of 12 points.
pub fn small() -> FontId {
    FontId::proportional(12.0)
}

/// Text of 11 points, for facts and marks.
pub fn tiny() -> FontId {
    FontId::proportional(11.0)
}

/// Heavy text of a size.
pub fn heavy(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(HEAVY.into()))
}

fn key() -> egui::Id {
    egui::Id::unique("theme")
}

/// The theme in force.
pub fn of(ui: &Ui) -> &'static Theme {
    in_force(ui.ctx())
}

/// The theme in force of a context.
pub fn in_force(ctx: &Context) -> &'static Theme {
    theme(ctx.data(|data| data.get_temp::<Choice>(key())).unwrap_or_default())
}

/// The colours of a choice.
pub fn theme(choice: Choice) -> &'static Theme {
    match choice {
        Choice::System | Choice::Light => &LIGHT,
        Choice::Dark => &DARK,
        Choice::Contrast => &CONTRAST,
        Choice::DarkContrast => &DARK_CONTRAST,
    }
}

/// The theme that stands for the desktop's, where that is chosen.
fn settled(ctx: &Context, choice: Choice) -> Choice {
    match (choice, ctx.system_theme().unwrap_or_else(|| ctx.options(|options| options.fallback_theme))) {
        (Choice::System, egui::Theme::Dark) => Choice::Dark,
        (Choice::System, egui::Theme::Light) => Choice::Light,
        (choice, _) => choice,
    }
}

/// Puts a theme in force: colours, spacing and text sizes of every widget.
pub fn apply(ctx: &Context, choice: Choice) {
    let choice = settled(ctx, choice);
    ctx.data_mut(|data| data.insert_temp(key(), choice));
    let theme = theme(choice);
    ctx.set_theme(if theme.dark { egui::Theme::Dark } else { egui::Theme::Light });
    ctx.all_styles_mut(|style| {
        style.text_styles = [
            (TextStyle::Small, tiny()),
            (TextStyle::Body, body()),
            (TextStyle::Button, body()),
            (TextStyle::Heading, heavy(16.0)),
            (TextStyle::Monospace, FontId::monospace(12.0)),
        ]
        .into();
        style.animation_time = 0.08;
        spacing(&mut style.spacing);
        visuals(&mut style.visuals, theme);
    });
}

fn spacing(spacing: &mut egui::style::Spacing) {
    spacing.item_spacing = Vec2::new(8.0, 4.0);
    spacing.button_padding = Vec2::new(8.0, 4.0);
    spacing.interact_size = Vec2::new(28.0, 24.0);
    spacing.menu_margin = Margin::same(4);
    spacing.menu_width = 320.0;
    spacing.combo_height = 320.0;
    spacing.icon_width = 16.0;
    spacing.scroll = egui::style::ScrollStyle::thin();
    spacing.tooltip_width = 320.0;
}

fn visuals(visuals: &mut egui::Visuals, theme: &Theme) {
    visuals.dark_mode = theme.dark;
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(theme.muted);
    visuals.hyperlink_color = theme.accent;
    visuals.faint_bg_color = theme.background;
    visuals.extreme_bg_color = theme.surface;
    visuals.text_edit_bg_color = Some(theme.surface);
    visuals.code_bg_color = theme.background;
    visuals.warn_fg_color = theme.mark;
    visuals.error_fg_color = theme.mismatched;
    visuals.window_fill = theme.surface;
    visuals.window_stroke = Stroke::new(1.0, theme.line);
    visuals.panel_fill = theme.surface;
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(8);
    let shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: theme.shadow };
    visuals.popup_shadow = shadow;
    visuals.window_shadow = shadow;
    visuals.selection.bg_fill = theme.tint;
    visuals.selection.stroke = Stroke::new(1.0, theme.accent);
    visuals.disabled_alpha = 0.45;
    let widgets = &mut visuals.widgets;
    for state in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        state.corner_radius = CornerRadius::same(CORNER);
        state.fg_stroke = Stroke::new(1.0, theme.text);
        state.bg_stroke = Stroke::new(1.0, theme.line);
        state.bg_fill = theme.surface;
        state.weak_bg_fill = theme.surface;
        state.expansion = 0.0;
    }
    for state in [&mut widgets.hovered, &mut widgets.active, &mut widgets.open] {
        state.weak_bg_fill = theme.hover;
        state.bg_fill = theme.hover;
        state.bg_stroke = Stroke::new(1.0, theme.faint);
    }
    widgets.active.bg_stroke = Stroke::new(1.0, theme.accent);
}
