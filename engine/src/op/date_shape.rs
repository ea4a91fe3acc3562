//! Dates as text, read quickly: which layouts can take a text is decided once for all texts of its shape.
//!
//! The shape of a text is the text with each digit as 1. How a layout divides a text hangs on its shape alone; the values of the digits
//! only decide whether each number is in its range, and all ones are. So a layout that does not take the shape takes no text of it.

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, Utc};
use std::collections::HashMap;
use std::rc::Rc;

/// Texts longer than this are tried with every layout: their shapes are not worth keeping.
const LONGEST: usize = 64;
/// Shapes that are kept at most.
const MOST: usize = 4096;

/// A layout of chrono, taken apart once.
pub(super) struct Layout {
    items: Option<Vec<Item<'static>>>,
    fields: Vec<Part>,
    four_digits: bool,
}

impl Layout {
    pub(super) fn new(layout: &str) -> Self {
        let items = StrftimeItems::new(layout).parse_to_owned().ok();
        Self { items, fields: parts(layout), four_digits: layout.contains("%Y") }
    }

    /// Reads a text; a layout without a time yields midnight.
    pub(super) fn read(&self, text: &str) -> Option<NaiveDateTime> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.as_ref()?.iter()).ok()?;
        if let Ok(value) = parsed.to_naive_datetime_with_offset(0) {
            return Some(value);
        }
        // Four digits of year: chrono would take the year 24 for "24".
        let date = parsed.to_naive_date().ok()?;
        (!self.four_digits || date.year() >= 1000).then(|| date.and_hms_opt(0, 0, 0))?
    }

    /// Whether a digit stands in the layout itself, so that a shape says nothing of it.
    fn has_digits(&self) -> bool {
        self.fields.iter().any(|part| matches!(part, Part::Literal(letter) if letter.is_ascii_digit()))
    }
}

/// A part of a layout.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
    Literal(u8),
    /// Anything that is not read at fixed places.
    Other,
}

fn parts(layout: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = layout.as_bytes();
    while let [first, after @ ..] = rest {
        let (part, length) = match (first, after) {
            (b'%', [b'Y', ..]) => (Part::Year, 2),
            (b'%', [b'm', ..]) => (Part::Month, 2),
            (b'%', [b'd', ..]) => (Part::Day, 2),
            (b'%', [b'H', ..]) => (Part::Hour, 2),
            (b'%', [b'M', ..]) => (Part::Minute, 2),
            (b'%', [b'S', ..]) => (Part::Second, 2),
            (b'%', [b'.', b'f', ..]) => (Part::Fraction, 3),
            (b'%', _) => (Part::Other, 2),
            (letter, _) if letter.is_ascii() => (Part::Literal(*letter), 1),
            _ => (Part::Other, 1),
        };
        parts.push(part);
        rest = rest.get(length..).unwrap_or_default();
    }
    parts
}

/// Where the numbers of a date stand in a text of a shape.
#[derive(Default)]
struct Places {
    year: (usize, usize),
    month: (usize, usize),
    day: (usize, usize),
    time: Option<[(usize, usize); 3]>,
    fraction: (usize, usize),
}

impl Places {
    /// The places of a layout's numbers in a shape; none when it is not made of plain numbers alone.
    fn find(parts: &[Part], shape: &[u8]) -> Option<Self> {
        let mut places = Self::default();
        let (mut time, mut timed) = ([(0, 0); 3], 0);
        let mut at = 0;
        let mut seen = Vec::new();
        for part in parts {
            let digits = shape[at..].iter().take_while(|letter| **letter == b'1').count();
            let length = match part {
                Part::Literal(letter) => usize::from(shape.get(at) == Some(letter)),
                Part::Year => digits.min(4) / 4 * 4,
                Part::Fraction if shape.get(at) == Some(&b'.') => {
                    let after = shape[at + 1..].iter().take_while(|letter| **letter == b'1').count();
                    if after > 9 { 0 } else { after + usize::from(after > 0) }
                }
                Part::Fraction if at == shape.len() => continue,
                Part::Fraction | Part::Other => 0,
                _ => digits.min(2),
            };
            if length == 0 || (!matches!(part, Part::Literal(_)) && seen.contains(part)) {
                return None;
            }
            seen.push(*part);
            let place = (at, at + length);
            match part {
                Part::Year => places.year = place,
                Part::Month => places.month = place,
                Part::Day => places.day = place,
                Part::Hour => (time[0], timed) = (place, timed | 1),
                Part::Minute => (time[1], timed) = (place, timed | 2),
                Part::Second => (time[2], timed) = (place, timed | 4),
                Part::Fraction => places.fraction = (place.0 + 1, place.1),
                Part::Literal(_) | Part::Other => {}
            }
            at += length;
        }
        let dated = [Part::Year, Part::Month, Part::Day].iter().all(|part| seen.contains(part));
        places.time = (timed != 0).then_some(time);
        (at == shape.len() && dated && matches!(timed, 0 | 3 | 7)).then_some(places)
    }

    /// The date of a text of the shape; none also where another look is needed.
    fn read(&self, text: &[u8]) -> Option<NaiveDateTime> {
        let number = |(from, to): (usize, usize)| {
            text[from..to].iter().fold(0u32, |number, digit| number * 10 + u32::from(digit - b'0'))
        };
        let year = i32::try_from(number(self.year)).ok().filter(|year| *year >= 1000)?;
        let date = NaiveDate::from_ymd_opt(year, number(self.month), number(self.day))?;
        let Some([hour, minute, second]) = self.time else { return date.and_hms_opt(0, 0, 0) };
        let missing = 9 - u32::try_from(self.fraction.1 - self.fraction.0).ok()?;
        let nanos = number(self.fraction) * 10u32.pow(missing);
        date.and_hms_nano_opt(number(hour), number(minute), number(second), nanos)
    }
}

/// One way to read the texts of a shape.
enum Way {
    Layout(usize, Option<Places>),
    /// With a zone, as RFC 3339 writes it; it is taken into UTC.
    Zoned,
}

/// Reads texts by the first of several layouts that takes them.
pub(super) struct Reader {
    layouts: Vec<Layout>,
    zoned: bool,
    /// Whether shapes tell anything.
    shaped: bool,
    ways: HashMap<Box<[u8]>, Rc<[Way]>>,
    shape: Vec<u8>,
    /// The shape that was read last, and its ways.
    last: (Box<[u8]>, Rc<[Way]>),
}

impl Reader {
    /// Reads by these layouts in their order, and after them, where asked for, dates with a zone.
    pub(super) fn new<'a>(layouts: impl IntoIterator<Item = &'a str>, zoned: bool) -> Self {
        let layouts: Vec<Layout> = layouts.into_iter().map(Layout::new).collect();
        let shaped = !layouts.iter().any(Layout::has_digits);
        Self { layouts, zoned, shaped, ways: HashMap::new(), shape: Vec::new(), last: Default::default() }
    }

    /// Reads a text without blanks around it.
    pub(super) fn read(&mut self, text: &str) -> Option<NaiveDateTime> {
        // Every layout has a number.
        let bytes = text.as_bytes();
        if !bytes.iter().any(u8::is_ascii_digit) {
            return None;
        }
        if !self.shaped || bytes.len() > LONGEST || has_long_signed_number(bytes) {
            return self.read_anyhow(text);
        }
        self.shape.clear();
        self.shape.extend(bytes.iter().map(|byte| if byte.is_ascii_digit() { b'1' } else { *byte }));
        let ways = if *self.last.0 == *self.shape { Rc::clone(&self.last.1) } else { self.look_up() };
        ways.iter().find_map(|way| match way {
            Way::Layout(at, places) => {
                let quick = places.as_ref().and_then(|places| places.read(bytes));
                quick.or_else(|| self.layouts[*at].read(text))
            }
            Way::Zoned => zoned(text),
        })
    }

    /// The ways of the present shape.
    fn look_up(&mut self) -> Rc<[Way]> {
        let ways = if let Some(ways) = self.ways.get(self.shape.as_slice()) {
            Rc::clone(ways)
        } else {
            let ways = self.find_ways();
            if self.ways.len() >= MOST {
                self.ways.clear();
            }
            self.ways.insert(self.shape.as_slice().into(), Rc::clone(&ways));
            ways
        };
        self.last = (self.shape.as_slice().into(), Rc::clone(&ways));
        ways
    }

    fn find_ways(&self) -> Rc<[Way]> {
        let Ok(shape) = std::str::from_utf8(&self.shape) else { return Rc::default() };
        let takes = |(at, layout): (usize, &Layout)| {
            layout.read(shape).map(|_| Way::Layout(at, Places::find(&layout.fields, &self.shape)))
        };
        let zoned = (self.zoned && zoned(shape).is_some()).then_some(Way::Zoned);
        self.layouts.iter().enumerate().filter_map(takes).chain(zoned).collect()
    }

    fn read_anyhow(&self, text: &str) -> Option<NaiveDateTime> {
        let found = self.layouts.iter().find_map(|layout| layout.read(text));
        found.or_else(|| if self.zoned { zoned(text) } else { None })
    }
}

fn zoned(text: &str) -> Option<NaiveDateTime> {
    DateTime::parse_from_rfc3339(text).ok().map(|zoned| zoned.with_timezone(&Utc).naive_utc())
}

/// Whether a number after a sign is so long that its value decides whether it is read.
fn has_long_signed_number(text: &[u8]) -> bool {
    let long = |rest: &[u8]| rest.iter().take_while(|letter| letter.is_ascii_digit()).count() > 4;
    text.iter().enumerate().any(|(at, letter)| matches!(letter, b'+' | b'-') && long(&text[at + 1..]))
}
