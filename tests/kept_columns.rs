//! Columns that the data decide, kept in a step: later runs make the same ones, or stop and say what is new.

use crate::cli::{Place, err, out};
use brewhouse_engine::recipe::Step;
use serde_json::Value;

/// Runs `check --keep-columns` of a step on some data, and the recipe so kept on other data; the output as CSV, or the error.
fn later(step: &str, now: &str, then: &str) -> Result<String, String> {
    let place = Place::new();
    place.write("recipe.json", &format!("[{step}]"));
    place.write("in.csv", now);
    let kept = place.run(&["check", "recipe.json", "--input", "in.csv", "--keep-columns"]);
    assert!(kept.status.success(), "{}", err(&kept));
    place.write("kept.json", &out(&kept));
    let rows = |recipe: &str, name: &str| {
        let done = place.run(&["run", recipe, "--input", "in.csv", "--output", name]);
        if done.status.success() {
            Ok(std::fs::read_to_string(place.path(name)).unwrap())
        } else {
            assert!(!place.path(name).exists(), "nothing is written");
            Err(err(&done))
        }
    };
    let ending = if step.contains("STRUCTS") { "jsonl" } else { "csv" };
    let [one, other, last] = ["a", "b", "c"].map(|name| format!("{name}.{ending}"));
    assert_eq!(rows("kept.json", &one), rows("recipe.json", &other), "the same data give the same table");
    place.write("in.csv", then);
    rows("kept.json", &last)
}

fn action(operation: &str, params: &str) -> String {
    format!(r#"{{"Action": {{"Operation": "{operation}", "Parameters": {{{params}}}}}}}"#)
}

#[test]
fn a_pivot_keeps_its_columns_and_refuses_new_ones() {
    let pivot = action("PIVOT", r#""sourceColumn": "region", "valueColumn": "n", "aggregateFunction": "SUM""#);
    let now = "day,region,n\n1,US,1\n1,EU,2\n2,,3\n";
    // What is not there any more keeps its place; without keeping it the second file would have two columns.
    assert_eq!(later(&pivot, now, "day,region,n\n3,EU,5\n").unwrap(), "day,EU,US,missing\n3,5,,\n");
    let error = later(&pivot, now, "day,region,n\n3,EU,5\n3,LATAM,1\n3,APAC,1\n").unwrap_err();
    assert!(error.contains("the step keeps its columns and has none for “APAC”, “LATAM”"), "{error}");
    assert!(error.contains("let the data decide its columns"), "{error}");
    let error = later(&pivot, now, "day,region,n\n3,missing,5\n").unwrap_err();
    assert!(error.contains("none for “missing”"), "the word is another value than nothing: {error}");
    let texts = "day,region,n\n1,2024-01-02,1\n1,2024-01-01,2\n";
    assert_eq!(later(&pivot, texts, "day,region,n\n3,2024-01-02,5\n").unwrap(), "day,2024-01-01,2024-01-02\n3,,5\n");
}

#[test]
fn the_other_steps_that_data_shape_keep_their_columns_too() {
    let one_hot = action("ONE_HOT_ENCODING", r#""sourceColumn": "size""#);
    let sizes = "size\nS\nL\n\"\"\n";
    assert_eq!(later(&one_hot, sizes, "size\nL\n").unwrap(), "size,size_,size_L,size_S\nL,0,1,0\n");
    assert!(later(&one_hot, sizes, "size\nXL\n").unwrap_err().contains("none for “XL”"));

    let params = r#""pivotColumns": "[\"who\",\"at\"]", "valueColumns": "[\"n\"]", "aggregateFunction": "MAX", "newColumn": "of""#;
    let transpose = action("TRANSPOSE", params);
    let now = "who,at,n\nA,1,7\nB,2,8\n";
    assert_eq!(later(&transpose, now, "who,at,n\nB,2,9\n").unwrap(), "of,A_1,B_2\nn,,9\n");
    assert!(later(&transpose, now, "who,at,n\nA,2,9\n").unwrap_err().contains("none for “A, 2”"));

    let split = action("SPLIT_COLUMN_WITH_INTERVALS", r#""sourceColumn": "t", "startPosition": "1", "interval": "2""#);
    assert_eq!(later(&split, "t\nabcd\n", "t\nab\n").unwrap(), "t,t_1,t_2\nab,ab,\n");
    let error = later(&split, "t\nabcd\n", "t\nabcde\n").unwrap_err();
    assert!(error.contains("made for a longest of 4, and now there is one of 5"), "{error}");

    let json = action("JSON_TO_STRUCTS", r#""sourceColumns": "[\"j\"]", "removeSourceColumn": "true""#);
    let objects = "j\n\"{\"\"a\"\":1,\"\"b\"\":\"\"x\"\"}\"\n";
    assert!(later(&json, objects, "j\n\"{\"\"b\"\":\"\"y\"\"}\"\n").unwrap().contains(r#""a":null"#));
    assert!(later(&json, objects, "j\n\"{\"\"c\"\":2}\"\n").unwrap_err().contains("c: "));
}

#[test]
fn kept_columns_survive_files_and_stay_out_of_databrews_form() {
    let place = Place::new();
    let pivot = action("PIVOT", r#""sourceColumn": "k", "valueColumn": "n", "aggregateFunction": "COUNT""#);
    let project =
        format!(r#"{{"Name": "p", "Recipe": {{"Steps": [{pivot}]}}, "Dataset": {{"Input": {{"Path": "in.csv"}}}}}}"#);
    place.write("p.brewhouse.json", &project);
    place.write("in.csv", "day,k,n\n1,a,1\n");
    let kept = place.run(&["check", "p.brewhouse.json", "--keep-columns"]);
    let text = out(&kept);
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text} {}", err(&kept)));
    assert_eq!(value["Recipe"]["Steps"][0]["Columns"], serde_json::json!({ "value": ["a"] }));
    assert_eq!(value["Name"], "p", "the rest of the project is as it was");
    place.write("kept.brewhouse.json", &text);
    assert!(out(&place.run(&["check", "kept.brewhouse.json"])).contains("keeping its columns"));
    let back = out(&place.run(&["convert", "kept.brewhouse.json", "--to", "databrew"]));
    assert!(back.contains("PIVOT") && !back.contains("Columns\""), "{back}");
    let stranger = r#"{"Action": {"Operation": "PIVOT"}, "Columns": 3}"#;
    let mut step = Step::from_value(&serde_json::from_str(stranger).unwrap()).unwrap();
    step.set_note(Some("edited".into()));
    assert_eq!(step.to_value()["Columns"], 3, "what is not ours survives an edit");
    let foreign = text.replace(r#""value""#, r#""other""#);
    place.write("foreign.brewhouse.json", &foreign);
    let refused = place.run(&["check", "foreign.brewhouse.json"]);
    assert!(err(&refused).contains("do not belong to it"), "{}", err(&refused));
}

#[test]
fn a_step_that_finds_out_more_than_columns_keeps_nothing() {
    let place = Place::new();
    place.write(
        "encrypt.json",
        &format!("[{}]", action("ENCRYPT", r#""sourceColumns": "[\"pin\"]", "kmsKeyArn": "pepper""#)),
    );
    place.write(
        "decrypt.json",
        &format!("[{}]", action("DECRYPT", r#""sourceColumns": "[\"pin\"]", "kmsKeyArn": "pepper""#)),
    );
    place.write("in.csv", "pin\n42\n7\n");
    let run = |arguments: &[&str]| {
        let secret = "a secret that is long enough, thirty-two";
        place.command(arguments).env("BREWHOUSE_SECRET_PEPPER", secret).output().unwrap()
    };
    let done = run(&["run", "encrypt.json", "--input", "in.csv", "--output", "secret.csv"]);
    assert!(done.status.success(), "{}", err(&done));
    let kept = run(&["check", "decrypt.json", "--input", "secret.csv", "--keep-columns"]);
    assert!(out(&kept).contains("DECRYPT") && !out(&kept).contains(" \"Columns\""), "{} {}", out(&kept), err(&kept));
}
