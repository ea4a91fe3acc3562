//! Every command: what menus, the palette and the keys offer, from one table.

use crate::action::Action;
use crate::model::Model;
use crate::model::Purpose;
use crate::model::look::Toward;
use crate::scratch::Tab;
use crate::theme::Choice;
use egui::{Key, KeyboardShortcut, Modifiers};

/// A command.
pub struct Command {
    /// Its name in tests and settings.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// One phrase about it.
    pub hint: &'static str,
    /// Its key.
    pub shortcut: Option<KeyboardShortcut>,
    /// What it does now; none when it cannot be done now.
    pub action: fn(&Model) -> Option<Action>,
}

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn ctrl_shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key))
}

const fn plain(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

/// All commands, in the order of the palette.
pub static COMMANDS: &[Command] = &[
    Command {
        name: "palette",
        title: "Search actions, columns, steps",
        hint: "Everything by its name",
        shortcut: ctrl(Key::K),
        action: |_| Some(Action::Palette),
    },
    Command {
        name: "open",
        title: "Open…",
        hint: "A file of data, a project or a recipe",
        shortcut: ctrl(Key::O),
        action: |_| Some(Action::AskFile(Purpose::Open)),
    },
    Command {
        name: "sample",
        title: "Open the sample",
        hint: "Messy orders of a shop",
        shortcut: None,
        action: |_| Some(Action::OpenSample),
    },
    Command {
        name: "new",
        title: "New project",
        hint: "Begin with nothing open",
        shortcut: ctrl(Key::N),
        action: |model| model.has_data().then_some(Action::NewProject),
    },
    Command {
        name: "add-dataset",
        title: "Add a dataset…",
        hint: "A second table, for Join and Union",
        shortcut: None,
        action: |model| model.has_data().then_some(Action::AskFile(Purpose::AddDataset)),
    },
    Command {
        name: "import-screen",
        title: "How the file is read",
        hint: "Delimiter, encoding, types and what does not fit",
        shortcut: None,
        action: |model| model.has_data().then_some(Action::ImportScreen),
    },
    Command {
        name: "grid",
        title: "Grid",
        hint: "The rows of the table",
        shortcut: None,
        action: |model| model.has_data().then_some(Action::Show(Tab::Grid)),
    },
    Command {
        name: "schema",
        title: "Schema",
        hint: "The columns of the table with their types and what is missing",
        shortcut: None,
        action: |model| model.has_data().then_some(Action::Show(Tab::Schema)),
    },
    Command {
        name: "profile",
        title: "Profile",
        hint: "The chosen column in depth, correlations, duplicates and outliers",
        shortcut: None,
        action: |model| model.has_data().then_some(Action::Show(Tab::Profile)),
    },
    Command {
        name: "decide",
        title: "Answer what the file leaves open",
        hint: "The question over the table takes the keyboard",
        shortcut: plain(Key::F4),
        action: |model| model.import_question().map(|_| Action::Decide),
    },
    Command {
        name: "add-step",
        title: "Add a step…",
        hint: "All operations by name",
        shortcut: ctrl(Key::Enter),
        action: |model| model.has_data().then_some(Action::PaletteOfSteps),
    },
    Command {
        name: "paste-steps",
        title: "Paste steps",
        hint: "Steps that were copied as JSON, here or in another project",
        shortcut: None,
        action: |model| model.has_data().then_some(Action::AskPaste),
    },
    Command {
        name: "undo",
        title: "Undo",
        hint: "Take the last change back",
        shortcut: ctrl(Key::Z),
        action: |model| model.history.undo_label().map(|_| Action::Undo),
    },
    Command {
        name: "redo",
        title: "Redo",
        hint: "Bring it back",
        shortcut: ctrl_shift(Key::Z),
        action: |model| model.history.redo_label().map(|_| Action::Redo),
    },
    Command {
        name: "redo-too",
        title: "Redo",
        hint: "Bring it back",
        shortcut: ctrl(Key::Y),
        action: |model| model.history.redo_label().map(|_| Action::Redo),
    },
    Command {
        name: "history",
        title: "History",
        hint: "Every state since the project was opened, also those that were undone",
        shortcut: ctrl(Key::H),
        action: |model| model.has_data().then_some(Action::History),
    },
    Command {
        name: "save",
        title: "Save",
        hint: "Write the project",
        shortcut: ctrl(Key::S),
        action: |model| model.has_data().then_some(Action::Save),
    },
    Command {
        name: "save-as",
        title: "Save as…",
        hint: "Write the project to a new file",
        shortcut: ctrl_shift(Key::S),
        action: |model| model.has_data().then_some(Action::AskFile(Purpose::SaveAs)),
    },
    Command {
        name: "export",
        title: "Export the recipe…",
        hint: "The steps as JSON or YAML, to run headlessly or in DataBrew",
        shortcut: ctrl(Key::E),
        action: |model| (!model.steps().is_empty()).then_some(Action::AskFile(Purpose::ExportRecipe)),
    },
    Command {
        name: "import",
        title: "Import a recipe…",
        hint: "Its steps replace those here; undo brings them back",
        shortcut: ctrl(Key::I),
        action: |model| model.has_data().then_some(Action::AskFile(Purpose::ImportRecipe)),
    },
    Command {
        name: "find",
        title: "Find a text…",
        hint: "In all rows; the next and the previous one",
        shortcut: ctrl(Key::F),
        action: |model| (model.has_data() && model.draft.is_none()).then_some(Action::FindBox),
    },
    Command {
        name: "find-next",
        title: "Next match",
        hint: "The next cell with the text that is looked for",
        shortcut: plain(Key::F3),
        action: |model| model.find.as_ref().map(|_| Action::FindOn(Toward::Next)),
    },
    Command {
        name: "find-previous",
        title: "Previous match",
        hint: "The cell before with the text that is looked for",
        shortcut: Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::F3)),
        action: |model| model.find.as_ref().map(|_| Action::FindOn(Toward::Previous)),
    },
    Command {
        name: "go-to",
        title: "Go to a row or column…",
        hint: "A row by its number, a column by its name",
        shortcut: ctrl(Key::G),
        action: |model| model.has_data().then_some(Action::GoToBox),
    },
    Command {
        name: "keep-view",
        title: "Make steps of the view",
        hint: "What is filtered and sorted for the eye becomes part of the recipe",
        shortcut: None,
        action: |model| (!model.lens.is_empty()).then_some(Action::KeepView),
    },
    Command {
        name: "clear-view",
        title: "Show all rows",
        hint: "Without the filters and the order of the view",
        shortcut: None,
        action: |model| (!model.lens.is_empty()).then_some(Action::ClearFilter(None)),
    },
    Command {
        name: "to-end",
        title: "Back to the end",
        hint: "Look at the table after all steps",
        shortcut: None,
        action: |model| model.cursor.map(|_| Action::LookAt(None)),
    },
    Command {
        name: "step-back",
        title: "Look one step earlier",
        hint: "The table before the last step shown",
        shortcut: Some(KeyboardShortcut::new(Modifiers::ALT, Key::ArrowUp)),
        action: |model| model.depth().checked_sub(1).map(|at| Action::LookAt(Some(at))),
    },
    Command {
        name: "step-on",
        title: "Look one step later",
        hint: "The table after one more step",
        shortcut: Some(KeyboardShortcut::new(Modifiers::ALT, Key::ArrowDown)),
        action: |model| model.cursor.map(|at| Action::LookAt(Some(at + 1))),
    },
    Command {
        name: "compare",
        title: "Difference between two points…",
        hint: "What became of rows and cells from the file, or a step, up to another",
        shortcut: ctrl_shift(Key::D),
        action: |model| {
            let steps = model.steps().len();
            let to = if model.depth() == 0 { steps } else { model.depth() };
            (steps > 0).then_some(Action::Compare(Some((0, to))))
        },
    },
    Command {
        name: "versions",
        title: "Versions…",
        hint: "Publish the recipe with a number and a description, and see what is new between two versions",
        shortcut: ctrl_shift(Key::P),
        action: |model| model.has_data().then_some(Action::Versions),
    },
    Command {
        name: "reload",
        title: "Read the files again",
        hint: "When they changed on disk",
        shortcut: Some(KeyboardShortcut::new(Modifiers::COMMAND, Key::F5)),
        action: |model| model.has_data().then_some(Action::Reload),
    },
    Command {
        name: "run",
        title: "Run…",
        hint: "Write the whole table by the recipe",
        shortcut: plain(Key::F5),
        action: |model| model.has_data().then_some(Action::RunPanel),
    },
    Command {
        name: "system-theme",
        title: "Theme as the desktop",
        hint: "Light or dark, as the desktop is",
        shortcut: None,
        action: |_| Some(Action::Theme(Choice::System)),
    },
    Command {
        name: "light",
        title: "Light theme",
        hint: "Dark text on light ground",
        shortcut: None,
        action: |_| Some(Action::Theme(Choice::Light)),
    },
    Command {
        name: "dark",
        title: "Dark theme",
        hint: "Light text on dark ground",
        shortcut: None,
        action: |_| Some(Action::Theme(Choice::Dark)),
    },
    Command {
        name: "contrast",
        title: "High-contrast theme",
        hint: "The strongest contrast",
        shortcut: None,
        action: |_| Some(Action::Theme(Choice::Contrast)),
    },
    Command {
        name: "dark-contrast",
        title: "High-contrast theme, dark",
        hint: "The strongest contrast, on dark ground",
        shortcut: None,
        action: |_| Some(Action::Theme(Choice::DarkContrast)),
    },
    Command {
        name: "settings",
        title: "Settings…",
        hint: "Theme, zoom, density of rows, numbers, room for side files",
        shortcut: ctrl(Key::Comma),
        action: |_| Some(Action::SettingsPanel),
    },
    Command {
        name: "excel",
        title: "Coming from Excel",
        hint: "Twelve words of a spreadsheet and what they are called here",
        shortcut: None,
        action: |_| Some(Action::ExcelWords),
    },
    Command {
        name: "keys",
        title: "Keys",
        hint: "All keys at a glance",
        shortcut: plain(Key::Questionmark),
        action: |_| Some(Action::Keys),
    },
    Command {
        name: "quit",
        title: "Close",
        hint: "Asks when something is not saved",
        shortcut: ctrl(Key::Q),
        action: |_| Some(Action::Quit),
    },
];

/// A command by its name.
pub fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}
