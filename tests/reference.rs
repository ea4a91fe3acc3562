//! The reference that is made from the table: every example as tables, in Markdown and for a terminal.

use brewhouse_engine::op::reference::{Look, json, markdown, page, text};
use brewhouse_engine::op::{self, Operation};

/// The number of cells in a row of a Markdown table.
fn cells(line: &str) -> usize {
    line.replace("\\|", "").matches('|').count() - 1
}

#[test]
fn the_page_has_a_before_and_after_table_for_every_example() {
    let all: Vec<&Operation> = op::all().collect();
    let page = page(&all);
    for operation in &all {
        assert!(page.contains(&format!("\n## {}\n", operation.name)), "{}", operation.name);
        assert!(
            page.contains(&format!("(#{})", operation.name.to_lowercase())),
            "{} is not in the contents",
            operation.name
        );
        let own = markdown(operation);
        assert!(page.contains(&own));
        let tables = own.matches("|:-:|").count() + own.matches("\nbecomes\n").count();
        assert_eq!(tables, operation.examples.len(), "{}\n{own}", operation.name);
        let lines: Vec<&str> = own.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair.iter().all(|line| line.starts_with('|'))) {
            assert_eq!(cells(pair[0]), cells(pair[1]), "{}: {pair:?}", operation.name);
        }
    }
}

#[test]
fn an_operation_fits_a_terminal_and_is_plain_without_colours() {
    for operation in op::all() {
        let plain = text(operation, Look { width: 80, colour: false });
        let coloured = text(operation, Look { width: 80, colour: true });
        assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'), "{}", operation.name);
        let bare: String = coloured
            .split('\u{1b}')
            .map(|part| part.split_once('m').filter(|(code, _)| code.starts_with('[')).map_or(part, |(_, rest)| rest))
            .collect();
        assert_eq!(bare, plain, "colours change nothing else");
        let (about, _) = plain.split_once("\nParameters\n").unwrap_or((&plain, ""));
        let summary = about.split("\n\n").nth(1).unwrap();
        assert!(summary.lines().all(|line| line.chars().count() <= 80), "{}\n{summary}", operation.name);
        assert_eq!(plain.matches("\nExample  ").count(), operation.examples.len(), "{}", operation.name);
        assert!(plain.contains('→') || plain.contains("becomes"), "{}", operation.name);
        for line in plain.lines() {
            assert_eq!(line, line.trim_end(), "{}: blanks at the end of a line", operation.name);
        }
    }
}

#[test]
fn the_json_says_what_an_operation_does_to_rows_and_conditions() {
    let formula = json(op::find("FORMULA").unwrap());
    assert_eq!((&formula["rows"], &formula["inDataBrew"]), (&"same".into(), &false.into()));
    assert_eq!(formula["conditions"], "conditions choose the rows that change");
    assert!(op::all().count() >= 206);
}
