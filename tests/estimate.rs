//! What a run says of itself before it begins, against what it then does.

use crate::random::dice::Dice;
use crate::table::job;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::run::{Estimate, Monitor, WORTH, execute, foretell};

const ROWS: u64 = 60_000;

/// What is foretold of a run over many rows, the rows that then come out, and the bytes.
fn foretold(steps: Vec<Step>) -> (Estimate, u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice::new(1);
    let row = |id: u64| format!("{id},{},{}\n", id * 7_919 % 1_009, dice.below(16_384));
    let rows: String = (0..ROWS).map(row).collect();
    std::fs::write(folder.path().join("in.csv"), format!("id,kind,draw\n{rows}")).unwrap();
    let job = job(folder.path(), steps);
    let estimate = foretell(&job, 0, &Monitor::silent()).unwrap().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "what was tried is gone");
    let receipt = execute(&job, &Monitor::silent()).unwrap();
    (estimate, receipt.rows_out, receipt.outputs.iter().map(|file| file.bytes).sum())
}

fn assert_near(found: u64, expected: u64, factor: u64, what: &str) {
    assert!(found <= expected * factor && expected <= found * factor, "{what}: {found} against {expected}");
}

#[test]
fn rows_and_bytes_are_foretold_from_the_first_rows() {
    let small = Step::new("REMOVE_VALUES").with("sourceColumn", "kind").when("LESS_THAN", Some("500"), "kind");
    let (estimate, rows, bytes) = foretold(vec![small]);
    assert_eq!((estimate.rows_in, estimate.tried_rows), (ROWS, 20_000));
    assert!(estimate.rows_out.abs_diff(rows) < ROWS / 100, "{} against {rows}", estimate.rows_out);
    assert_near(estimate.output_bytes, bytes, 2, "bytes");
    assert!(estimate.seconds > 0.0 && estimate.memory_bytes > 10_000_000);
}

#[test]
fn kinds_that_repeat_are_not_foretold_to_grow_with_the_rows() {
    let count = r#"[{"sourceColumnName":"id","targetColumnName":"n","functionName":"COUNT"}]"#;
    let group = |by: &str| Step::new("GROUP_BY").with("sourceColumns", by).with("groupByAggFunctionOptions", count);
    // All kinds are among the first rows; of the draws, more and more come.
    for by in [r#"["kind"]"#, r#"["draw"]"#] {
        let (estimate, rows, _) = foretold(vec![group(by)]);
        assert!(estimate.rows_out.abs_diff(rows) <= rows / 20, "{by}: {} against {rows}", estimate.rows_out);
    }
}

#[test]
fn small_inputs_are_run_and_not_estimated() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "id\n1\n").unwrap();
    let job = job(folder.path(), Vec::new());
    assert_eq!(foretell(&job, WORTH, &Monitor::silent()).unwrap(), None);
    assert_eq!(foretell(&job, 0, &Monitor::silent()).unwrap(), None, "too few to say anything");
    assert!(execute(&job, &Monitor::silent()).unwrap().estimate.is_none());
}

#[test]
fn it_is_told_in_a_line() {
    let estimate = Estimate {
        rows_in: 20_000_000,
        rows_out: 12_345,
        seconds: 8.6,
        memory_bytes: 1_250_000_000,
        output_bytes: 999,
        tried_rows: 1,
        ..Estimate::default()
    };
    let told = "expected: 20,000,000 rows in, 12,345 rows out, about 9 s, 1.2 GB of memory, 1 kB written";
    assert_eq!(estimate.sentence(), told);
}
