//! Published versions by clicks: publish, change, see what is new, publish again, take up an older one, save and open again.

use super::driver::Driver;
use brewhouse::action::Action;
use brewhouse_engine::recipe::Step;
use eframe::egui::{Key, Modifiers};

fn add(driver: &mut Driver, step: Step) {
    driver.act(Action::AddStep(Box::new(step)));
    driver.settle();
}

#[test]
fn a_recipe_is_published_compared_and_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::with_orders(folder.path());
    driver.press(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::V);
    assert!(driver.text("A recipe without steps has nothing to publish").is_some(), "{:#?}", driver.names());
    add(&mut driver, Step::new("UPPER_CASE").with("sourceColumn", "region"));
    let remove =
        |status: &str| Step::new("REMOVE_VALUES").with("sourceColumn", "status").when("IS", Some(status), "status");
    add(&mut driver, remove("[\"cancelled\"]"));
    driver.enter("Description", "Regions in capitals, without what was cancelled");
    driver.click("Publish version 1");
    assert!(driver.text("Nothing has changed since version 1").is_some(), "{:#?}", driver.names());
    assert!(driver.text("2 steps, edited · version 1").is_some());

    // Another region, another status, one step more.
    driver.act(Action::DeleteSteps(vec![1]));
    add(&mut driver, remove("[\"cancelled\",\"returned\"]"));
    add(&mut driver, Step::new("LOWER_CASE").with("sourceColumn", "category"));
    assert!(driver.text("3 steps, edited · after version 1").is_some());
    assert!(driver.text("1 added · 1 edited · 1 the same").is_some(), "{:#?}", driver.names());
    let edited = driver.name_of("edited: Remove rows where status is");
    assert!(edited.contains("conditions, before: Remove rows where status is cancelled"), "{edited}");
    assert!(driver.widget("added: Write category in lower case").is_some());
    driver.picture("versions");
    driver.enter("Description", "Returned ones as well");
    driver.click("Publish version 2");
    let versions = |driver: &Driver| -> Vec<(u64, usize)> {
        driver.model().project().versions.iter().map(|version| (version.number, version.recipe.steps.len())).collect()
    };
    assert_eq!(versions(&driver), [(1, 2), (2, 3)]);
    assert!(driver.text("1 added · 1 edited · 1 the same").is_some(), "what is new in it stays in sight");

    driver.click("Take up version 1 again");
    driver.settle();
    assert_eq!(driver.sentences().len(), 2);
    driver.click(&driver.name_of("Undo: Take up version 1"));
    driver.settle();
    assert_eq!(driver.sentences().len(), 3);

    let saved = folder.path().join("shop.brewhouse.json");
    driver.save_as(&saved);
    let mut again = Driver::new(folder.path(), vec![saved]);
    again.wait("the project is open", |model| model.project().versions.len() == 2);
    again.settle();
    again.clicks(&["Recipe menu", "Versions… Ctrl+Shift+V"]);
    let from = again.name_of("From: Version 2");
    again.clicks(&[&from, "From version 1"]);
    assert!(again.text("1 added · 1 edited · 1 the same").is_some(), "{:#?}", again.names());
    again.press(Modifiers::NONE, Key::Escape);
    assert!(again.text("Nothing has changed since").is_none());
}
