//! The round trip of any column of any text: what the output holds rebuilds the text of the input, or it is that text.

use super::dice::Dice;
use crate::table::{Cells, open, read_parquet, source, target, write};
use brewhouse_engine::source::{DateOrder, Opened, ReadOptions, Source};

type Pool = fn(&mut Dice) -> String;

/// Texts of many kinds, those that look like something and are not quite it among them.
const POOLS: &[Pool] = &[
    |dice| number(dice, 20_000),
    |dice| dice.next().to_string(),
    |dice| format!("-{}", dice.below(100_000)),
    |dice| format!("{}.{:0width$}", number(dice, 3_000), dice.below(1_000), width = 1 + dice.below(6)),
    |dice| format!("{}.{}", dice.next() % 1_000_000_000_000, dice.next()),
    |dice| format!("{},{}", number(dice, 300), dice.below(1_000)),
    |dice| format!("{:0width$}", dice.below(1_000), width = 1 + dice.below(6)),
    |dice| format!("{}e{}", dice.below(100), dice.below(30)),
    |dice| format!("+{}", dice.below(1_000)),
    |dice| {
        (*dice.one(&["0", "-0", "0.0", "-0.0", ".5", "5.", "-.5", "00", "0x1F", "1_000", "1,234", "1.234,5", "1'000"]))
            .into()
    },
    |dice| {
        (*dice.one(&["nan", "NaN", "inf", "-inf", "Infinity", "NULL", "NA", "-", "--", "N/A", " ", "  ", "\t", "?"]))
            .into()
    },
    |dice| (*dice.one(&["true", "false"])).into(),
    |dice| (*dice.one(&["True", "False", "TRUE", "FALSE", "true", "T", "yes", "1", "0"])).into(),
    |dice| date(dice, '-', [0, 1, 2]),
    |dice| date(dice, '/', [2, 1, 0]),
    |dice| date(dice, '/', [1, 2, 0]),
    |dice| date(dice, '.', [2, 1, 0]),
    |dice| format!("{} {:02}:{:02}:{:02}", date(dice, '-', [0, 1, 2]), dice.below(25), dice.below(61), dice.below(61)),
    |dice| format!("{}T{:02}:{:02}", date(dice, '-', [0, 1, 2]), dice.below(24), dice.below(60)),
    |dice| format!("{} 10:00:00.{}", date(dice, '-', [0, 1, 2]), dice.below(10_000_000)),
    |dice| format!("{}T10:00:00{}", date(dice, '-', [0, 1, 2]), dice.one(&["Z", "+02:00", ""])),
    |dice| format!(" {}{}", dice.below(100), dice.one(&["", " ", "\t"])),
    |dice| format!("{}", f64::from_bits(dice.next())),
    |dice| format!("{:e}", f64::from_bits(dice.next())),
    |dice| (0..dice.below(12)).map(|_| letter(dice)).collect(),
    |dice| {
        (*dice.one(&["9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809"]))
            .into()
    },
    |dice| (*dice.one(&["0.1", "0.10", "123456789012345.6", "0.000000000000001", "99999999999999.99", "1.0"])).into(),
];

fn number(dice: &mut Dice, limit: usize) -> String {
    let sign = if dice.percent(30) { "-" } else { "" };
    format!("{sign}{}", dice.below(limit))
}

fn date(dice: &mut Dice, mark: char, order: [usize; 3]) -> String {
    let year = format!("{:04}", if dice.percent(90) { 1900 + dice.below(200) } else { dice.below(10_000) });
    let parts = [year, format!("{:02}", dice.below(14)), format!("{:02}", dice.below(33))];
    order.map(|at| parts[at].clone()).join(&mark.to_string())
}

fn letter(dice: &mut Dice) -> char {
    let known: Vec<char> = "aZ09 ,;\"'\\\n\r\t-.:/+eé€漢👩\u{300}\u{2028}\u{feff}#".chars().collect();
    if dice.percent(80) {
        *dice.one(&known)
    } else {
        char::from_u32(u32::try_from(dice.below(0x3_0000)).unwrap()).filter(|c| *c != '\0').unwrap_or('x')
    }
}

/// A column: mostly of one kind, with gaps and a few texts of another.
fn column(dice: &mut Dice, rows: usize) -> Vec<Option<String>> {
    let (main, other) = (*dice.one(POOLS), *dice.one(POOLS));
    let (gaps, odd) = (dice.below(3) * 15, if dice.percent(60) { 0 } else { 1 + dice.below(20) });
    let cell = |dice: &mut Dice| {
        let cell = if dice.percent(odd) { other(dice) } else { main(dice) };
        (!dice.percent(gaps)).then_some(cell)
    };
    (0..rows).map(|_| cell(dice)).collect()
}

fn written(cell: Option<&str>, dice: &mut Dice) -> String {
    let Some(text) = cell else { return String::new() };
    let must = text.is_empty() || text.contains(['"', ',', '\n', '\r']);
    if must || dice.percent(20) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

pub(super) fn check(seed: u64) -> Result<(), String> {
    let dice = &mut Dice::new(seed);
    let (width, rows) = (1 + dice.below(8), 1 + dice.below(40));
    let columns: Vec<_> = (0..width).map(|_| column(dice, rows)).collect();
    let mut text = (0..width).map(|at| format!("c{at},")).collect::<Vec<_>>().concat() + "end\n";
    for row in 0..rows {
        let cells: Vec<_> = columns.iter().map(|column| written(column[row].as_deref(), dice)).collect();
        text.push_str(&format!("{},end\n", cells.join(",")));
    }
    let options = ReadOptions {
        delimiter: Some(','),
        header: Some(true),
        encoding: Some("utf-8".into()),
        escape: Some(None),
        decimal_comma: dice.percent(20),
        date_order: dice.percent(20).then_some(DateOrder::DayFirst),
        ..ReadOptions::default()
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), &text).unwrap();
    let opened =
        open(&Source { options, ..source("in.csv") }, folder.path()).map_err(|error| format!("{error}\n{text}"))?;
    let path = folder.path().join("out.parquet");
    write(&opened, &target(&path)).map_err(|error| format!("{error}\n{text}"))?;
    hold(&columns, &opened, &read_parquet(&path)).map_err(|message| format!("{message}\n{text}"))
}

fn hold(columns: &[Vec<Option<String>>], opened: &Opened, cells: &Cells) -> Result<(), String> {
    if opened.text.as_ref().is_some_and(|text| text.set_aside.records > 0) || cells.rows.len() != columns[0].len() {
        return Err("records are gone".into());
    }
    for (at, column) in columns.iter().enumerate() {
        let verdict = &opened.verdict[at];
        // Blanks around a value may be gone, but each of them was counted, and told behind all else.
        let padded = column.iter().flatten().filter(|text| bare(text, &verdict.kind) != text.as_str()).count() as u64;
        if padded != verdict.padded {
            return Err(format!("column {at}: {padded} values with blanks around them, not {}", verdict.padded));
        }
        let told = verdict.written.as_deref();
        let manner = told.map(|told| told.split("with blanks around").next().unwrap().trim_end_matches(", "));
        let manner = manner.filter(|manner| !manner.is_empty());
        for (row, wanted) in column.iter().enumerate() {
            let found = cells.rows[row][at].as_deref();
            let same = match (wanted.as_deref(), found) {
                (None, None) => true,
                // An empty text is a value of text, and missing in any other column.
                (Some(""), found) => found == (verdict.kind == "string").then_some(""),
                (Some(wanted), Some(found)) => rebuilds(bare(wanted, &verdict.kind), found, &verdict.kind, manner),
                _ => false,
            };
            if !same {
                let kind = &verdict.kind;
                return Err(format!("column {at} is {kind}: row {row} was {wanted:?} and is {found:?}"));
            }
        }
        let cases: Vec<_> = column.iter().flatten().filter(|text| !text.is_empty()).collect();
        if verdict.kind == "boolean"
            && !["true false", "True False", "TRUE FALSE"]
                .iter()
                .any(|words| cases.iter().all(|text| words.split(' ').any(|word| word == bare(text, "boolean"))))
        {
            return Err(format!("column {at} is boolean, written in several ways"));
        }
    }
    Ok(())
}

/// A value without the blanks around it, which are part of a text and of no other value.
fn bare<'a>(text: &'a str, kind: &str) -> &'a str {
    if kind == "string" { text } else { text.trim_matches([' ', '\t']) }
}

/// Whether the text of the input can be written back from what the output holds, up to zeros at the end of a fraction.
fn rebuilds(wanted: &str, found: &str, kind: &str, manner: Option<&str>) -> bool {
    match kind {
        "long" | "string" => wanted == found,
        "double" => {
            let wanted = if manner.is_some() { wanted.replacen(',', ".", 1) } else { wanted.to_owned() };
            let same = |number: f64| match wanted.split_once('e') {
                Some((digits, power)) => format!("{}e{power}", plain(digits)) == format!("{number:e}"),
                None => plain(&wanted) == plain(&format!("{number}")),
            };
            found.parse::<f64>().is_ok_and(same)
        }
        "boolean" => wanted.to_lowercase() == found,
        "date" => {
            let part: Vec<&str> = wanted.split(['/', '.', '-']).collect();
            let [a, b, c] = part.as_slice() else { return false };
            let turned = match manner {
                None => [a, b, c],
                Some("day, month, year") => [c, b, a],
                Some(_) => [c, a, b],
            };
            turned.map(|part| *part).join("-") == found
        }
        "timestamp" => {
            let text = wanted.replacen(' ', "T", 1);
            let text = if text.len() == 16 { format!("{text}:00") } else { text };
            plain(&text) == plain(found)
        }
        _ => false,
    }
}

// Without zeros at the end of a fraction.
fn plain(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}
