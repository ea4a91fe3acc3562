//! How characters are written: accents taken off, and the forms of Unicode.

use super::cells::map_text;
use super::param::{Chosen, Param, choice};
use super::{Apply, Example, Export, Family, Operation, in_place, params};
use unicode_normalization::UnicodeNormalization as _;

static FORM: Param<Chosen> = Param::new("form", "Form")
    .help("NFC: one character where there is one; NFD: letter and marks apart; NFKC and NFKD also replace signs by their plain letters.")
    .choices(&[
        choice("NFC", "Composed (NFC)"),
        choice("NFD", "Decomposed (NFD)"),
        choice("NFKC", "Composed, plain letters (NFKC)"),
        choice("NFKD", "Decomposed, plain letters (NFKD)"),
    ])
    .default("NFC");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "UNACCENT",
        title: "Take accents off",
        summary: "Writes Latin and Greek letters without their accents, in place: é becomes e, ü becomes u, ø becomes o, ß becomes ss, æ \
                  becomes ae. Letters of other scripts stay as they are, since their marks make other letters. Missing cells stay \
                  missing. Not in DataBrew.",
        sentence: "Take the accents off {sourceColumn}",
        family: Family::Format,
        params: &[&params::SOURCE_TEXT.spec],
        databrew: Export::Never,
        apply: Apply::Columns(|args, _| in_place(args, |cells| map_text(cells, |text| Some(unaccent(text))))),
        examples: &[Example {
            title: "Latin and Greek letters, no others",
            params: &[("sourceColumn", "city")],
            conditions: &[],
            before: "city:text\nZürich\nŁódź\nStraße\nΑθήνα\nйод\nがく\n\"\"\n∅",
            after: "city:text\nZurich\nLodz\nStrasse\nΑθηνα\nйод\nがく\n\"\"\n∅",
        }],
        ..Operation::DEFAULT
    },
    Operation {
        name: "NORMALIZE_UNICODE",
        title: "Normalize Unicode",
        summary: "Writes text in one of Unicode's normal forms, in place, so that what looks the same is the same: é as one character \
                  equals e with a combining accent only then. NFKC and NFKD also make ﬁ to fi, ² to 2 and full-width letters to plain \
                  ones, which cannot be undone. Missing cells stay missing. Not in DataBrew.",
        sentence: "Write {sourceColumn} in the Unicode form {form}",
        family: Family::Format,
        params: &[&params::SOURCE_TEXT.spec, &FORM.spec],
        databrew: Export::Never,
        apply: Apply::Columns(|args, _| {
            let form: fn(&str) -> String = match args.get(&FORM)?.0 {
                "NFD" => |text| text.nfd().collect(),
                "NFKC" => |text| text.nfkc().collect(),
                "NFKD" => |text| text.nfkd().collect(),
                _ => |text| text.nfc().collect(),
            };
            in_place(args, |cells| {
                map_text(cells, move |text| Some(if text.is_ascii() { text.to_owned() } else { form(text) }))
            })
        }),
        examples: &[
            Example {
                title: "A combining accent becomes one character with its letter",
                params: &[("sourceColumn", "t")],
                conditions: &[],
                before: "t:text\n\"e\\u0301\"\n²\n∅",
                after: "t:text\n\"\\u00e9\"\n²\n∅",
            },
            Example {
                title: "Plain letters for signs",
                params: &[("sourceColumn", "t"), ("form", "NFKC")],
                conditions: &[],
                before: "t:text\nﬁ ² ＡＢ",
                after: "t:text\nfi 2 AB",
            },
        ],
        ..Operation::DEFAULT
    },
];

/// Text without the accents of its Latin and Greek letters.
pub(super) fn unaccent(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut accented = false;
    for letter in text.nfd() {
        let mark = matches!(letter, '\u{300}'..='\u{36f}');
        if mark && accented {
            continue;
        }
        if !mark {
            accented = is_latin_or_greek(letter);
        }
        match plain_letters(letter) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(letter),
        }
    }
    plain.nfc().collect()
}

const fn is_latin_or_greek(letter: char) -> bool {
    letter.is_ascii_alphabetic()
        || matches!(letter, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')
}

/// Letters whose stroke or ligature is no accent that could be taken apart.
const fn plain_letters(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        'ø' => "o",
        'Ø' => "O",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'þ' => "th",
        'Þ' => "Th",
        'ł' => "l",
        'Ł' => "L",
        'ħ' => "h",
        'Ħ' => "H",
        'ŧ' => "t",
        'Ŧ' => "T",
        'ı' => "i",
        'ŋ' => "n",
        'Ŋ' => "N",
        'ſ' => "s",
        _ => return None,
    })
}
