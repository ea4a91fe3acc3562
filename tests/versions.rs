//! Published versions of a recipe: kept in the project file with what they hold besides, and told apart step by step.

use brewhouse_engine::project::Document;
use brewhouse_engine::recipe::{Edit, Fate, Step, Version, difference, edits};
use serde_json::{Value, json};

fn step(operation: &str, column: &str) -> Step {
    Step::new(operation).with("sourceColumn", column)
}

/// The difference in short: the sign of each line, and the columns before and after.
fn told(old: &[Step], new: &[Step]) -> Vec<String> {
    let column = |steps: &[Step], at: Option<usize>| {
        at.map_or("-".to_owned(), |at| steps[at].param("sourceColumn").unwrap_or_default().to_owned())
    };
    let lines = difference(old, new);
    let sign = |fate: Fate| match fate {
        Fate::Same => "=",
        Fate::Added => "+",
        Fate::Removed => "x",
        Fate::Edited => "~",
        Fate::Moved => "m",
    };
    lines.iter().map(|line| format!("{}{}{}", sign(line.fate), column(old, line.was), column(new, line.now))).collect()
}

#[test]
fn steps_that_stay_come_go_move_or_are_edited_are_told() {
    let (a, b, c) = (step("UPPER_CASE", "a"), step("LOWER_CASE", "b"), step("DELETE", "c"));
    let all = [a.clone(), b.clone(), c.clone()];
    assert_eq!(told(&all, &all), ["=aa", "=bb", "=cc"]);
    assert_eq!(told(&[], &all), ["+-a", "+-b", "+-c"]);
    assert_eq!(told(&all, &[]), ["xa-", "xb-", "xc-"]);
    assert_eq!(told(&all, &[a.clone(), c.clone()]), ["=aa", "xb-", "=cc"]);
    let other = step("LOWER_CASE", "d");
    assert_eq!(told(&all, &[a.clone(), other, c.clone()]), ["=aa", "~bd", "=cc"]);
    // The last one in front of all: one move, not two.
    assert_eq!(told(&all, &[c.clone(), a.clone(), b.clone()]), ["mcc", "=aa", "=bb"]);
    // One of two equal steps goes.
    assert_eq!(
        told(&[a.clone(), a.clone(), b.clone()], &[a.clone(), b.clone()]).iter().filter(|line| *line == "xa-").count(),
        1
    );
    // Another operation in its place is one that went and one that came.
    assert_eq!(told(std::slice::from_ref(&a), &[step("DELETE", "a")]), ["xa-", "+-a"]);
}

#[test]
fn what_was_edited_of_a_step_is_told() {
    let old = step("REPLACE_TEXT", "city").with("pattern", "a").when("IS", Some("[\"x\"]"), "city");
    let mut new = old.clone();
    assert_eq!(edits(&old, &new), []);
    new.set_param("pattern", Some("b".to_owned()));
    new.set_param("value", Some("Zoë".to_owned()));
    new.set_conditions(Vec::new());
    new.set_note(Some("why".to_owned()));
    new.set_disabled(true);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        edits(&old, &new),
        [
            Edit::Param("pattern".into(), text("a"), text("b")),
            Edit::Param("value".into(), None, text("Zoë")),
            Edit::Conditions,
            Edit::Note(None, text("why")),
            Edit::SwitchedOff,
        ]
    );
    assert_eq!(edits(&new, &old).last(), Some(&Edit::SwitchedOn));
    // However the file writes it, it is the same step.
    let written = json!({"RecipeAction": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "a"}}});
    assert!(Step::from_value(&written).unwrap().same_as(&step("UPPER_CASE", "a")));
}

fn project(more: &Value) -> Value {
    let mut file = json!({"FormatVersion": 1, "Name": "p", "Recipe": {"Steps": []}, "Outputs": []});
    if let Value::Object(more) = more {
        file.as_object_mut().unwrap().extend(more.clone());
    }
    file
}

#[test]
fn versions_are_kept_in_the_project_file_and_an_older_one_opens_unchanged() {
    let older = project(&json!({}));
    assert_eq!(Document::parse(&older.to_string()).unwrap().to_value(), older);
    let kept = json!({
        "RecipeVersion": "2.0", "Description": "Städte", "PublishedDate": "2026-01-02T03:04:05Z", "PublishedBy": "me",
        "Steps": [{"Action": {"Operation": "NOT_KNOWN", "Parameters": {"n": 3}}, "Mine": 1}],
    });
    let file = project(&json!({"RecipeVersions": [kept]}));
    let document = Document::parse(&file.to_string()).unwrap();
    assert_eq!((document.versions[0].number, document.versions[0].description.as_str()), (2, "Städte"));
    assert_eq!(document.to_value(), file);
    let made = Version::new(3, "new", "2026-02-03T04:05:06Z", vec![step("UPPER_CASE", "a")]);
    assert_eq!(Version::from_value(&made.to_value()).unwrap().to_value(), made.to_value());
    assert!(made.is(&[step("UPPER_CASE", "a")]) && !made.is(&[]));
    let damaged = project(&json!({"RecipeVersions": [{"Steps": []}]}));
    let error = Document::parse(&damaged.to_string()).unwrap_err();
    assert!(error.message.contains("RecipeVersion"), "{}", error.message);
}
