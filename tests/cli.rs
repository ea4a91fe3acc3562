//! The command line through the real program: outputs compared, exit codes, error texts, killed runs.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// A folder of its own for each test.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brewhouse"));
        command.current_dir(self.0.path()).args(arguments).stdin(Stdio::null());
        command.env("XDG_CACHE_HOME", std::env::temp_dir().join("brewhouse-tests"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(self.0.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn rows(path: &Path) -> usize {
    let file = std::fs::File::open(path).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    reader.map(|batch| batch.unwrap().num_rows()).sum()
}

const RECIPE: &str = r#"[
  {"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "region"}}},
  {"Action": {"Operation": "REMOVE_VALUES", "Parameters": {"sourceColumn": "qty"}},
   "ConditionExpressions": [{"Condition": "LESS_THAN", "Value": "1", "TargetColumn": "qty"}]}
]"#;

const ORDERS: &str = "id,region,qty\n001,eu,2\n002,us,0\n003,eu,\n004,us,5\n";

fn place() -> Place {
    let place = Place::new();
    place.write("clean.recipe.json", RECIPE);
    place.write("orders.csv", ORDERS);
    place
}

#[test]
fn a_budget_of_memory_is_kept_or_refused_with_a_reason() {
    let place = place();
    let base = ["run", "clean.recipe.json", "--input", "orders.csv", "--output", "out.parquet", "--receipt", "r.json"];
    let run = |more: &[&str]| place.run(&[&base[..], more].concat());
    for (bad, told) in [("lots", "is not a size"), ("1MB", "cannot keep to 1 MB"), ("-2GB", "is not a size")] {
        let refused = run(&[&format!("--memory={bad}")]);
        assert_eq!(refused.status.code(), Some(2), "{bad}");
        assert!(err(&refused).contains(told), "{bad}: {}", err(&refused));
    }
    let nowhere = run(&["--temp-folder", "nowhere"]);
    assert!(err(&nowhere).contains("there is no folder nowhere"), "{}", err(&nowhere));
    assert!(!place.path("out.parquet").exists());
    assert!(run(&["--memory", "1.5GB"]).status.success());
    let receipt: Value = serde_json::from_str(&std::fs::read_to_string(place.path("r.json")).unwrap()).unwrap();
    assert_eq!((&receipt["memoryBudgetBytes"], &receipt["spilledBytes"]), (&1_500_000_000_u64.into(), &0.into()));
    assert!(receipt["anonymousMemoryBytes"].as_u64().unwrap() < 1_000_000_000);
}

#[test]
fn a_run_writes_parquet_and_a_balanced_receipt() {
    let place = place();
    let run = place.run(&[
        "run",
        "clean.recipe.json",
        "--input",
        "orders.csv",
        "--output",
        "out.parquet",
        "--receipt",
        "receipt.json",
    ]);
    assert!(run.status.success(), "{}", err(&run));
    assert_eq!(rows(&place.path("out.parquet")), 3);
    let receipt: Value = serde_json::from_str(&std::fs::read_to_string(place.path("receipt.json")).unwrap()).unwrap();
    assert_eq!(receipt["status"], "success");
    assert_eq!(receipt["balanced"], true);
    assert_eq!((&receipt["rowsIn"], &receipt["rowsOut"]), (&4.into(), &3.into()));
    assert_eq!((&receipt["steps"][1]["rowsIn"], &receipt["steps"][1]["rowsOut"]), (&4.into(), &3.into()));
    assert_eq!(receipt["inputs"][0]["datasetRecords"], 4);
    assert_eq!(receipt["columns"][0]["type"], "string", "leading zeros keep the ids text");
    assert_eq!(place.names(), ["clean.recipe.json", "orders.csv", "out.parquet", "receipt.json"], "no litter");
}

#[test]
fn the_same_run_twice_writes_the_same_bytes() {
    let place = place();
    for name in ["a.parquet", "b.parquet"] {
        let run = place.run(&["run", "clean.recipe.json", "--input", "orders.csv", "--output", name]);
        assert!(run.status.success(), "{}", err(&run));
    }
    assert_eq!(std::fs::read(place.path("a.parquet")).unwrap(), std::fs::read(place.path("b.parquet")).unwrap());
}

#[test]
fn an_existing_output_is_kept_unless_it_may_be_replaced() {
    let place = place();
    place.write("out.parquet", "precious");
    let run = place.run(&["run", "clean.recipe.json", "--input", "orders.csv", "--output", "out.parquet"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(err(&run).contains("--overwrite"), "{}", err(&run));
    assert_eq!(std::fs::read_to_string(place.path("out.parquet")).unwrap(), "precious");
    let run =
        place.run(&["run", "clean.recipe.json", "--input", "orders.csv", "--output", "out.parquet", "--overwrite"]);
    assert!(run.status.success(), "{}", err(&run));
    assert_eq!(rows(&place.path("out.parquet")), 3);
    let run =
        place.run(&["run", "clean.recipe.json", "--input", "orders.csv", "--output", "orders.csv", "--overwrite"]);
    assert_eq!(run.status.code(), Some(2), "an input is never overwritten");
    assert_eq!(std::fs::read_to_string(place.path("orders.csv")).unwrap(), ORDERS);
}

#[test]
fn unexpected_rows_are_a_broken_rule_and_leave_the_old_output() {
    let place = place();
    place.write("out.parquet", "old");
    let arguments = ["run", "clean.recipe.json", "--input", "orders.csv", "--output", "out.parquet", "--overwrite"];
    let run = place.run(&[&arguments[..], &["--expect-rows", "100.."]].concat());
    assert_eq!(run.status.code(), Some(1), "{}", err(&run));
    assert!(err(&run).contains("3 rows came out, at least 100 were expected"), "{}", err(&run));
    assert_eq!(std::fs::read_to_string(place.path("out.parquet")).unwrap(), "old");
}

#[test]
fn every_problem_of_every_step_is_told_at_once() {
    let place = place();
    place.write(
        "bad.recipe.json",
        r#"[{"Action": {"Operation": "UPPER_CAES", "Parameters": {"sourceColumn": "region"}}},
            {"Action": {"Operation": "UPPER_CASE", "Parameters": {}}},
            {"Action": {"Operation": "SORT", "Parameters": {"expressions": "nonsense"}}}]"#,
    );
    let check = place.run(&["check", "bad.recipe.json", "--input", "orders.csv", "--json"]);
    assert_eq!(check.status.code(), Some(2));
    let report: Value = serde_json::from_str(&out(&check)).unwrap();
    assert_eq!(report["ok"], false);
    let steps: Vec<_> = report["problems"].as_array().unwrap().iter().map(|p| p["step"].as_u64().unwrap()).collect();
    assert_eq!(steps, [1, 2, 3]);
    assert!(report["problems"][0]["advice"].as_str().unwrap().contains("UPPER_CASE"));
    let run = place.run(&["run", "bad.recipe.json", "--input", "orders.csv", "--output", "x.parquet"]);
    assert_eq!(run.status.code(), Some(2));
    assert_eq!(err(&run).lines().count(), 3, "{}", err(&run));
    assert!(!place.path("x.parquet").exists());
}

#[test]
fn a_damaged_recipe_is_reported_with_its_place_and_left_alone() {
    let place = place();
    let text = "[\n  {\"Action\": {\"Operation\": }}\n]";
    place.write("damaged.recipe.json", text);
    let check = place.run(&["check", "damaged.recipe.json"]);
    assert_eq!(check.status.code(), Some(2));
    assert!(err(&check).contains("line 2, column"), "{}", err(&check));
    assert_eq!(std::fs::read_to_string(place.path("damaged.recipe.json")).unwrap(), text);
}

#[test]
fn recipes_convert_to_yaml_and_back_and_unknown_steps_survive() {
    let place = Place::new();
    let recipe = r#"[{"RecipeAction": {"Operation": "SOMETHING_NEW", "Parameters": {"n": 3, "list": ["a"]}}, "Mine": {"x": 1}}]"#;
    place.write("r.json", recipe);
    let json = place.run(&["convert", "r.json", "--to", "json"]);
    let (a, b): (Value, Value) = (serde_json::from_str(recipe).unwrap(), serde_json::from_str(&out(&json)).unwrap());
    assert_eq!(a, b, "an untouched step is written as it was read");
    let yaml = place.run(&["convert", "r.json", "--to", "yaml"]);
    place.write("r.yaml", &out(&yaml));
    let back = place.run(&["convert", "r.yaml", "--to", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&out(&back)).unwrap(), a);
    let databrew = place.run(&["convert", "r.json", "--to", "databrew"]);
    let databrew: Value = serde_json::from_str(&out(&databrew)).unwrap();
    assert_eq!(databrew[0]["Action"]["Parameters"]["list"], r#"["a"]"#, "parameters are text there");
}

#[test]
fn standard_input_and_output_are_dashes() {
    let place = place();
    let mut child = place
        .command(&[
            "run",
            "clean.recipe.json",
            "--input",
            "-",
            "--input-format",
            "csv",
            "--output",
            "-",
            "--format",
            "csv",
            "--quiet",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), ORDERS.as_bytes()).unwrap();
    let run = child.wait_with_output().unwrap();
    assert!(run.status.success(), "{}", err(&run));
    assert_eq!(out(&run), "id,region,qty\n001,EU,2\n003,EU,\n004,US,5\n");
}

#[test]
fn names_and_dates_are_filled_in_paths() {
    let place = place();
    let run = place.run(&[
        "run",
        "clean.recipe.json",
        "--input",
        "{what}.csv",
        "--set",
        "what=orders",
        "--now",
        "2024-02-29T23:30:00Z",
        "--output",
        "out-{now:%Y%m%d}.parquet",
    ]);
    assert!(run.status.success(), "{}", err(&run));
    assert!(place.path("out-20240229.parquet").exists());
    let run = place.run(&["run", "clean.recipe.json", "--input", "{nobody}.csv", "--output", "x.parquet"]);
    assert!(err(&run).contains("--set nobody=VALUE"), "{}", err(&run));
}

#[test]
fn a_preview_shows_the_rows_of_a_run() {
    let place = place();
    let preview = place.run(&["preview", "clean.recipe.json", "--input", "orders.csv", "--json"]);
    let preview: Value = serde_json::from_str(&out(&preview)).unwrap();
    let ids: Vec<_> =
        preview["rows"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, ["001", "003", "004"]);
    let source = place.run(&["preview", "clean.recipe.json", "--input", "orders.csv", "--step", "0", "--rows", "1"]);
    assert_eq!(out(&source), "id:text | region:text | qty:whole\n001     | eu          | 2\n");
    let beyond = place.run(&["preview", "clean.recipe.json", "--input", "orders.csv", "--step", "9"]);
    assert!(err(&beyond).contains("there is no step 9"), "{}", err(&beyond));
}

#[test]
fn empty_and_tiny_inputs_behave() {
    let place = place();
    place.write("header.csv", "id,region,qty\n");
    let run = place.run(&["run", "clean.recipe.json", "--input", "header.csv", "--output", "h.parquet"]);
    assert!(run.status.success(), "{}", err(&run));
    assert_eq!(rows(&place.path("h.parquet")), 0);
    place.write("empty.csv", "");
    let run = place.run(&["run", "clean.recipe.json", "--input", "empty.csv", "--output", "e.parquet"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(err(&run).contains("empty"), "{}", err(&run));
    place.write("one.csv", "x\n1\n");
    place.write("none.recipe.json", "[]");
    let run = place.run(&["run", "none.recipe.json", "--input", "one.csv", "--output", "o.parquet"]);
    assert!(run.status.success(), "{}", err(&run));
    assert_eq!(rows(&place.path("o.parquet")), 1);
}

/// A source that keeps a run busy for a while, and a recipe over it.
fn busy(place: &Place) {
    use std::fmt::Write as _;
    let mut text = String::from("id,region,qty\n");
    for n in 0..400_000 {
        writeln!(text, "{n},{},{}", ["eu", "us", "apac"][n % 3], n % 9).unwrap();
    }
    place.write("big.csv", &text);
}

#[test]
fn a_killed_run_leaves_the_old_output_whole_and_the_next_run_tidies_up() {
    let place = place();
    busy(&place);
    let arguments = [
        "run",
        "clean.recipe.json",
        "--input",
        "big.csv",
        "--output",
        "out",
        "--partition-by",
        "region",
        "--overwrite",
        "--quiet",
    ];
    let first = place.run(&arguments);
    assert!(first.status.success(), "{}", err(&first));
    let whole = |place: &Place| -> usize {
        ["EU", "US", "APAC"]
            .iter()
            .map(|r| {
                let folder = place.path("out").join(format!("region={r}"));
                std::fs::read_dir(folder).unwrap().map(|f| rows(&f.unwrap().path())).sum::<usize>()
            })
            .sum()
    };
    let expected = whole(&place);
    for at in 0..8u64 {
        let mut child = place.command(&arguments).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(40 + at * 90));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(whole(&place), expected, "killed after {} ms", 40 + at * 90);
    }
    let last = place.run(&arguments);
    assert!(last.status.success(), "{}", err(&last));
    assert_eq!(whole(&place), expected);
    assert_eq!(place.names(), ["big.csv", "clean.recipe.json", "orders.csv", "out"], "no litter");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so_and_cleans_up() {
    let place = place();
    busy(&place);
    let child = place
        .command(&["run", "clean.recipe.json", "--input", "big.csv", "--output", "out.parquet"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The temporary file shows that the run is under way.
    let begun = std::time::Instant::now();
    while !place.names().iter().any(|name| name.starts_with(".out.parquet.brewhouse-")) {
        assert!(begun.elapsed() < Duration::from_mins(1), "the run never began to write");
        std::thread::sleep(Duration::from_millis(1));
    }
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let run = child.wait_with_output().unwrap();
    assert_eq!(run.status.code(), Some(143), "{}", err(&run));
    assert!(err(&run).contains("cancelled"), "{}", err(&run));
    assert!(!place.names().iter().any(|n| n.contains("out.parquet")), "{:?}", place.names());
}

#[cfg(unix)]
#[test]
fn a_writer_that_fails_half_way_leaves_the_old_output_and_no_litter() {
    let place = place();
    busy(&place);
    place.write("out.parquet", "old");
    let program = env!("CARGO_BIN_EXE_brewhouse");
    let line = format!(
        "ulimit -f 100; exec {program} run clean.recipe.json --input big.csv --output out.parquet --overwrite --quiet"
    );
    let run = Command::new("sh").args(["-c", &line]).current_dir(place.0.path()).output().unwrap();
    assert_eq!(run.status.code(), Some(2), "{}", err(&run));
    assert_eq!(std::fs::read_to_string(place.path("out.parquet")).unwrap(), "old");
    assert_eq!(place.names(), ["big.csv", "clean.recipe.json", "orders.csv", "out.parquet"], "no litter");
}

#[test]
fn the_sample_project_runs_as_its_readme_says() {
    let place = Place::new();
    let samples = crate::root().join("samples/securecart");
    for name in ["orders.csv", "customers.csv", "products.csv", "securecart.brewhouse.json"] {
        std::fs::copy(samples.join(name), place.path(name)).unwrap();
    }
    let run = place.run(&["run", "securecart.brewhouse.json", "--receipt", "receipt.json"]);
    assert!(run.status.success(), "{}", err(&run));
    let receipt: Value = serde_json::from_str(&std::fs::read_to_string(place.path("receipt.json")).unwrap()).unwrap();
    assert_eq!(receipt["rowsIn"], 19447);
    assert_eq!(receipt["balanced"], true);
    let folders: Vec<_> = std::fs::read_dir(place.path("output/orders"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.starts_with("region="))
        .collect();
    assert_eq!(folders.len(), 4, "{folders:?}");
}

#[test]
fn the_reference_and_the_schema_are_json() {
    let place = Place::new();
    let list: Value = serde_json::from_str(&out(&place.run(&["operations", "--json"]))).unwrap();
    let upper = list.as_array().unwrap().iter().find(|o| o["name"] == "UPPER_CASE").unwrap();
    for key in ["title", "summary", "family", "parameters", "rows", "examples"] {
        assert!(!upper[key].is_null(), "{key}");
    }
    let schema: Value = serde_json::from_str(&out(&place.run(&["schema"]))).unwrap();
    assert_eq!(schema["type"], "array");
    let unknown = place.run(&["operations", "upper_cas"]);
    assert!(err(&unknown).contains("did you mean UPPER_CASE?"));
}

#[test]
fn a_profile_is_told_as_a_table_json_and_a_report() {
    let place = place();
    let table = place.run(&["profile", "orders.csv"]);
    assert!(table.status.success(), "{}", err(&table));
    assert!(out(&table).contains("4 rows, 0 duplicate rows"), "{}", out(&table));
    let json = place.run(&["profile", "orders.csv", "--json"]);
    let found: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&found["sampleSize"], &found["version"]), (&4.into(), &"1.0".into()));
    assert_eq!(found["columns"][2]["missingValuesCount"], 1);
    assert_eq!(found["columns"][2]["mean"], 7.0 / 3.0);
    let report = place.run(&["profile", "orders.csv", "--output", "orders.html", "--quiet"]);
    assert!(report.status.success() && report.stdout.is_empty() && report.stderr.is_empty(), "{}", err(&report));
    let page = std::fs::read_to_string(place.path("orders.html")).unwrap();
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("<svg") && page.ends_with("</html>\n"));
    assert!(!page.contains("http") && !page.contains("<script"), "one file, no network, no script");
    assert_eq!(place.names(), ["clean.recipe.json", "orders.csv", "orders.html"], "no litter");
}

#[test]
fn a_profile_replaces_nothing_unless_asked_and_names_what_is_wrong() {
    let place = place();
    place.write("old.json", "precious");
    let refused = place.run(&["profile", "orders.csv", "--output", "old.json"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("--overwrite"), "{}", err(&refused));
    assert_eq!(std::fs::read_to_string(place.path("old.json")).unwrap(), "precious");
    let replaced = place.run(&["profile", "orders.csv", "--output", "old.json", "--overwrite"]);
    assert!(replaced.status.success(), "{}", err(&replaced));
    let found: Value = serde_json::from_str(&std::fs::read_to_string(place.path("old.json")).unwrap()).unwrap();
    assert_eq!(found["location"], "old.json");
    for (arguments, words) in [
        (vec!["profile", "orders.csv", "--output", "out.txt"], ".json or .html"),
        (vec!["profile", "orders.csv", "--output", "no/out.json"], "there is no folder no"),
        (vec!["profile", "orders.csv", "--columns", "regoin"], "did you mean “region”"),
        (vec!["profile", "nothing.csv"], "nothing.csv"),
        (vec!["profile", "orders.csv", "--correlate", "some"], "--correlate"),
    ] {
        let failed = place.run(&arguments);
        assert_eq!(failed.status.code(), Some(2), "{arguments:?}");
        assert!(err(&failed).contains(words), "{arguments:?}: {}", err(&failed));
    }
}

#[test]
fn a_profile_is_taken_after_the_steps_and_of_what_was_asked_for() {
    let place = place();
    let arguments = ["profile", "orders.csv", "--recipe", "clean.recipe.json", "--json", "--columns", "region,qty"];
    let found: Value = serde_json::from_slice(&place.run(&arguments).stdout).unwrap();
    assert_eq!(found["sampleSize"], 3);
    assert_eq!(found["columns"][0]["mostCommonValues"][0], serde_json::json!({"value": "EU", "count": 2}));
    assert_eq!(found["columns"].as_array().unwrap().len(), 2);
    let nulls = place.run(&["profile", "orders.csv", "--null", "eu", "--json"]);
    let found: Value = serde_json::from_slice(&nulls.stdout).unwrap();
    assert_eq!(found["columns"][1]["missingValuesCount"], 2);
    let limited = place.run(&["profile", "orders.csv", "--limit", "1", "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&limited.stdout).unwrap()["sampleSize"], 1);
    place.write(
        "shop.brewhouse.json",
        r#"{"FormatVersion": 1, "Name": "shop", "Dataset": {"Name": "orders", "Input": {"Paths": ["orders.csv"]}, "Format": "CSV"},
            "Recipe": {"Steps": [{"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "region"}}}]}}"#,
    );
    let project = place.run(&["profile", "shop.brewhouse.json", "--json"]);
    let found: Value = serde_json::from_slice(&project.stdout).unwrap_or_else(|_| panic!("{}", err(&project)));
    assert_eq!((&found["jobName"], &found["columns"][1]["distinctValuesCount"]), (&"orders".into(), &2.into()));
    assert_eq!(found["columns"][1]["mostCommonValues"][0]["value"], "EU");
}
