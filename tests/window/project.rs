//! Project files through the window's model: what this version does not know survives, what it cannot read is refused.

use brewhouse::model::project::Project;
use serde_json::{Value, json};
use std::path::Path;

fn parse(value: &Value) -> Result<Project, String> {
    Project::parse(&value.to_string(), Path::new("")).map_err(|error| error.message)
}

#[test]
fn what_is_not_known_survives_opening_and_saving() {
    let file = json!({
        "FormatVersion": 1, "Name": "p", "Mine": {"x": 1},
        "Recipe": {"Name": "clean", "Description": "d", "Steps": [{"RecipeAction": {"Operation": "NEW", "Parameters": {"n": 3}}}]},
        "Dataset": {"Name": "orders", "Input": {"Paths": ["orders.csv"], "DatabaseInput": {"x": 1}}, "FormatOptions": {"New": 2}},
        "Outputs": [
            {"Location": {"Path": "a.parquet"}, "Format": "PARQUET", "CompressionFormat": "ZSTD", "Overwrite": true, "Later": 3},
            {"Location": {"Path": "b.csv"}, "Format": "CSV"},
        ],
    });
    let saved = parse(&file).unwrap().to_value(None);
    assert_eq!(saved["Recipe"], file["Recipe"]);
    assert_eq!(saved["Mine"], file["Mine"]);
    assert_eq!(saved["Dataset"], file["Dataset"]);
    assert_eq!(saved["Outputs"], file["Outputs"]);
}

#[test]
fn a_newer_or_damaged_project_is_refused_instead_of_losing_a_part() {
    let newer = parse(&json!({"FormatVersion": 2, "Recipe": []})).unwrap_err();
    assert!(newer.contains("newer program"), "{newer}");
    let damaged = parse(&json!({"Dataset": {"Name": "orders"}, "Recipe": []})).unwrap_err();
    assert!(damaged.contains("Input.Path"), "{damaged}");
}

#[test]
fn a_new_output_replaces_nothing_unless_asked() {
    assert!(!Project::default().output.overwrite);
}
