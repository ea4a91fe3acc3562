//! Recipes of other programs: every wrapping and spelling opens, whatever is not understood is told at once, and nothing is passed over.

use crate::cli::{Place, err, out};
use brewhouse_engine::op::{self, bind};
use brewhouse_engine::recipe::{Notation, Recipe};
use serde_json::{Map, Value, json};

fn parse(value: &Value) -> Recipe {
    Recipe::parse(&value.to_string()).unwrap_or_else(|error| panic!("{error}\n{value}"))
}

fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A value with all names of members as `change` makes them.
fn renamed(value: &Value, change: fn(&str) -> String) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(name, value)| (change(name), renamed(value, change))).collect(),
        Value::Array(list) => list.iter().map(|value| renamed(value, change)).collect(),
        other => other.clone(),
    }
}

fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[test]
fn every_wrapping_of_every_example_opens_binds_and_is_written_back() {
    for operation in op::all() {
        for example in operation.examples {
            let step = example.step(operation.name);
            let plain = step.to_databrew();
            let action = plain["Action"].clone();
            let mut recipe_action = plain.as_object().unwrap().clone();
            recipe_action.insert("RecipeAction".into(), action.clone());
            recipe_action.remove("Action");
            let mut bare = action.as_object().unwrap().clone();
            if let Some(conditions) = plain.get("ConditionExpressions") {
                bare.insert("ConditionExpressions".into(), conditions.clone());
            }
            let wrapped = [
                plain.clone(),
                renamed(&plain, pascal),
                renamed(&plain, camel),
                json!({ "RecipeStep": plain }),
                Value::Object(recipe_action),
                Value::Object(bare),
            ];
            for value in wrapped {
                let recipe = parse(&json!([value]));
                let read = &recipe.steps[0];
                let name = operation.name;
                assert_eq!(read.operation(), name);
                assert_eq!(read.params(), step.params(), "{name}: {value}");
                assert_eq!(read.conditions(), step.conditions(), "{name}: {value}");
                assert!(bind(read, 1).is_ok(), "{name}: {:?}\n{value}", bind(read, 1).err());
                assert_eq!(recipe.to_value(), json!([value]), "an untouched recipe is written as it was read");
                let yaml = recipe.write(Notation::Yaml).unwrap();
                assert_eq!(Recipe::parse(&yaml).unwrap().to_value(), json!([value]), "{name} through YAML:\n{yaml}");
            }
        }
    }
}

#[test]
fn recipes_inside_other_objects_open_and_stay_inside() {
    let steps = json!([{ "Action": { "Operation": "UPPER_CASE", "Parameters": { "SourceColumn": "city" } } }]);
    let api = json!({ "Name": "clean", "Description": "by hand", "Steps": steps, "Tags": { "a": "b" } });
    let template = json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": {
        "Bucket": { "Type": "AWS::S3::Bucket" },
        "Clean": { "Type": "AWS::DataBrew::Recipe", "Properties": { "Name": "clean", "Steps": steps } } } });
    let around = [
        api,
        json!({ "name": "clean", "steps": steps }),
        json!({ "Recipe": { "Name": "x", "Steps": steps } }),
        template,
    ];
    for value in around {
        let mut recipe = parse(&value);
        assert_eq!(recipe.steps.len(), 1);
        assert!(bind(&recipe.steps[0], 1).is_ok());
        assert_eq!(recipe.to_value(), value);
        recipe.steps[0].set_param("sourceColumn", Some("town".into()));
        let written = recipe.to_value().to_string();
        assert!(written.contains("town") && !written.contains("city"), "{written}");
        assert_eq!(written.contains("by hand"), value.to_string().contains("by hand"), "what stands around stays");
        assert_eq!(written.contains("AWS::S3::Bucket"), value.to_string().contains("AWS::S3::Bucket"));
    }
    let two = json!({ "Resources": { "A": { "Type": "AWS::DataBrew::Recipe", "Properties": { "Steps": [] } },
                                     "B": { "Type": "AWS::DataBrew::Recipe", "Properties": { "Steps": [] } } } });
    let error = Recipe::parse(&two.to_string()).unwrap_err().to_string();
    assert!(error.contains("several recipes") && error.contains('A') && error.contains('B'), "{error}");
}

#[test]
fn values_that_are_no_text_are_read_as_their_json() {
    let recipe = parse(&json!([{ "Action": { "Operation": "DELETE", "Parameters": { "sourceColumns": ["a", "b"] } } },
        { "Action": { "Operation": "ROLLING_SUM", "Parameters": { "sourceColumn": "n", "numRowsBefore": 1, "numRowsAfter": 0, "targetColumn": "s" } } },
        { "Action": { "Operation": "NEST_TO_STRUCT", "Parameters": { "sourceColumns": ["a"], "targetColumn": "s", "removeSourceColumns": true } } }]));
    assert_eq!(recipe.steps[0].param("sourceColumns"), Some(r#"["a","b"]"#));
    for (at, step) in recipe.steps.iter().enumerate() {
        assert!(bind(step, at + 1).is_ok(), "{:?}", bind(step, at + 1).err());
    }
}

#[test]
fn conditions_among_the_parameters_are_conditions() {
    let conditions = json!([{ "Condition": "IS", "Value": "1", "TargetColumn": "n" }]);
    for value in [conditions.clone(), json!(conditions.to_string())] {
        let params = json!({ "sourceColumns": "[\"s\"]", "unnestLevel": "1", "conditionExpressions": value });
        let recipe = parse(&json!([{ "Action": { "Operation": "UNNEST_STRUCT_N", "Parameters": params } }]));
        let bound = bind(&recipe.steps[0], 1).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!(bound.conditions.len(), 1, "{value}");
    }
}

#[test]
fn everything_that_is_not_understood_is_told_at_once_with_the_nearest_names() {
    let place = Place::new();
    place.write("in.csv", "name,n\nAda,1\n");
    let recipe = json!([
        { "Action": { "Operation": "UPPER_CAES", "Parameters": { "sourceColumn": "name" } },
          "ConditionExpressions": [{ "Condition": "IS_NOT_MISING", "TargetColumn": "name" }] },
        { "Action": { "Operation": "REMOVE_BLANKS" } },
        { "Action": { "Operation": "CHANGE_DATA_TYPE", "Parameters": { "sourceColum": "n", "columnDataType": "doubel", "x": "1" } } },
        { "Action": { "Operation": "UPPER_CASE", "Parameters": { "sourceColumn": "nmae" }, "Parametres": {} } },
        { "Action": { "Operation": "UPPER_CASE", "Parameters": { "sourceColumn": "name" } },
          "Conditions": [{ "Condition": "IS", "Value": "Ada", "TargetColumn": "name" }] },
        { "Action": { "Operation": "UPPER_CASE", "Parameters": { "sourceColumn": "name" } },
          "ConditionExpressions": [{ "Condition": "IS", "Value": "Ada", "TargetColumn": "name", "Negate": true }] },
        { "Action": { "Operation": "LOWER_CASE", "Parameters": { "sourceColumn": "name" } }, "Mine": { "kept": true } }
    ]);
    place.write("r.json", &recipe.to_string());
    let check = place.run(&["check", "r.json", "--input", "in.csv", "--json"]);
    assert_eq!(check.status.code(), Some(2));
    let report: Value = serde_json::from_str(&out(&check)).unwrap();
    let told: Vec<String> = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| {
            format!("{}: {}; {}", p["step"], p["message"].as_str().unwrap(), p["advice"].as_str().unwrap_or_default())
        })
        .collect();
    let wanted = [
        ("1: there is no operation UPPER_CAES", "UPPER_CASE"),
        ("1: there is no condition IS_NOT_MISING", "IS_NOT_MISSING"),
        ("2: there is no operation REMOVE_BLANKS", "REMOVE_"),
        ("3: CHANGE_DATA_TYPE has no parameter “sourceColum”", "did you mean sourceColumn?"),
        ("3: “doubel” is not one of", "did you mean double?"),
        ("3: CHANGE_DATA_TYPE has no parameter “x”", "it has sourceColumn"),
        ("3: column is missing", ""),
        ("4: there is no column “nmae”", "did you mean “name”?"),
        ("4: “Parametres” is not known", "did you mean Parameters?"),
        ("5: “Conditions” is not known", "did you mean ConditionExpressions?"),
        ("6: “Negate” is not known", "take it out"),
    ];
    for (start, advice) in wanted {
        assert!(
            told.iter().any(|t| t.starts_with(start) && t.contains(advice)),
            "{start} / {advice} in\n{}",
            told.join("\n")
        );
    }
    assert!(told.iter().all(|t| !t.starts_with('7')), "foreign members beside the action are kept, not refused");
    assert_eq!(told.len(), wanted.len(), "{}", told.join("\n"));
    let back = place.run(&["convert", "r.json", "--to", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&out(&back)).unwrap(), recipe, "all of it is written back");
}

#[test]
fn a_damaged_yaml_is_told_with_line_and_column_and_left_alone() {
    let place = Place::new();
    let text = "- Action:\n    Operation: UPPER_CASE\n    Parameters:\n      sourceColumn: [a\n- Action: {}\n";
    place.write("r.yaml", text);
    for command in [&["check", "r.yaml"][..], &["convert", "r.yaml", "--to", "json"]] {
        let run = place.run(command);
        assert_eq!(run.status.code(), Some(2));
        let message = err(&run);
        assert!(message.contains("r.yaml") && message.contains("line ") && message.contains("column "), "{message}");
        assert_eq!(out(&run), "");
    }
    assert_eq!(std::fs::read_to_string(place.path("r.yaml")).unwrap(), text);
}

fn exported(place: &Place, recipe: &Value) -> (Value, String) {
    place.write("r.json", &recipe.to_string());
    let run = place.run(&["convert", "r.json", "--to", "databrew"]);
    assert!(run.status.success(), "{}", err(&run));
    (serde_json::from_str(&out(&run)).unwrap(), err(&run))
}

fn step(operation: &str, params: &Value, conditions: &Value) -> Value {
    let mut step = Map::new();
    step.insert("Action".into(), json!({ "Operation": operation, "Parameters": params }));
    if conditions.as_array().is_some_and(|list| !list.is_empty()) {
        step.insert("ConditionExpressions".into(), conditions.clone());
    }
    Value::Object(step)
}

#[test]
fn what_databrew_has_not_is_told_in_its_words_or_named() {
    let place = Place::new();
    let none = json!([]);
    let recipe = json!([
        step("FORMULA", &json!({ "valueExpression": "`a` + 1", "targetColumn": "b" }), &none),
        step("SHARE_OF_TOTAL", &json!({ "sourceColumn": "a", "targetColumn": "s" }), &none),
        step("KEEP_FIRST_BY", &json!({ "groupByColumns": "[\"a\"]" }), &none),
        step("KEEP_FIRST_BY", &json!({ "groupByColumns": "[\"a\"]", "orderByColumns": "[\"b\"]" }), &none),
        step("UNACCENT", &json!({ "sourceColumn": "t" }), &none),
        step("UPPER_CASE", &json!({ "sourceColumn": "t" }), &none),
    ]);
    let (steps, notes) = exported(&place, &recipe);
    let case = &steps[0]["Action"];
    assert_eq!(case["Operation"], "CASE_OPERATION");
    assert_eq!(case["Parameters"]["valueExpression"], "case when 1 = 1 then (`a` + 1) end");
    assert_eq!(steps[1]["Action"]["Operation"], "CASE_OPERATION");
    assert_eq!(steps[2]["Action"], json!({ "Operation": "REMOVE_DUPLICATES", "Parameters": { "sourceColumn": "a" } }));
    assert_eq!(steps[3]["Action"]["Operation"], "KEEP_FIRST_BY");
    assert_eq!(steps[5], recipe[5]);
    for wanted in
        ["step 1 (FORMULA) was written as CASE_OPERATION", "step 4 (KEEP_FIRST_BY) cannot", "step 5 (UNACCENT) cannot"]
    {
        assert!(notes.contains(wanted), "{wanted} in\n{notes}");
    }
    assert_eq!(notes.lines().count(), 5, "{notes}");
}

#[test]
fn alternatives_are_told_as_lists_or_steps_where_that_is_the_same() {
    let place = Place::new();
    let is = |value: &str, or: bool| {
        let mut condition = json!({ "Condition": "IS", "Value": value, "TargetColumn": "t" });
        if or {
            condition["Connective"] = "OR".into();
        }
        condition
    };
    let outside = json!({ "Condition": "IS_NOT_BETWEEN", "Value": "[1,9]", "TargetColumn": "n", "Connective": "OR" });
    let missing = json!({ "Condition": "IS_NOT_MISSING", "TargetColumn": "n", "Connective": "OR" });
    let recipe = json!([
        step("UPPER_CASE", &json!({ "sourceColumn": "t" }), &json!([is("a", false), is("b", true)])),
        step("REMOVE_VALUES", &json!({ "sourceColumn": "t" }), &json!([is("a", false), outside])),
        step("LOWER_CASE", &json!({ "sourceColumn": "t" }), &json!([is("a", false), missing])),
    ]);
    let (steps, notes) = exported(&place, &recipe);
    assert_eq!(
        steps[0]["ConditionExpressions"],
        json!([{ "Condition": "IS", "Value": "[\"a\",\"b\"]", "TargetColumn": "t" }])
    );
    let removed: Vec<_> =
        (1..5).map(|at| steps[at]["ConditionExpressions"][0]["Condition"].as_str().unwrap()).collect();
    assert_eq!(removed, ["IS", "LESS_THAN", "GREATER_THAN", "IS_MISSING"]);
    assert_eq!(steps[5]["ConditionExpressions"], recipe[2]["ConditionExpressions"], "passed on as it is");
    assert!(
        notes.contains("step 3 (LOWER_CASE): its conditions cannot be told to DataBrew (IS_NOT_MISSING)"),
        "{notes}"
    );
    // The exported steps remove the same rows as the one they stand for.
    place.write("in.csv", "t,n\na,5\nb,0\nb,1\nb,9\nb,10\nb,\n");
    for (name, steps) in
        [("ours.json", json!([recipe[1]])), ("theirs.json", json!([steps[1], steps[2], steps[3], steps[4]]))]
    {
        place.write(name, &steps.to_string());
        let run = place.run(&["run", name, "--input", "in.csv", "--output", &format!("{name}.csv")]);
        assert!(run.status.success(), "{}", err(&run));
        assert_eq!(std::fs::read_to_string(place.path(&format!("{name}.csv"))).unwrap(), "t,n\nb,1\nb,9\n");
    }
}

#[test]
fn alternatives_are_part_of_what_a_recipe_is() {
    let one = json!([step(
        "UPPER_CASE",
        &json!({ "sourceColumn": "t" }),
        &json!([
        { "Condition": "IS", "Value": "a", "TargetColumn": "t" }, { "Condition": "IS", "Value": "b", "TargetColumn": "t" }])
    )]);
    let mut other = one.clone();
    other[0]["ConditionExpressions"][1]["Connective"] = "OR".into();
    assert_ne!(parse(&one).hash(), parse(&other).hash(), "the receipt tells them apart");
    let mut recipe = parse(&other);
    recipe.steps[0].set_note(Some("why".into()));
    assert_eq!(
        parse(&recipe.to_value()).steps[0].conditions(),
        recipe.steps[0].conditions(),
        "also once it was edited"
    );
    other[0]["ConditionExpressions"][1]["Connective"] = "XOR".into();
    let error = Recipe::parse(&other.to_string()).unwrap_err().to_string();
    assert!(error.contains("step 1") && error.contains("XOR"), "{error}");
}
