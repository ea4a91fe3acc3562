//! Characters that no font draws: each stands as a box with its code point, the same wherever it is shown.

use super::driver::Driver;
use brewhouse::boxes::rows;

fn drawn(sign: char) -> Vec<String> {
    rows(sign).iter().map(|row| row.iter().map(|point| if *point { '#' } else { '.' }).collect()).collect()
}

#[test]
fn a_box_holds_the_code_point() {
    // U+E0F7: E and 0 above F and 7.
    let expected = [
        ".#########.",
        "#.........#",
        "#.###.###.#",
        "#.#...#.#.#",
        "#.##..#.#.#",
        "#.#...#.#.#",
        "#.###.###.#",
        "#.........#",
        "#.###.###.#",
        "#.#.....#.#",
        "#.##....#.#",
        "#.#....#..#",
        "#.#....#..#",
        "#.........#",
        ".#########.",
    ];
    assert_eq!(drawn('\u{E0F7}'), expected);
    let beer = drawn('🍺');
    assert_eq!((beer.len(), beer[0].len()), (15, 15), "six digits of a code point beyond the first plane");
    assert_ne!(drawn('🍺'), drawn('🍻'), "two characters are told apart");
}

#[test]
fn every_character_of_a_table_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.csv");
    // Emoji, one of them joined of several, private use, a control character.
    std::fs::write(&path, "drink,n\n🍺 Pils 🍻,1\n👨\u{200d}👩\u{200d}👧,2\n\u{E0F7}\u{1},3\n").unwrap();
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the file is open", |model| model.sheet.value().is_some());
    driver.settle();
    driver.picture("signs");
    assert_eq!(driver.cell(0, "drink").as_deref(), Some("🍺 Pils 🍻"));
    let galley = driver.harness.ctx.fonts_mut(|fonts| {
        fonts.layout_no_wrap(
            "\u{E0F7}".to_owned(),
            eframe::egui::FontId::proportional(13.0),
            eframe::egui::Color32::WHITE,
        )
    });
    // Eleven points and one of room; the box of the font has another width.
    assert!((galley.size().x - 12.0).abs() < 0.6, "{}", galley.size().x);
}
