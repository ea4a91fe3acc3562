//! The shape of one value in text: what it could be without losing a character, or what keeps it from being a number.

use super::calendar;

/// What a value looks like; the first group can become a type, the second looks like a number and must stay text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Shape {
    /// A whole number of at most 15 digits.
    Whole,
    /// A whole number of more digits that still fits 64 bits.
    WholeWide,
    /// Digits with a point, at most 15 that matter, or up to 17 that a number is written back with; also 1.5e-7.
    Decimal,
    /// true, false
    LowerBoolean,
    /// True, False
    TitleBoolean,
    /// TRUE, FALSE
    UpperBoolean,
    /// 2024-02-29
    Date,
    /// 2024-02-29 10:30
    BlankMinutes,
    /// 2024-02-29 10:30:00
    BlankSeconds,
    /// 2024-02-29 10:30:00.5
    BlankFraction,
    /// 2024-02-29T10:30
    LetterMinutes,
    /// 2024-02-29T10:30:00
    LetterSeconds,
    /// 2024-02-29T10:30:00.5
    LetterFraction,
    /// 00123
    LeadingZero,
    /// +49
    PlusSign,
    /// -0
    NegativeZero,
    /// 1e5
    Exponent,
    /// 12345678901234567890
    ManyDigits,
    /// A number with blanks around it.
    Padded,
    /// 1,000 or `1_000`
    Grouped,
    /// 1,5 or 0,123: digits with a comma for a point, at most 15 that matter.
    CommaDecimal,
    /// 1,234: a decimal comma or a separator of thousands.
    CommaThree,
    /// 31/12/2024
    SlashDayFirst,
    /// 12/31/2024
    SlashMonthFirst,
    /// 01/02/2024
    SlashEither,
    /// 31.12.2024
    PointDayFirst,
    /// 12.31.2024
    PointMonthFirst,
    /// 01.02.2024
    PointEither,
    /// 31-12-2024
    DashDayFirst,
    /// 12-31-2024
    DashMonthFirst,
    /// 01-02-2024
    DashEither,
    /// 25/4/2024: without leading zeros
    ShortSlashDayFirst,
    /// 4/25/2024
    ShortSlashMonthFirst,
    /// 4/5/2024
    ShortSlashEither,
    /// 25.4.2024
    ShortPointDayFirst,
    /// 4.25.2024
    ShortPointMonthFirst,
    /// 4.5.2024
    ShortPointEither,
    /// 25-4-2024
    ShortDashDayFirst,
    /// 4-25-2024
    ShortDashMonthFirst,
    /// 4-5-2024
    ShortDashEither,
    /// NaN, inf
    NumberWord,
    /// 0x1F
    Hexadecimal,
    /// .5 or 5.
    BarePoint,
    /// Anything else.
    Text,
}

/// How many shapes there are.
pub(crate) const SHAPES: usize = 44;

/// Every shape, in order.
pub(crate) const ALL: [Shape; SHAPES] = {
    use Shape as S;
    [
        S::Whole,
        S::WholeWide,
        S::Decimal,
        S::LowerBoolean,
        S::TitleBoolean,
        S::UpperBoolean,
        S::Date,
        S::BlankMinutes,
        S::BlankSeconds,
        S::BlankFraction,
        S::LetterMinutes,
        S::LetterSeconds,
        S::LetterFraction,
        S::LeadingZero,
        S::PlusSign,
        S::NegativeZero,
        S::Exponent,
        S::ManyDigits,
        S::Padded,
        S::Grouped,
        S::CommaDecimal,
        S::CommaThree,
        S::SlashDayFirst,
        S::SlashMonthFirst,
        S::SlashEither,
        S::PointDayFirst,
        S::PointMonthFirst,
        S::PointEither,
        S::DashDayFirst,
        S::DashMonthFirst,
        S::DashEither,
        S::ShortSlashDayFirst,
        S::ShortSlashMonthFirst,
        S::ShortSlashEither,
        S::ShortPointDayFirst,
        S::ShortPointMonthFirst,
        S::ShortPointEither,
        S::ShortDashDayFirst,
        S::ShortDashMonthFirst,
        S::ShortDashEither,
        S::NumberWord,
        S::Hexadecimal,
        S::BarePoint,
        S::Text,
    ]
};

/// A value without the blanks around it.
pub(crate) fn bare(text: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let begin = text.iter().position(|byte| !blank(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !blank(byte)).map_or(begin, |at| at + 1);
    &text[begin..end]
}

/// The shape of a value that is not empty.
#[inline]
pub(crate) fn shape_of(text: &[u8]) -> Shape {
    match text.first() {
        Some(b'0'..=b'9') => digits_first(text),
        Some(b'-') => number(&text[1..], true),
        Some(b'+') => plus(text),
        Some(b't' | b'f' | b'T' | b'F') => boolean(text),
        Some(b'n' | b'N' | b'i' | b'I') => word(text),
        Some(b' ' | b'\t' | b'.') => odd(text),
        _ => Shape::Text,
    }
}

#[inline]
fn digits_first(text: &[u8]) -> Shape {
    if text.len() >= 10 && text[4] == b'-' && text[7] == b'-' {
        return calendar::shape(text).unwrap_or(Shape::Text);
    }
    number(text, false)
}

#[inline]
fn number(text: &[u8], negative: bool) -> Shape {
    let whole = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if whole == text.len() && whole > 0 {
        return whole_shape(text, negative);
    }
    if whole > 0 && text[whole] == b'.' {
        return decimal_shape(text, whole, negative);
    }
    unusual(text, whole, negative)
}

#[inline]
fn whole_shape(text: &[u8], negative: bool) -> Shape {
    match text {
        [b'0'] if negative => Shape::NegativeZero,
        [b'0'] => Shape::Whole,
        [b'0', ..] => Shape::LeadingZero,
        _ if text.len() <= 15 => Shape::Whole,
        _ if text.len() <= 18 => Shape::WholeWide,
        _ => {
            let limit: &[u8] = if negative { b"9223372036854775808" } else { b"9223372036854775807" };
            if text.len() == 19 && text <= limit { Shape::WholeWide } else { Shape::ManyDigits }
        }
    }
}

fn decimal_shape(text: &[u8], whole: usize, negative: bool) -> Shape {
    let fraction = &text[whole + 1..];
    if fraction.is_empty() {
        return Shape::BarePoint;
    }
    if !fraction.iter().all(u8::is_ascii_digit) {
        return unusual(text, whole, negative);
    }
    if whole > 1 && text[0] == b'0' {
        return Shape::LeadingZero;
    }
    let end = fraction.iter().rposition(|digit| *digit != b'0').map_or(0, |at| at + 1);
    let digits = if text[0] == b'0' {
        let zeros = fraction[..end].iter().take_while(|digit| **digit == b'0').count();
        end - zeros
    } else {
        whole + end
    };
    match digits {
        0 if negative => Shape::NegativeZero,
        0..=15 => Shape::Decimal,
        16 | 17 if is_shortest(&text[..whole + 1 + end]) => Shape::Decimal,
        _ => Shape::ManyDigits,
    }
}

// Whether a number is written back with these very digits, as programs write what they computed: 0.30000000000000004
#[cold]
fn is_shortest(text: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(text).ok() else { return false };
    text.parse::<f64>().is_ok_and(|number| number.to_string() == text)
}

#[cold]
fn unusual(text: &[u8], whole: usize, negative: bool) -> Shape {
    if whole == 0 {
        let fraction = text.first() == Some(&b'.') && text.len() > 1 && text[1..].iter().all(u8::is_ascii_digit);
        return if fraction {
            Shape::BarePoint
        } else if negative && word(text) == Shape::NumberWord {
            Shape::NumberWord
        } else {
            Shape::Text
        };
    }
    let rest = &text[whole..];
    if let [_, _, mark, _, _, _, ..] = text
        && text.len() == 10
        && text[5] == *mark
        && !negative
        && let Some(shape) = calendar::turned_shape(text)
    {
        return shape;
    }
    if !negative
        && (8..=9).contains(&text.len())
        && let Some(shape) = calendar::short_shape(text)
    {
        return shape;
    }
    if text.starts_with(b"0x") || text.starts_with(b"0X") {
        let hexadecimal = text.len() > 2 && text[2..].iter().all(u8::is_ascii_hexdigit);
        return if hexadecimal { Shape::Hexadecimal } else { Shape::Text };
    }
    if is_exponent(rest) {
        return if is_small(text) { Shape::Decimal } else { Shape::Exponent };
    }
    if rest.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
        return Shape::Padded;
    }
    if let [b',', fraction @ ..] = rest
        && fraction.iter().all(u8::is_ascii_digit)
    {
        let thousands = fraction.len() == 3 && (1..=3).contains(&whole) && text[0] != b'0';
        return match decimal_shape(text, whole, negative) {
            Shape::Decimal if thousands => Shape::CommaThree,
            Shape::Decimal => Shape::CommaDecimal,
            _ => Shape::Grouped,
        };
    }
    let grouped = text.last().is_some_and(u8::is_ascii_digit)
        && rest.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b',' | b'\'' | b'.'));
    if grouped { Shape::Grouped } else { Shape::Text }
}

// What follows the whole digits: an optional fraction, then e and digits.
fn is_exponent(rest: &[u8]) -> bool {
    let Some(at) = rest.iter().position(|byte| matches!(byte, b'e' | b'E')) else { return false };
    let fraction = &rest[..at];
    let power =
        rest[at + 1..].strip_prefix(b"-").or_else(|| rest[at + 1..].strip_prefix(b"+")).unwrap_or(&rest[at + 1..]);
    let fraction_fits = fraction.is_empty() || (fraction[0] == b'.' && fraction[1..].iter().all(u8::is_ascii_digit));
    fraction_fits && !power.is_empty() && power.iter().all(u8::is_ascii_digit)
}

// Whether this is how programs write a number close to zero: 1.5e-7. Without a point it may be a code, without a minus what a spreadsheet
// left of one. The number is written back with these very digits and this power, whatever zeros and capitals it was written with.
fn is_small(text: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(text).ok() else { return false };
    let Some((digits, power)) = text.split_once(['e', 'E']) else { return false };
    let (Some(b'1'..=b'9'), Some(b'.')) = (digits.as_bytes().first(), digits.as_bytes().get(1)) else { return false };
    if digits.len() == 2 || !power.starts_with('-') {
        return false;
    }
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    let (Ok(number), Ok(power)) = (text.parse::<f64>(), power.parse::<i32>()) else { return false };
    format!("{number:e}") == format!("{digits}e{power}")
}

#[cold]
fn plus(text: &[u8]) -> Shape {
    let rest = &text[1..];
    let begins = rest.first().is_some_and(u8::is_ascii_digit);
    if begins && rest.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'.')) {
        Shape::PlusSign
    } else {
        Shape::Text
    }
}

#[inline]
fn boolean(text: &[u8]) -> Shape {
    match text {
        b"true" | b"false" => Shape::LowerBoolean,
        b"True" | b"False" => Shape::TitleBoolean,
        b"TRUE" | b"FALSE" => Shape::UpperBoolean,
        _ => Shape::Text,
    }
}

fn word(text: &[u8]) -> Shape {
    let known: [&[u8]; 3] = [b"nan", b"inf", b"infinity"];
    if text.len() <= 8 && known.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        Shape::NumberWord
    } else {
        Shape::Text
    }
}

#[cold]
fn odd(text: &[u8]) -> Shape {
    if text[0] == b'.' {
        return unusual(text, 0, false);
    }
    let bare = text.trim_ascii();
    let numeric = bare.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
        && matches!(shape_of(bare), Shape::Whole | Shape::WholeWide | Shape::Decimal | Shape::LeadingZero);
    if numeric { Shape::Padded } else { Shape::Text }
}
