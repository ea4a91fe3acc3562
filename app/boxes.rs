//! The box that stands for a character which no font draws: its code point in small digits, so that two such characters are told apart.
//!
//! It is the same for every character, whichever fonts a system has, and takes the colour of the text around it.

use crate::theme;
use egui::epaint::text::{GlyphBitmap, GlyphRasterizer, GlyphRasterizerRequest, RasterizedGlyph};
use egui::{Color32, ColorImage, Context, Vec2};

/// The digits 0 to F, three points wide and five high, each row three bits.
#[allow(clippy::unusual_byte_groupings, reason = "a group is a row of a digit")]
const DIGITS: [u16; 16] = [
    0b111_101_101_101_111,
    0b010_110_010_010_111,
    0b111_001_111_100_111,
    0b111_001_111_001_111,
    0b101_101_111_001_001,
    0b111_100_111_001_111,
    0b111_100_111_101_111,
    0b111_001_001_010_010,
    0b111_101_111_101_111,
    0b111_101_111_001_111,
    0b010_101_111_101_101,
    0b110_101_110_101_110,
    0b011_100_100_100_011,
    0b110_101_101_101_110,
    0b111_100_110_100_111,
    0b111_100_110_100_100,
];
/// Points of a box above each other: a frame, a gap, and two rows of digits.
const HIGH: usize = 15;
/// How many of them stand below the line that letters stand on.
const BELOW: u8 = 3;
/// The size of letters for which a point is one pixel.
const LETTERS: f32 = 12.0;

/// Signs that are not seen: what joins others, turns the direction, or chooses the form of the sign before.
const SILENT: [(u32, u32); 6] =
    [(0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0000, 0xE0FFF)];

/// Draws such boxes from now on, where no font has a character.
pub fn install(ctx: &Context) {
    ctx.add_glyph_rasterizer(GlyphRasterizer::new("brewhouse::boxes", rasterize));
}

fn rasterize(request: &GlyphRasterizerRequest<'_>) -> Option<RasterizedGlyph> {
    let first = request.cluster.chars().next().filter(|sign| is_drawn(*sign))?;
    let scale = (1..=16_u8).rev().find(|scale| f32::from(*scale) * LETTERS <= request.font_size_px).unwrap_or(1);
    let image = image(&rows(first), usize::from(scale));
    let up = f32::from(scale) * f32::from(15 - BELOW);
    #[expect(clippy::cast_precision_loss, reason = "a few pixels")]
    let width = image.size[0] as f32;
    let bitmap = GlyphBitmap { image, offset_px: Vec2::new(0.0, -up), is_color: false };
    Some(RasterizedGlyph { bitmap, advance_px: width + f32::from(scale) })
}

/// What is no sign of its own is not drawn as one: line ends, blanks, what joins or chooses the form of others.
fn is_drawn(sign: char) -> bool {
    let silent = SILENT.iter().any(|(low, high)| (*low..=*high).contains(&u32::from(sign)));
    !sign.is_whitespace() && !silent
}

/// The points of the box of a character, row by row.
pub fn rows(sign: char) -> Vec<Vec<bool>> {
    let code = u32::from(sign);
    let text = if code > 0xFFFF { format!("{code:06X}") } else { format!("{code:04X}") };
    let across = text.len() / 2;
    let wide = 4 * across + 3;
    let mut points = vec![vec![false; wide]; HIGH];
    for (y, row) in points.iter_mut().enumerate() {
        for (x, point) in row.iter_mut().enumerate() {
            let (side, edge) = (x == 0 || x == wide - 1, y == 0 || y == HIGH - 1);
            // The corners are left out.
            *point = side != edge;
        }
    }
    for (at, digit) in text.chars().filter_map(|digit| digit.to_digit(16)).enumerate() {
        let (left, top) = (2 + 4 * (at % across), 2 + 6 * (at / across));
        let bits = usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)).copied().unwrap_or_default();
        for bit in 0..15_usize {
            points[top + bit / 3][left + bit % 3] = bits >> (14 - bit) & 1 == 1;
        }
    }
    points
}

/// Points as a picture, each so many pixels wide.
fn image(points: &[Vec<bool>], scale: usize) -> ColorImage {
    let wide = points.first().map_or(0, Vec::len);
    let mut image = ColorImage::filled([wide * scale, points.len() * scale], theme::NOTHING);
    for (y, row) in points.iter().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, point)| **point) {
            for (down, right) in (0..scale).flat_map(|down| (0..scale).map(move |right| (down, right))) {
                image[(x * scale + right, y * scale + down)] = Color32::WHITE;
            }
        }
    }
    image
}
