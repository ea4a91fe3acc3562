//! Random tables: all kinds of columns, odd names, and the values that break things.

use super::dice::Dice;
use brewhouse_engine::op::table;
use polars::prelude::DataFrame;

const NAMES: &[&str] = &["a", "b", "n", "price", "first name", "größe", "x.y", "日付", "Value", "_1", "it's", "100%"];

/// Types of columns with values that they can have; the sign for a missing one is added to each.
const KINDS: &[(&str, &[&str])] = &[
    (
        "text",
        &[
            "\"\"",
            "\" \"",
            "a",
            "Ada King",
            "-1.5",
            "007",
            "1e5",
            "12/31/2024",
            "13/02/2024",
            "2024-02-29",
            "2023-02-29",
            "yes",
            "NaN",
            "田中",
            "\"e\\u0301\"",
            "👩‍💻",
            "a,b;c",
            "https://a.org/b?c=1",
            "10.0.0.1",
            "N/A",
            "\"{\\\"a\\\":1}\"",
            "[1,2]",
            "99999999999999999999",
            "1.234,56",
            "\"line\\nbreak\"",
        ],
    ),
    ("whole", &["0", "1", "-1", "2", "3", "7", "-12", "100", "9223372036854775807", "-9223372036854775808"]),
    ("double", &["0", "1", "-1", "0.5", "-2.5", "3.25", "1e300", "-1e-300", "NaN", "inf", "-inf", "9007199254740993"]),
    ("money", &["0", "0.1", "-0.2", "1.005", "99999999999999999.99", "-7"]),
    ("boolean", &["true", "false"]),
    ("date", &["2024-02-29", "1969-12-31", "2000-01-01", "1815-12-10", "9999-12-31"]),
    ("timestamp", &["2024-02-29 23:59:59", "1970-01-01 00:00:00", "2024-03-31 02:30:00", "1969-12-31 23:00:00"]),
    ("list<long>", &["[]", "[1]", "[1,null,-3]", "[2,2]"]),
    ("list<string>", &["[]", "[\"a\"]", "[\"a\",null,\"\"]"]),
    ("struct<x: long, y: string>", &["{\"x\":1,\"y\":\"a\"}", "{\"x\":null,\"y\":null}", "{\"x\":-5,\"y\":\"\"}"]),
    ("struct<in: struct<z: double>, l: list<long>>", &["{\"in\":{\"z\":0.5},\"l\":[1]}", "{\"in\":null,\"l\":null}"]),
    (
        "list<struct<key: string, value: long>>",
        &["[]", "[{\"key\":\"a\",\"value\":1}]", "[{\"key\":\"b\",\"value\":null},{\"key\":\"a\",\"value\":2}]"],
    ),
];

/// A table of 1 to 7 columns and 0 to 30 rows.
pub(super) fn random(dice: &mut Dice) -> DataFrame {
    let mut names: Vec<&str> = NAMES.to_vec();
    let width = dice.below(7) + 1;
    let height = if dice.percent(8) { dice.below(2) } else { dice.below(30) };
    let mut lines = vec![Vec::new(); height + 1];
    for _ in 0..width {
        let name = names.remove(dice.below(names.len()));
        // Single values are what most columns hold.
        let (kind, values) = if dice.percent(80) { dice.one(&KINDS[..7]) } else { dice.one(KINDS) };
        let missing = *dice.one(&[0, 10, 10, 40, 100]);
        let few = dice.percent(40);
        lines[0].push(format!("{name}:{kind}"));
        for line in &mut lines[1..] {
            let values = if few { &values[..values.len().min(3)] } else { values };
            line.push(if dice.percent(missing) { "∅".to_owned() } else { (*dice.one(values)).to_owned() });
        }
    }
    let text: Vec<String> = lines.iter().map(|cells| cells.join(" | ")).collect();
    table::parse(&text.join("\n")).unwrap_or_else(|e| panic!("{e}\n{}", text.join("\n")))
}
