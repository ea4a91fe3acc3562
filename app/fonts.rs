//! The fonts: Inter in two weights with tabular figures, Phosphor icons, and fonts of the system for other scripts and emoji.
//!
//! Which system font draws a script is decided when the first character of it is met, by the usual file names in the usual folders.

use crate::theme::HEAVY;
use egui::{Context, FontData, FontDefinitions, FontFamily, FontProvider};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

static REGULAR: &[u8] = include_bytes!("../assets/fonts/Inter-Regular.otf");
static SEMI_BOLD: &[u8] = include_bytes!("../assets/fonts/Inter-SemiBold.otf");

/// Loads all fonts into a context.
pub fn install(ctx: &Context) {
    let mut fonts = FontDefinitions::default();
    fonts.font_data.insert("Inter".into(), Arc::new(FontData::from_static(REGULAR)));
    fonts.font_data.insert("Inter SemiBold".into(), Arc::new(FontData::from_static(SEMI_BOLD)));
    fonts.families.entry(FontFamily::Proportional).or_default().insert(0, "Inter".into());
    // The icons stand second: their font maps small letters to blanks. Added by hand, because the crate is built for another egui.
    let icons = FontData::from_static(egui_phosphor::Variant::Regular.font_bytes());
    fonts.font_data.insert("Phosphor".into(), Arc::new(icons));
    fonts.families.entry(FontFamily::Proportional).or_default().insert(1, "Phosphor".into());
    let mut heavy = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    if let Some(first) = heavy.first_mut() {
        "Inter SemiBold".clone_into(first);
    }
    fonts.families.insert(FontFamily::Name(HEAVY.into()), heavy);
    ctx.set_fonts(fonts);
    ctx.set_font_providers(vec![Arc::new(SystemFonts)]);
    crate::boxes::install(ctx);
}

/// Ranges of characters, and the beginnings of file names that draw them.
type Script = (&'static [(u32, u32)], &'static [&'static str]);

/// Scripts by their ranges of characters, with the beginnings of file names that draw them, best first.
static SCRIPTS: &[Script] = &[
    (&[(0x0590, 0x05FF), (0xFB1D, 0xFB4F)], &["NotoSansHebrew", "DejaVuSans.", "FreeSans.", "arial.", "Arial"]),
    (
        &[(0x0600, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)],
        &["NotoSansArabic", "NotoNaskhArabic", "DejaVuSans.", "KacstOne", "tahoma.", "GeezaPro", "arial."],
    ),
    (&[(0x0900, 0x097F)], &["NotoSansDevanagari", "Lohit-Devanagari", "Nirmala", "Kohinoor"]),
    (&[(0x0E00, 0x0E7F)], &["NotoSansThai", "Garuda", "Loma", "leelawui", "Thonburi"]),
    (
        &[(0x1100, 0x11FF), (0x2E80, 0x9FFF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF)],
        &[
            "NotoSansCJK-Regular",
            "NotoSansCJK",
            "SourceHanSans",
            "NotoSansJP",
            "NotoSansSC",
            "DroidSansFallback",
            "wqy",
            "PingFang",
            "Hiragino",
            "msyh",
            "YuGoth",
            "malgun",
            "AppleSDGothicNeo",
        ],
    ),
    (&[(0x1F000, 0x1FAFF)], &["NotoEmoji", "Symbola", "seguiemj", "seguisym", "NotoSansSymbols2", "DejaVuSans."]),
];

/// What may draw a character of any other script.
static OTHERS: &[&str] =
    &["NotoSans-Regular", "NotoSansSymbols2", "DejaVuSans.", "FreeSans.", "seguisym", "Arial Unicode"];

/// Finds fonts of the system on demand.
struct SystemFonts;

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &egui::epaint::text::FallbackRequest<'_>) -> Option<egui::epaint::text::FontInsert> {
        let first = request.cluster.chars().next()?;
        let code = u32::from(first);
        let within = |ranges: &[(u32, u32)]| ranges.iter().any(|(low, high)| (*low..=*high).contains(&code));
        let names = SCRIPTS.iter().find(|(ranges, _)| within(ranges)).map_or(OTHERS, |(_, names)| *names);
        let path = names.iter().find_map(|name| file_named(name))?;
        let bytes = std::fs::read(path).ok()?;
        let name = path.file_name()?.to_string_lossy().into_owned();
        Some(egui::epaint::text::FontInsert::new(&name, FontData::from_owned(bytes), Vec::new()))
    }
}

fn file_named(start: &str) -> Option<&'static Path> {
    static FILES: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let files = FILES.get_or_init(font_files);
    let begins = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start));
    files.iter().find(|path| begins(path)).map(PathBuf::as_path)
}

fn font_files() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts"]
            .iter()
            .map(PathBuf::from)
            .collect();
    folders.push(PathBuf::from("C:\\Windows\\Fonts"));
    if let Some(home) = std::env::home_dir() {
        folders.extend([".fonts", ".local/share/fonts", "Library/Fonts"].map(|folder| home.join(folder)));
    }
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
            if path.is_dir() && files.len() < 5000 {
                folders.push(path);
            } else if extension.is_some_and(|e| matches!(e.as_str(), "ttf" | "otf" | "ttc")) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
