//! Files and the window: every way to open one, saving, leaving, closing, what changes on disk, and what survives a crash.

use super::driver::Driver;
use brewhouse::action::Action;
use brewhouse::model::{Next, Question, Run};
use brewhouse::worker::Places;
use brewhouse_engine::recipe::{Recipe, Step};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT as _;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const UPPER: &str = "Step 1: Write city in upper case";

fn cities(folder: &Path) -> PathBuf {
    let path = folder.join("cities.csv");
    std::fs::write(&path, "id,city\n1,Riga\n2,Łódź\n3,\n").unwrap();
    path
}

fn streets(folder: &Path) -> PathBuf {
    let path = folder.join("streets.csv");
    std::fs::write(&path, "street,city\nBrīvības,Riga\n").unwrap();
    path
}

impl Driver {
    fn with_cities(folder: &Path) -> Self {
        let mut driver = Self::new(folder, vec![cities(folder)]);
        driver.wait_open("cities");
        driver
    }

    fn wait_open(&mut self, name: &str) {
        let name = name.to_owned();
        self.wait("the file is open", move |model| model.project().name == name && model.sheet.value().is_some());
        self.settle();
    }

    fn make_step(&mut self) {
        self.clicks(&["Format", "Uppercase…"]);
        self.pick("Column: choose…", "city");
        self.apply();
        assert_eq!(self.sentences(), [UPPER]);
    }

    fn asks(&self, question: &Question) -> bool {
        self.model().question.as_ref() == Some(question)
    }
}

fn steps_in(path: &Path) -> usize {
    let project: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    project["Recipe"]["Steps"].as_array().or_else(|| project["Recipe"].as_array()).map_or(0, Vec::len)
}

#[test]
fn a_file_is_opened_by_typing_its_path_where_no_dialog_answers() {
    let folder = tempfile::tempdir().unwrap();
    let path = cities(folder.path());
    let mut driver = Driver::new(folder.path(), Vec::new());
    driver.settle();
    driver.click("Open a file");
    driver.wait("a path is asked for", |_| true);
    driver.settle();
    driver.type_text(&path.to_string_lossy());
    driver.press(Modifiers::NONE, Key::Enter);
    driver.wait_open("cities");
    assert_eq!((driver.sheet().rows, driver.cell(1, "city").as_deref()), (3, Some("Łódź")));

    driver.press(Modifiers::COMMAND, Key::O);
    driver.type_path(&streets(folder.path()));
    driver.wait_open("streets");
    assert_eq!(driver.sheet().rows, 1);

    driver.press(Modifiers::COMMAND, Key::O);
    driver.type_path(&folder.path().join("nowhere.csv"));
    driver.settle();
    assert!(driver.text("nowhere.csv cannot be opened").is_some());
    assert_eq!(driver.model().project().name, "streets", "what was open stays");
}

#[test]
fn a_file_is_opened_by_dropping_it_also_when_it_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = cities(folder.path());
    let mut driver = Driver::new(folder.path(), Vec::new());
    driver.drop_file(&path);
    driver.wait_open("cities");
    std::fs::write(&path, "id,city\n1,Riga\n2,Oslo\n3,Bern\n4,Rome\n").unwrap();
    driver.drop_file(&path);
    driver.wait("the file is read again", |model| model.sheet.value().is_some_and(|sheet| sheet.rows == 4));
    driver.settle();
    assert_eq!(driver.cell(3, "city").as_deref(), Some("Rome"));
}

#[test]
fn a_table_is_pasted_and_a_second_one_does_not_overwrite_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::new(folder.path(), Vec::new());
    driver.settle();
    driver.paste("name\tn\nAda\t1\nBo\t2\n");
    driver.wait_open("pasted");
    assert_eq!((driver.sheet().rows, driver.cell(1, "name").as_deref()), (2, Some("Bo")));
    let first = driver.model().project().dataset.as_ref().unwrap().path.clone();
    driver.paste("name\tn\nCy\t3\n");
    driver.wait_open("pasted-2");
    assert_eq!(driver.cell(0, "name").as_deref(), Some("Cy"));
    assert!(std::fs::read_to_string(first).unwrap().contains("Ada"), "a project may still read it");
}

#[test]
fn a_file_that_changed_on_disk_offers_to_reload() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_cities(folder.path());
    let path = folder.path().join("cities.csv");
    std::fs::write(&path, "id,city\n1,Riga\n2,Łódź\n3,\n4,Turku\n").unwrap();
    let later = SystemTime::now() + Duration::from_secs(5);
    std::fs::File::options().append(true).open(&path).unwrap().set_modified(later).unwrap();
    driver.wait("the change is seen", |model| model.source().is_some_and(|source| source.changed));
    assert_eq!(driver.sheet().rows, 3, "nothing changes by itself");
    driver.make_step();
    assert!(driver.text("changed on disk").is_some(), "the offer stays while one works on");
    driver.click("reload");
    driver.wait("the new rows are there", |model| model.sheet.value().is_some_and(|sheet| sheet.rows == 4));
    driver.settle();
    assert_eq!(driver.cell(3, "city").as_deref(), Some("TURKU"));
    assert!(driver.text("changed on disk").is_none());
}

#[test]
fn a_joined_file_that_changed_is_joined_anew_after_reloading() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_cities(folder.path());
    let path = streets(folder.path());
    driver.add_table(&path);
    let join = Step::new("JOIN")
        .with("secondaryDatasetName", "streets")
        .with("joinKeys", r#"[{"key":"city","value":"city"}]"#)
        .with("joinType", "LEFT_JOIN")
        .with("leftColumns", r#"["city"]"#)
        .with("rightColumns", r#"["street"]"#);
    driver.act(Action::AddStep(Box::new(join)));
    driver.settle();
    assert_eq!(driver.cell(0, "street").as_deref(), Some("Brīvības"));
    std::fs::write(&path, "street,city\nElizabetes,Riga\n").unwrap();
    let later = SystemTime::now() + Duration::from_secs(5);
    std::fs::File::options().append(true).open(&path).unwrap().set_modified(later).unwrap();
    driver.wait("the change is seen", |model| model.sources.values().any(|source| source.changed));
    assert!(driver.text("streets.csv changed on disk").is_some());
    driver.click("reload");
    driver.wait("it is read again", |model| model.sources.values().all(|source| !source.changed));
    driver.settle();
    assert_eq!(driver.cell(0, "street").as_deref(), Some("Elizabetes"));
}

#[test]
fn saving_exporting_and_importing_keep_the_recipe_equal() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_cities(folder.path());
    driver.add_table(&streets(folder.path()));
    assert_eq!(driver.model().project().others[0].name, "streets");
    driver.make_step();
    let values = |steps: &[Step]| steps.iter().map(Step::to_value).collect::<Vec<_>>();
    let steps = values(driver.model().steps());
    let saved = folder.path().join("work.brewhouse.json");
    driver.save_as(&folder.path().join("work"));
    assert_eq!(driver.model().path.as_deref(), Some(saved.as_path()), "the ending is added");
    assert_eq!(driver.model().project().name, "work");

    for name in ["steps.json", "steps.yaml"] {
        let exported = folder.path().join(name);
        driver.press(Modifiers::COMMAND, Key::E);
        driver.type_path(&exported);
        driver.settle();
        let recipe = Recipe::parse(&std::fs::read_to_string(&exported).unwrap()).unwrap();
        assert_eq!(values(&recipe.steps), steps);
        driver.hover(UPPER);
        driver.click("Delete step 1");
        driver.settle();
        assert_eq!(driver.sentences().len(), 0);
        driver.press(Modifiers::COMMAND, Key::I);
        driver.type_path(&exported);
        driver.settle();
        assert_eq!(driver.sentences(), [UPPER], "{name}");
        assert_eq!(values(driver.model().steps()), steps);
    }
    driver.press(Modifiers::COMMAND, Key::I);
    driver.type_path(&folder.path().join("cities.csv"));
    driver.settle();
    assert!(driver.text("holds no recipe").is_some());
    assert_eq!(driver.sentences(), [UPPER]);

    driver.press(Modifiers::COMMAND, Key::S);
    driver.wait("it is saved", |model| !model.history.is_unsaved());
    assert_eq!(steps_in(&saved), 1);
    drop(driver);
    let mut again = Driver::new(folder.path(), vec![saved]);
    again.wait_open("work");
    assert_eq!(again.sentences(), [UPPER]);
    assert_eq!(again.cell(0, "city").as_deref(), Some("RIGA"));
    assert_eq!(again.model().project().others.len(), 1);
}

#[test]
fn recent_projects_are_one_click_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_cities(folder.path());
    driver.drop_file(&streets(folder.path()));
    driver.wait_open("streets");
    drop(driver);
    let mut driver = Driver::new(folder.path(), Vec::new());
    driver.settle();
    let names: Vec<&str> = driver.model().recent.iter().map(|recent| recent.name.as_str()).collect();
    assert_eq!(names, ["streets", "cities"], "the newest first");
    driver.click("Open cities");
    driver.wait_open("cities");
}

#[test]
fn leaving_asks_and_saves_before_it_opens() {
    let folder = tempfile::tempdir().unwrap();
    let other = streets(folder.path());
    let mut driver = Driver::with_cities(folder.path());
    let saved = folder.path().join("work.brewhouse.json");
    driver.save_as(&saved);
    driver.make_step();
    let question = Question::Unsaved(Next::Open(other.clone()));

    driver.drop_file(&other);
    driver.wait("it asks", |model| model.question.is_some());
    assert!(driver.asks(&question));
    driver.click("Stay");
    driver.settle();
    assert_eq!(driver.sentences(), [UPPER]);

    driver.drop_file(&other);
    driver.click("Save and open");
    driver.wait_open("streets");
    assert_eq!(steps_in(&saved), 1, "it was saved before");

    driver.drop_file(&saved);
    driver.wait_open("work");
    driver.hover(UPPER);
    driver.click("Delete step 1");
    driver.drop_file(&other);
    driver.click("Open without saving");
    driver.wait_open("streets");
    assert_eq!(steps_in(&saved), 1, "and not this time");
}

#[test]
fn what_cannot_be_saved_is_not_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_cities(folder.path());
    let place = folder.path().join("gone");
    std::fs::create_dir(&place).unwrap();
    driver.save_as(&place.join("work"));
    driver.make_step();
    std::fs::remove_dir_all(&place).unwrap();
    std::fs::write(&place, "a file stands where the folder was").unwrap();
    driver.drop_file(&streets(folder.path()));
    driver.click("Save and open");
    driver.settle();
    assert!(driver.text("cannot be written").is_some());
    assert_eq!(driver.sentences(), [UPPER], "the work is still here");
    assert!(driver.model().history.is_unsaved());
}

#[test]
fn a_project_without_a_file_is_named_before_another_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_cities(folder.path());
    driver.make_step();
    driver.drop_file(&streets(folder.path()));
    driver.click("Save and open");
    driver.type_path(&folder.path().join("named"));
    driver.wait_open("streets");
    assert_eq!(steps_in(&folder.path().join("named.brewhouse.json")), 1);
}

#[test]
fn closing_with_unsaved_work_asks() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_cities(folder.path());
    let saved = folder.path().join("work.brewhouse.json");
    driver.save_as(&saved);
    driver.make_step();
    assert!(!driver.close());
    assert!(driver.asks(&Question::Unsaved(Next::Close)));
    driver.click("Stay");
    assert!(!driver.goes());
    assert!(!driver.close());
    driver.click("Save and close");
    assert!(driver.goes());
    assert_eq!(steps_in(&saved), 1);
    assert!(!folder.path().join("data/journal.brewhouse.json").exists());
    assert!(driver.close(), "what is saved closes at once");
}

#[test]
fn closing_without_saving_leaves_nothing_to_take_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_cities(folder.path());
    driver.make_step();
    let journal = folder.path().join("data/journal.brewhouse.json");
    assert!(journal.exists());
    assert!(!driver.close());
    driver.click("Close without saving");
    assert!(driver.goes());
    assert!(!journal.exists());
}

#[test]
fn closing_while_a_run_is_under_way_asks() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Run", "Write the table"]);
    assert!(driver.model().run.is_active());
    assert!(!driver.close());
    assert!(driver.asks(&Question::CloseRunning));
    driver.click("Stay");
    driver.wait("the run goes on to its end", |model| matches!(&model.run, Run::Over(ended) if ended.ok));
    assert!(folder.path().join("orders-clean.parquet").exists());
}

/// The run itself cleans up when it is asked to stop (`tests/cli.rs`); here a stand-in for it tells that it was asked.
#[cfg(unix)]
#[test]
fn stop_and_close_asks_the_run_to_stop_also_when_it_has_only_just_begun() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (script, asked) = (folder.path().join("run.sh"), folder.path().join("asked"));
    let text =
        format!("#!/bin/sh\ntrap 'echo yes > {}; exit 143' TERM\nwhile true; do sleep 0.02; done\n", asked.display());
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let places = Places { program: Some(script), ..Driver::places(folder.path()) };
    let none = None::<egui_kittest::wgpu::WgpuTestRenderer>;
    let mut driver = Driver::of_places(places, vec![cities(folder.path())], none);
    driver.wait_open("cities");
    driver.clicks(&["Run", "Write the table"]);
    assert!(!driver.close());
    assert!(driver.asks(&Question::CloseRunning));
    driver.click("Stop and close");
    // Where to write is new in the project and not saved.
    driver.click("Close without saving");
    assert!(driver.goes());
    drop(driver);
    let end = std::time::Instant::now() + Duration::from_mins(1);
    while !asked.exists() {
        assert!(std::time::Instant::now() < end, "the run was not asked to stop");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_format_is_offered_and_names_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_cities(folder.path());
    driver.click("Run");
    for (title, file) in [
        ("Delimited text", "cities-clean.csv"),
        ("JSON Lines", "cities-clean.jsonl"),
        ("XML", "cities-clean.xml"),
        ("JSON document", "cities-clean.json_array"),
        ("Excel workbook", "cities-clean.xlsx"),
    ] {
        driver.click(title);
        driver.settle();
        let path = driver.widget("Write to the file").unwrap().accesskit_node().value().unwrap_or_default();
        assert!(path.ends_with(&format!("/{file}")), "{title}: {path}");
        assert!(driver.widget("Column for folders").is_none() || ["Delimited text", "JSON Lines"].contains(&title));
    }
    driver.click("Write the table");
    driver.wait("the run is over", |model| matches!(&model.run, Run::Over(ended) if ended.ok));
    assert!(std::fs::read(folder.path().join("cities-clean.xlsx")).unwrap().starts_with(b"PK"));
}

#[test]
fn a_compressed_text_is_named_so_and_the_project_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_cities(folder.path());
    driver.clicks(&["Run", "Delimited text", "Compression: None", "gzip"]);
    driver.settle();
    driver.click("Write the table");
    driver.wait("the run is over", |model| matches!(&model.run, Run::Over(ended) if ended.ok));
    let written = folder.path().join("cities-clean.csv.gz");
    assert!(std::fs::read(&written).unwrap().starts_with(&[0x1f, 0x8b]));
    let saved = folder.path().join("work.brewhouse.json");
    driver.save_as(&saved);
    let project: Value = serde_json::from_str(&std::fs::read_to_string(saved).unwrap()).unwrap();
    assert_eq!(project["Outputs"][0]["CompressionFormat"], "GZIP");
}

#[test]
fn a_run_is_cancelled_and_nothing_stays_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.clicks(&["Run", "Write the table"]);
    driver.click("Cancel");
    driver.wait("the run is over", |model| matches!(model.run, Run::Over(_)));
    driver.harness.step();
    let Run::Over(ended) = &driver.model().run else { panic!("the run is not over") };
    assert!(!ended.ok && ended.cancelled, "{ended:?}");
    assert!(driver.text("The run was stopped").is_some());
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(files.iter().all(|name| ["orders.csv", "data", "cache"].iter().any(|known| name == known)), "{files:?}");
}

#[test]
fn the_work_of_a_session_that_crashed_waits_even_when_a_file_is_opened_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Driver::with_cities(folder.path());
    first.make_step();
    drop(first);
    let journal = folder.path().join("data/journal.brewhouse.json");
    let mut second = Driver::new(folder.path(), vec![streets(folder.path())]);
    second.wait_open("streets");
    assert!(second.asks(&Question::Recover));
    assert!(journal.exists(), "it stays until it is decided on");
    second.click("Take it up");
    second.wait_open("cities");
    assert_eq!(second.sentences(), [UPPER]);
    drop(second);

    let mut third = Driver::new(folder.path(), Vec::new());
    third.click("Let it go");
    third.settle();
    assert!(!journal.exists());
}

#[test]
fn records_that_do_not_fit_are_told_beside_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ragged.csv");
    std::fs::write(&path, "a,b\n1,2\n3\n4,5,6\n7,8\n").unwrap();
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("the file is read", |model| model.source().is_some_and(|source| source.complete));
    driver.settle();
    assert_eq!((driver.sheet().rows, driver.model().source().unwrap().aside), (2, 2));
    assert!(driver.text("2 set aside").is_some());
    // They make a run end otherwise than with success, and its output stands all the same.
    driver.clicks(&["Run", "Write the table"]);
    driver.wait("the run is over", |model| matches!(model.run, Run::Over(_)));
    driver.settle();
    assert!(driver.text("Written, but not all records fit").is_some(), "{:#?}", driver.names());
    assert!(driver.widget("Open the folder").is_some());
    let Run::Over(ended) = &driver.model().run else { panic!("the run is over") };
    assert!(!ended.ok && ended.output.exists());
}

#[test]
fn two_datasets_of_one_file_are_told_apart_and_both_keep_their_types() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("both.csv"), "a;n\nx,y;1\nz;2\n").unwrap();
    let dataset = |name: &str, delimiter: &str| {
        let options = serde_json::json!({"Csv": {"Delimiter": delimiter}});
        serde_json::json!({"Name": name, "Input": {"Path": "both.csv"}, "FormatOptions": options})
    };
    let project = serde_json::json!({
        "Dataset": dataset("both", ";"), "OtherDatasets": [dataset("second", "\t")], "Recipe": {"Steps": []},
    });
    let path = folder.path().join("work.brewhouse.json");
    std::fs::write(&path, project.to_string()).unwrap();
    let mut driver = Driver::new(folder.path(), vec![path]);
    driver.wait("both are read", |model| {
        model.sources.len() == 2 && model.sources.values().all(|source| source.complete)
    });
    let model = driver.model();
    let columns = |source: &brewhouse::model::Source| source.columns.iter().map(|c| c.0.clone()).collect::<Vec<_>>();
    assert_eq!(columns(model.source().unwrap()), ["a", "n"]);
    assert_eq!(columns(model.source_of(&model.project().others[0]).unwrap()), ["a;n"]);
    let kept = model.project_with_types();
    let types = |options: &serde_json::Map<String, serde_json::Value>| options["Columns"].as_array().unwrap().len();
    assert_eq!((types(&kept.dataset.unwrap().options), types(&kept.others[0].options)), (2, 1));
}
