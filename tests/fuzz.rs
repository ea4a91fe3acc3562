//! The bodies of the fuzz targets over their corpora and small changes of them: `FUZZ_TIMES=10000 cargo test fuzz` tries more changes of
//! each, `FUZZ_SEED=7` others. What fails is told whole, so that it can be put into the corpus.

#[path = "fuzz/bodies.rs"]
mod bodies;

use crate::random::dice::Dice;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A text with a few changes: bytes that mean something put in, parts doubled or taken away, another one put behind.
fn changed(data: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    const TELLING: &[&[u8]] = &[
        b"\"",
        b",",
        b"\n",
        b"\r",
        b"{",
        b"}",
        b"[",
        b"]",
        b"(",
        b")",
        b"`",
        b"'",
        b"\\",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"-",
        b".",
        b"0",
        b"9223372036854775808",
        b"1e999",
        b" ",
        b"null",
        b"NA",
        "ß".as_bytes(),
        "\u{202e}".as_bytes(),
        b";",
        b"\t",
        b"|",
    ];
    let mut out = data.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(out.len() + 1);
        match dice.below(5) {
            0 | 1 => drop(out.splice(at..at, TELLING[dice.below(TELLING.len())].iter().copied())),
            2 => drop(out.drain(at..(at + dice.below(6)).min(out.len()))),
            3 => out.splice(at..at, data.iter().take(dice.below(data.len() + 1)).copied()).for_each(drop),
            _ => out.extend_from_slice(&other[..dice.below(other.len() + 1)]),
        }
    }
    out
}

#[test]
fn nothing_stops_over_what_it_is_given() {
    let times = number("FUZZ_TIMES", 12);
    let mut wrong = Vec::new();
    for (name, body) in bodies::BODIES {
        let folder = crate::root().join("tests/fuzz/corpus").join(name);
        let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let seeds: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
        assert!(seeds.len() >= 8, "{name} has a corpus");
        let mut dice = Dice::new(number("FUZZ_SEED", 1));
        for seed in &seeds {
            for time in 0..=times {
                let other = &seeds[dice.below(seeds.len())];
                let data = if time == 0 { seed.clone() } else { changed(seed, other, &mut dice) };
                if catch_unwind(AssertUnwindSafe(|| body(&data))).is_err() {
                    wrong.push(format!("{name}: {:?}", String::from_utf8_lossy(&data)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} stopped:\n{}", wrong.len(), wrong.join("\n"));
}
