//! The only writer: one short function per action, and what keeps the workers in step with the model.

mod asks;
mod compare;
mod events;
mod files;
mod import;
mod look;
mod saved;
mod steps;
mod together;
mod versions;

pub use asks::reconcile;
pub use events::take_in;

use crate::action::{Action, Answer};
use crate::model::{Model, Next, Question, Settings, Weight};
use crate::scratch::{Palette, Scratch, Tab};
use crate::worker::{Jobs, store};

/// What the window has to do outside the model.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// Put a text on the clipboard.
    Copy(String),
    /// Ask the desktop for what was copied.
    Paste,
    /// Show a file or folder in the desktop.
    Reveal(std::path::PathBuf),
    /// Put the theme of the model in force.
    Theme,
    /// Put the zoom of the settings in force.
    Zoom,
}

/// Carries out an action.
pub fn update(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs, action: Action) -> Option<Request> {
    match action {
        Action::AskFile(purpose) => {
            model.next = None;
            files::ask(model, jobs, purpose);
        }
        Action::Take(purpose, path) => files::take(model, scratch, jobs, purpose, path),
        Action::Open(path) => files::open(jobs, path),
        Action::OpenSample => files::open_sample(model, jobs),
        Action::Paste(text) => store::paste(jobs, text),
        Action::NewProject => files::begin(model, scratch, jobs),
        Action::StartForm(name, column) => steps::start_form(model, scratch, name, column.as_deref(), None),
        Action::StartFormAt(name, column, at) => steps::start_form(model, scratch, name, column.as_deref(), Some(at)),
        Action::EditStep(at) => steps::edit(model, scratch, at),
        Action::Draft(draft) => steps::draft(model, draft),
        Action::ApplyForm => steps::apply_form(model, scratch),
        Action::CancelForm => steps::cancel_form(model, scratch),
        Action::AddStep(step) => steps::add(model, *step),
        Action::DeleteSteps(picked) => {
            scratch.picked.clear();
            steps::delete(model, &picked);
        }
        Action::DeleteFrom(at) => steps::delete_from(model, at),
        Action::DuplicateSteps(picked) => {
            scratch.picked.clear();
            steps::duplicate(model, &picked);
        }
        Action::PasteSteps(steps) => {
            scratch.picked.clear();
            if model.has_data() {
                steps::paste(model, steps);
            } else {
                model.notices.say(Weight::Warning, "Open a file of data first, then steps can be pasted");
            }
        }
        Action::AskPaste => return Some(Request::Paste),
        Action::TryMoves(picked) => steps::try_moves(model, jobs, picked),
        Action::Rebind { at, from, to } => steps::rebind(model, at, &from, &to),
        Action::MoveSteps { picked, before } => {
            scratch.picked.clear();
            steps::move_steps(model, &picked, before);
        }
        Action::Disable(picked, off) => steps::disable(model, &picked, off),
        Action::Note(at, text) => steps::note(model, at, text),
        Action::Keep(at, found) => steps::keep(model, at, found),
        Action::LookAt(at) => steps::look_at(model, scratch, at),
        Action::Compare(points) => compare::compare(model, scratch, points),
        Action::CompareOnly(only) => compare::only(model, only),
        Action::Versions => versions::toggle(model, scratch),
        Action::Publish(description) => versions::publish(model, scratch, &description),
        Action::TakeVersion(number) => versions::take(model, scratch, number),
        Action::Undo => steps::undo(model, scratch),
        Action::Redo => steps::redo(model, scratch),
        Action::GoTo(at) => steps::go_to(model, scratch, at),
        Action::History => scratch.history = !scratch.history,
        Action::Save => {
            model.next = None;
            files::save(model, jobs);
        }
        Action::Forget(name) => files::forget_dataset(model, &name),
        Action::Reload => files::reload(model, jobs),
        Action::Import(choice) => import::choose(model, &choice),
        Action::GoToLine(column, line) => import::go_to_line(model, scratch, column, line),
        Action::ImportScreen => scratch.tab = Tab::Import,
        Action::Decide => {
            scratch.tab = Tab::Grid;
            scratch.put_off.clear();
            scratch.decide = Some(String::new());
        }
        Action::Theme(choice) => return theme(model, jobs, choice),
        Action::SettingsPanel => scratch.settings = !scratch.settings,
        Action::Settings(settings) => return set(model, jobs, settings),
        Action::ExcelWords => scratch.excel = !scratch.excel,
        Action::Palette => scratch.palette = Some(Palette::default()),
        Action::PaletteOfSteps => scratch.palette = Some(Palette { steps_only: true, ..Palette::default() }),
        Action::PaletteAt(at) => {
            scratch.palette = Some(Palette { steps_only: true, insert_at: Some(at), ..Palette::default() });
        }
        Action::Keys => scratch.keys = !scratch.keys,
        Action::RunPanel => files::run_panel(model, scratch),
        Action::Run(output) => files::run(model, jobs, output),
        Action::StopRun => files::stop_run(model, jobs),
        Action::Reveal(path) => return Some(Request::Reveal(path)),
        Action::Answer(answer) => answer_question(model, scratch, jobs, answer),
        Action::Quit => quit(model),
        Action::Copy(text) => {
            model.notices.say(Weight::Info, "Copied");
            return Some(Request::Copy(text));
        }
        Action::Dismiss => model.notices.list.clear(),
        Action::Filter(filter) => look::filter(model, filter),
        Action::ClearFilter(column) => look::clear(model, column.as_deref()),
        Action::SortView { column, beside } => look::sort(model, &column, beside),
        Action::Facet(listing) => {
            look::facet(model, listing);
            scratch.left_folded = false;
        }
        Action::CloseFacet(column) => model.facets.retain(|facet| facet.listing.column != column),
        Action::RenameValue { column, from, to } => look::rename(model, &column, &from, to),
        Action::Fits(column) => together::fits(model, jobs, column),
        Action::Together => together::whole(model, jobs),
        Action::Pair(x, y) => together::plane(model, jobs, x, y),
        Action::PairCloser => together::closer(model, jobs),
        Action::Filters(filters) => together::filters(&mut model.lens, filters),
        Action::Profile(column) => look::profile(model, jobs, column),
        Action::Show(tab) => scratch.tab = tab,
        Action::CopyCells(rows, columns, how) => look::copy_cells(model, jobs, rows, columns, how),
        Action::Peek(cell) => look::peek(model, jobs, cell),
        Action::KeepView => look::keep(model),
        Action::SaveView(name) => saved::keep(model, &name),
        Action::UseView(name) => saved::take(model, &name),
        Action::DropView(name) => saved::drop(model, &name),
        Action::FindBox => {
            scratch.find.get_or_insert_default().fresh = true;
            scratch.tab = crate::scratch::Tab::Grid;
        }
        Action::Find(search) => look::find(model, search),
        Action::FindOn(toward) => look::find_on(model, scratch, jobs, toward),
        Action::GoToBox => scratch.palette = Some(Palette { go_to: true, ..Palette::default() }),
        Action::GoToRow(row) => look::go_to_row(model, scratch, jobs, row),
        Action::InView(rows, columns) => {
            if let Some(sheet) = model.shown_mut() {
                asks::note_view(sheet, rows, &columns);
            }
        }
        Action::ShowColumn(name) => scratch.reveal = Some(name),
    }
    None
}

fn theme(model: &mut Model, jobs: &Jobs, choice: crate::theme::Choice) -> Option<Request> {
    choice.title().clone_into(&mut model.theme);
    store::keep_settings(jobs, model);
    Some(Request::Theme)
}

fn set(model: &mut Model, jobs: &Jobs, settings: Settings) -> Option<Request> {
    let zoomed = model.settings.zoom != settings.zoom;
    model.settings = settings;
    jobs.stage.set_budget(settings.cache);
    store::keep_settings(jobs, model);
    zoomed.then_some(Request::Zoom)
}

fn quit(model: &mut Model) {
    if model.run.is_active() {
        model.question = Some(Question::CloseRunning);
    } else if files::would_lose(model) {
        model.question = Some(Question::Unsaved(Next::Close));
    } else {
        model.closing = true;
    }
}

/// The project was written: what was put off until then follows.
fn go_on(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs) {
    match model.next.take() {
        Some(Next::Close) => quit(model),
        Some(Next::Open(path)) => files::open(jobs, path),
        Some(Next::Begin) => files::begin(model, scratch, jobs),
        None => {}
    }
}

fn answer_question(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs, answer: Answer) {
    let Some(question) = model.question.take() else { return };
    match (question, answer) {
        (Question::Recover, Answer::GoOn) => files::recover(model, scratch, jobs),
        (Question::Recover, _) => files::drop_recovered(model, jobs),
        (_, Answer::Cancel) => {}
        (Question::Unsaved(next), Answer::Save) => {
            model.next = Some(next);
            files::save(model, jobs);
        }
        (Question::Unsaved(next), _) => give_up(model, scratch, jobs, next),
        (Question::CloseRunning, _) => {
            files::stop_run(model, jobs);
            model.run = crate::model::Run::Idle;
            quit(model);
        }
    }
    // The work of an earlier session stays on offer until it is taken up or let go.
    if model.question.is_none() && model.recovered.is_some() {
        model.question = Some(Question::Recover);
    }
}

/// Goes on without saving.
fn give_up(model: &mut Model, scratch: &mut Scratch, jobs: &mut Jobs, next: Next) {
    match next {
        Next::Close => {
            if model.recovered.is_none() {
                store::keep_journal(jobs, None);
            }
            model.closing = true;
        }
        Next::Open(path) => {
            model.given_up = Some(path.clone());
            files::open(jobs, path);
        }
        Next::Begin => {
            model.history.mark_saved();
            files::begin(model, scratch, jobs);
        }
    }
}
