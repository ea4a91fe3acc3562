//! Stems of English words: Porter's algorithm of 1980 and the Lancaster algorithm of Paice and Husk of 1990, as they were published.
//!
//! Words are small letters a to z; others are not stemmed. Knows no operation.

use std::sync::LazyLock;

/// The stem of a word by Porter's algorithm; words of one or two letters stay.
pub(super) fn porter(word: &str) -> String {
    let mut word = word.to_owned();
    if word.len() <= 2 || !is_plain(&word) {
        return word;
    }
    plural(&mut word);
    past(&mut word);
    if has_vowel(stem_of(&word, "y").unwrap_or_default()) {
        word.replace_range(word.len() - 1.., "i");
    }
    replace_first(&mut word, STEP_2, 1);
    replace_first(&mut word, STEP_3, 1);
    step_4(&mut word);
    if let Some(stem) = stem_of(&word, "e")
        && (measure(stem) > 1 || (measure(stem) == 1 && !is_short(stem)))
    {
        word.pop();
    }
    if word.ends_with("ll") && measure(&word) > 1 {
        word.pop();
    }
    word
}

fn is_plain(word: &str) -> bool {
    word.bytes().all(|letter| letter.is_ascii_lowercase())
}

/// The word without an ending that it has.
fn stem_of<'a>(word: &'a str, ending: &str) -> Option<&'a str> {
    word.strip_suffix(ending)
}

fn is_consonant(word: &[u8], at: usize) -> bool {
    match word[at] {
        b'a' | b'e' | b'i' | b'o' | b'u' => false,
        b'y' => at == 0 || !is_consonant(word, at - 1),
        _ => true,
    }
}

/// How often vowels are followed by consonants.
fn measure(stem: &str) -> usize {
    let kinds: Vec<bool> = (0..stem.len()).map(|at| is_consonant(stem.as_bytes(), at)).collect();
    kinds.windows(2).filter(|pair| !pair[0] && pair[1]).count()
}

fn has_vowel(stem: &str) -> bool {
    (0..stem.len()).any(|at| !is_consonant(stem.as_bytes(), at))
}

fn ends_double(word: &str) -> bool {
    let letters = word.as_bytes();
    let last = letters.len().wrapping_sub(1);
    letters.len() > 1 && letters[last] == letters[last - 1] && is_consonant(letters, last)
}

/// Whether a stem ends in consonant, vowel, consonant, the last none of w, x, y.
fn is_short(stem: &str) -> bool {
    let letters = stem.as_bytes();
    let Some(first) = letters.len().checked_sub(3) else { return false };
    let kinds = [first, first + 1, first + 2].map(|at| is_consonant(letters, at));
    kinds == [true, false, true] && !matches!(letters[first + 2], b'w' | b'x' | b'y')
}

fn plural(word: &mut String) {
    let cut = if word.ends_with("sses") || word.ends_with("ies") {
        2
    } else {
        usize::from(word.ends_with('s') && !word.ends_with("ss"))
    };
    word.truncate(word.len() - cut);
}

fn past(word: &mut String) {
    if let Some(stem) = stem_of(word, "eed") {
        if measure(stem) > 0 {
            word.pop();
        }
        return;
    }
    let stem = stem_of(word, "ed").or_else(|| stem_of(word, "ing")).filter(|stem| has_vowel(stem));
    let Some(length) = stem.map(str::len) else { return };
    word.truncate(length);
    if ["at", "bl", "iz"].iter().any(|ending| word.ends_with(ending)) {
        word.push('e');
    } else if ends_double(word) && !word.ends_with(['l', 's', 'z']) {
        word.pop();
    } else if measure(word) == 1 && is_short(word) {
        word.push('e');
    }
}

const STEP_2: &[(&str, &str)] = &[
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("abli", "able"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
];
const STEP_3: &[(&str, &str)] =
    &[("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];
const STEP_4: &[&str] = &[
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti", "ous", "ive", "ize",
    "al", "er", "ic", "ou",
];

/// The first ending that fits decides, whether its stem is long enough or not.
fn replace_first(word: &mut String, endings: &[(&str, &str)], least: usize) {
    let found = endings.iter().find_map(|(ending, new)| stem_of(word, ending).map(|stem| (stem.len(), *new)));
    if let Some((length, new)) = found
        && measure(&word[..length]) >= least
    {
        word.replace_range(length.., new);
    }
}

fn step_4(word: &mut String) {
    let Some(ending) = STEP_4.iter().find(|ending| word.ends_with(**ending)) else { return };
    let length = word.len() - ending.len();
    let stem = &word[..length];
    if measure(stem) > 1 && (*ending != "ion" || stem.ends_with(['s', 't'])) {
        word.truncate(length);
    }
}

/// The rules of Paice and Husk: the ending backwards, `*` for words no rule has touched yet, how many letters go, what comes, and
/// whether that is all (`.`) or the rules are tried again (`>`).
const RULES: &[&str] = &[
    "ai*2.",
    "a*1.",
    "bb1.",
    "city3s.",
    "ci2>",
    "cn1t>",
    "dd1.",
    "dei3y>",
    "deec2ss.",
    "dee1.",
    "de2>",
    "dooh4>",
    "e1>",
    "feil1v.",
    "fi2>",
    "gni3>",
    "gai3y.",
    "ga2>",
    "gg1.",
    "ht*2.",
    "hsiug5ct.",
    "hsi3>",
    "i*1.",
    "i1y>",
    "ji1d.",
    "juf1s.",
    "ju1d.",
    "jo1d.",
    "jeh1r.",
    "jrev1t.",
    "jsim2t.",
    "jn1d.",
    "j1s.",
    "lbaifi6.",
    "lbai4y.",
    "lba3>",
    "lbi3.",
    "lib2l>",
    "lc1.",
    "lufi4y.",
    "luf3>",
    "lu2.",
    "lai3>",
    "lau3>",
    "la2>",
    "ll1.",
    "mui3.",
    "mu*2.",
    "msi3>",
    "mm1.",
    "nois4j>",
    "noix4ct.",
    "noi3>",
    "nai3>",
    "na2>",
    "nee0.",
    "ne2>",
    "nn1.",
    "pihs4>",
    "pp1.",
    "re2>",
    "rae0.",
    "ra2.",
    "ro2>",
    "ru2>",
    "rr1.",
    "rt1>",
    "rei3y>",
    "sei3y>",
    "sis2.",
    "si2>",
    "ssen4>",
    "ss0.",
    "suo3>",
    "su*2.",
    "s*1>",
    "s0.",
    "tacilp4y.",
    "ta2>",
    "tnem4>",
    "tne3>",
    "tna3>",
    "tpir2b.",
    "tpro2b.",
    "tcud1.",
    "tpmus2.",
    "tpec2iv.",
    "tulo2v.",
    "tsis0.",
    "tsi3>",
    "tt1.",
    "uqi3.",
    "ugo1.",
    "vis3j>",
    "vie0.",
    "vi2>",
    "ylb1>",
    "yli3y>",
    "ylp0.",
    "yl2>",
    "ygo1.",
    "yhp1.",
    "ymo1.",
    "ypo1.",
    "yti3>",
    "yte3>",
    "ytl2.",
    "yrtsi5.",
    "yra3>",
    "yro3>",
    "yfi3.",
    "ycn2t>",
    "yca3>",
    "zi2>",
    "zy1s.",
];

/// A rule of Paice and Husk, read.
struct Rule {
    ending: String,
    intact: bool,
    removed: usize,
    added: &'static str,
    goes_on: bool,
}

static READ_RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| RULES.iter().filter_map(|rule| read_rule(rule)).collect());

fn read_rule(rule: &'static str) -> Option<Rule> {
    let (ending, rest) = rule.split_at(rule.find(|letter: char| letter.is_ascii_digit())?);
    Some(Rule {
        ending: ending.trim_end_matches('*').chars().rev().collect(),
        intact: ending.ends_with('*'),
        removed: rest.get(..1)?.parse().ok()?,
        added: rest[1..].trim_end_matches(['.', '>']),
        goes_on: rule.ends_with('>'),
    })
}

/// The stem of a word by the Lancaster algorithm.
pub(super) fn lancaster(word: &str) -> String {
    let mut stem = word.to_owned();
    let (mut touched, mut goes_on) = (false, is_plain(word));
    while goes_on {
        let fits = |rule: &&Rule| {
            stem.ends_with(&rule.ending) && !(rule.intact && touched) && is_acceptable(&stem, rule.removed)
        };
        let Some(rule) = READ_RULES.iter().find(fits) else { break };
        stem.truncate(stem.len() - rule.removed);
        stem.push_str(rule.added);
        (touched, goes_on) = (true, rule.goes_on);
    }
    stem
}

/// A stem that begins with a vowel or y keeps two letters, any other three, a vowel or y among its second and third.
fn is_acceptable(word: &str, removed: usize) -> bool {
    let letters = word.as_bytes();
    let kept = letters.len().saturating_sub(removed);
    let vowel = |at: usize| letters.get(at).is_some_and(|letter| b"aeiouy".contains(letter));
    if vowel(0) { kept >= 2 } else { kept >= 3 && (vowel(1) || vowel(2)) }
}
