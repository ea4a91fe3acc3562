//! Reading of dates whose layout is not said, held against chrono's own reading of every layout in turn.

use super::dice::Dice;
use brewhouse_engine::op::dates::{Order, parse_layout, read_date};
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime};

const CERTAIN: &str = "%Y-%m-%d %H:%M:%S%.f|%Y-%m-%dT%H:%M:%S%.f|%Y-%m-%d|%Y-%m-%d %H:%M|%Y-%m-%dT%H:%M|%Y/%m/%d %H:%M:%S%.f|\
    %Y/%m/%d %H:%M|%Y/%m/%d|%d.%m.%Y|%d.%m.%Y %H:%M|%d.%m.%Y %H:%M:%S%.f|%B %d %Y|%B %d, %Y|%B/%d/%Y|%d %B %Y|%d-%B-%Y";
const MONTH: &str = "%m/%d/%Y|%m/%d/%Y %H:%M:%S%.f|%m/%d/%Y %H:%M|%m-%d-%Y|%m-%d-%Y %H:%M|%m %d %Y";
const DAY: &str = "%d/%m/%Y|%d/%m/%Y %H:%M:%S%.f|%d/%m/%Y %H:%M|%d-%m-%Y|%d-%m-%Y %H:%M|%d %m %Y";

fn by_layout(text: &str, layout: &str) -> Option<NaiveDateTime> {
    if let Ok(value) = NaiveDateTime::parse_from_str(text, layout) {
        return Some(value);
    }
    let date = NaiveDate::parse_from_str(text, layout).ok()?;
    (!layout.contains("%Y") || date.year() >= 1000).then(|| date.and_hms_opt(0, 0, 0))?
}

fn plainly(text: &str, order: Order) -> Option<NaiveDateTime> {
    let text = text.trim();
    let numeric = match order {
        Order::Month => MONTH.to_owned(),
        Order::Day => DAY.to_owned(),
        Order::Either => format!("{MONTH}|{DAY}"),
    };
    let mut layouts = CERTAIN.split('|').chain(numeric.split('|'));
    let zoned = || DateTime::parse_from_rfc3339(text).ok().map(|zoned| zoned.naive_utc());
    layouts.find_map(|layout| by_layout(text, layout)).or_else(zoned)
}

fn pick<'a>(dice: &mut Dice, of: &[&'a str]) -> &'a str {
    of[dice.below(of.len())]
}

/// A text that is a date, nearly one, or none.
fn text(dice: &mut Dice) -> String {
    let number = |dice: &mut Dice, most: usize| {
        let width = [0, 0, 1, 2, 2, 2, 4, 11][dice.below(8)];
        format!("{:0width$}", dice.below(most))
    };
    let year = match dice.below(6) {
        0 => number(dice, 10_000),
        1 => number(dice, 100),
        _ => format!("{}", 1950 + dice.below(100)),
    };
    let name = pick(dice, &["Jan", "february", "Feb", "MARCH", "Sept", "Mai", "december", "May"]);
    let (month, day) = (number(dice, 14), number(dice, 33));
    let month = if dice.percent(25) { name.to_owned() } else { month };
    let marks = ["-", "/", ".", " ", ", ", "", "  ", "–", "+", "--"];
    let usual = dice.percent(80);
    let mark = *dice.one(&marks[..if usual { 5 } else { marks.len() }]);
    let other = if dice.percent(85) { mark } else { *dice.one(&marks) };
    let mut text = match dice.below(3) {
        0 => format!("{year}{mark}{month}{other}{day}"),
        1 => format!("{month}{mark}{day}{other}{year}"),
        _ => format!("{day}{mark}{month}{other}{year}"),
    };
    if dice.percent(50) {
        text.push_str(pick(dice, &[" ", "T", "  ", "", "t", ","]));
        text.push_str(&format!("{}:{}", number(dice, 26), number(dice, 62)));
        if dice.percent(60) {
            text.push_str(&format!(":{}", number(dice, 62)));
            if dice.percent(30) {
                text.push_str(&format!(".{}", number(dice, 2_000_000_000)));
            }
        }
        text.push_str(if dice.percent(70) { "" } else { pick(dice, &["Z", "+02:00", "-0330", " UTC", "+25:00", "z"]) });
    }
    if dice.percent(10) {
        text.insert_str(0, pick(dice, &["+", "-", " ", "\u{a0}", "x", "1"]));
    }
    text
}

pub(super) fn check(seed: u64) -> Result<(), String> {
    let dice = &mut Dice::new(seed);
    for _ in 0..200 {
        let text = text(dice);
        for order in [Order::Month, Order::Day, Order::Either] {
            let (found, wanted) = (read_date(&text, order), plainly(&text, order));
            if found != wanted {
                return Err(format!("{text:?} in the order {order:?} is {wanted:?}, read as {found:?}"));
            }
        }
        for layout in ["%d.%m.%Y", "%Y-%m-%d %H:%M:%S%.f", "%d %B %Y", "%H:%M %d/%m/%Y", "%m/%d/%y"] {
            if parse_layout(&text, layout) != by_layout(&text, layout) {
                return Err(format!("{text:?} by the layout {layout}: read as {:?}", parse_layout(&text, layout)));
            }
        }
    }
    Ok(())
}
