//! The window: takes in events, draws, then carries out what was asked for.

use crate::action::Action;
use crate::ahead::Ahead;
use crate::command::{COMMANDS, Command};
use crate::model::{Model, Settings};
use crate::scratch::Scratch;
use crate::times::{Shown, Times, thread_time};
use crate::update::{Request, reconcile, take_in, update};
use crate::view::{Scene, window_ui};
use crate::worker::{Jobs, Places, Slot, desktop, store};
use crate::{fonts, theme};
use brewhouse_engine::recipe::Recipe;
use egui::{Context, Ui, ViewportCommand};
use std::path::PathBuf;
use std::time::Instant;

/// The state of the window.
pub struct Window {
    model: Model,
    scratch: Scratch,
    jobs: Jobs,
    watched: Option<Vec<store::Watched>>,
    title: String,
    /// The zoom as it was drawn last.
    zoom: f32,
    /// What the desktop said last about light and dark.
    desktop: Option<egui::Theme>,
    times: Option<Times>,
    ahead: Ahead,
}

impl Window {
    /// A window in a context, with what it keeps in its places.
    pub fn new(ctx: &Context, places: Places, paths: Vec<PathBuf>) -> Self {
        fonts::install(ctx);
        ctx.options_mut(|options| options.fallback_theme = egui::Theme::Light);
        theme::apply(ctx, theme::Choice::default());
        let wake = ctx.clone();
        let system = places.region;
        let jobs = Jobs::new(move || wake.request_repaint(), places);
        store::recall(&jobs);
        desktop::ask(&jobs);
        let mut window = Self {
            model: Model { system, ..Model::default() },
            scratch: Scratch::default(),
            jobs,
            watched: None,
            title: String::new(),
            zoom: ctx.zoom_factor(),
            desktop: None,
            times: None,
            ahead: Ahead::default(),
        };
        for path in paths {
            window.act(ctx, Action::Open(path));
        }
        window
    }

    /// Whether work is under way whose outcome will change the picture.
    pub fn is_busy(&self) -> bool {
        self.jobs.is_busy()
    }

    /// Whether work of one kind is under way, be its answer still wanted or not.
    pub fn is_busy_in(&self, slot: Slot) -> bool {
        self.jobs.is_busy_in(slot)
    }

    /// What is true, for tests.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Carries out an action.
    pub fn act(&mut self, ctx: &Context, action: Action) {
        let request = update(&mut self.model, &mut self.scratch, &mut self.jobs, action);
        match request {
            Some(Request::Copy(text)) => ctx.copy_text(text),
            Some(Request::Paste) => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            Some(Request::Reveal(path)) => reveal(&path),
            Some(Request::Theme) => self.apply_theme(ctx),
            Some(Request::Zoom) => self.apply_zoom(ctx),
            None => {}
        }
    }

    /// What is on screen of the data.
    fn shown(&self) -> Shown {
        match self.model.shown() {
            Some(sheet) if !sheet.blocks.is_empty() && sheet.exact => Shown::AllRows,
            Some(sheet) if !sheet.blocks.is_empty() => Shown::Rows,
            _ => Shown::Nothing,
        }
    }

    fn apply_theme(&self, ctx: &Context) {
        theme::apply(ctx, theme::Choice::of_title(&self.model.theme).unwrap_or_default());
    }

    fn apply_zoom(&self, ctx: &Context) {
        ctx.set_zoom_factor(f32::from(self.model.settings.zoom) / 100.0);
    }

    /// The zoom that the keys of the window changed becomes a setting.
    fn note_zoom(&mut self, ctx: &Context) {
        let zoom = ctx.zoom_factor();
        if (zoom - std::mem::replace(&mut self.zoom, zoom)).abs() < 0.001 {
            return;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "percent of a small factor")]
        let percent = (zoom * 100.0).round().clamp(1.0, 1000.0) as u16;
        if percent != self.model.settings.zoom {
            let settings = Settings { zoom: percent, ..self.model.settings };
            self.act(ctx, Action::Settings(settings));
        }
    }

    /// Takes in what workers answered, and asks them for what is missing.
    pub fn logic(&mut self, ctx: &Context) {
        let (theme, zoom) = (self.model.theme.clone(), self.model.settings.zoom);
        self.note_zoom(ctx);
        while let Some(event) = self.jobs.next_event() {
            take_in(&mut self.model, &mut self.scratch, &mut self.jobs, event);
        }
        if let Some(text) = self.model.to_copy.take() {
            ctx.copy_text(text);
        }
        // Where the window itself is told what the desktop wants, that counts.
        let asked = self.model.desktop_dark.map(|dark| if dark { egui::Theme::Dark } else { egui::Theme::Light });
        if let Some(asked) = asked {
            ctx.options_mut(|options| options.fallback_theme = asked);
        }
        let desktop = ctx.system_theme().or(asked);
        if self.model.theme != theme || std::mem::replace(&mut self.desktop, desktop) != desktop {
            self.apply_theme(ctx);
        }
        if self.model.settings.zoom != zoom {
            self.apply_zoom(ctx);
        }
        reconcile(&mut self.model, &self.scratch, &mut self.jobs);
        self.watch();
        self.close(ctx);
    }

    /// Lets the files behind the tables be watched.
    fn watch(&mut self) {
        if self.jobs.folder.is_none() {
            return;
        }
        let sources = self.model.sources.iter().filter(|(_, source)| !source.changed);
        let mut files: Vec<_> = sources.map(|((path, _), source)| (path.clone(), source.modified)).collect();
        files.sort();
        files.dedup();
        if self.watched.as_ref() != Some(&files) {
            self.watched = Some(files.clone());
            store::watch(&self.jobs, files);
        }
    }

    fn close(&mut self, ctx: &Context) {
        if ctx.input(|input| input.viewport().close_requested()) && !self.model.closing {
            let action = Action::Quit;
            self.act(ctx, action);
            if !self.model.closing {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            }
        } else if self.model.closing && !self.jobs.is_writing() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    /// Draws, then carries out what was asked for.
    pub fn ui(&mut self, ui: &mut Ui) {
        self.ahead.sort(ui.ctx());
        let mut actions = Vec::new();
        let mut scene = Scene { model: &self.model, scratch: &mut self.scratch, actions: &mut actions };
        window_ui(ui, &mut scene);
        actions.extend(brought(ui));
        actions.extend(self.pressed(ui));
        let ctx = ui.ctx().clone();
        for action in actions {
            self.act(&ctx, action);
        }
        reconcile(&mut self.model, &self.scratch, &mut self.jobs);
        self.keep_title(&ctx);
    }

    fn pressed(&self, ui: &Ui) -> Option<Action> {
        let typing = ui.ctx().text_edit_focused();
        // A shortcut without Shift also takes the keys of the same one with it, so those come first.
        let shifted = |command: &Command| command.shortcut.is_some_and(|shortcut| shortcut.modifiers.shift);
        let with = COMMANDS.iter().filter(|command| shifted(command));
        for command in with.chain(COMMANDS.iter().filter(|command| !shifted(command))) {
            let Some(shortcut) = &command.shortcut else { continue };
            let bare = !shortcut.modifiers.command && !shortcut.modifiers.alt && shortcut.logical_key < egui::Key::F1;
            // While a text is written, its own keys come first.
            let own = matches!(command.name, "undo" | "redo" | "redo-too");
            if typing && (bare || own) {
                continue;
            }
            // On some keyboards the question mark comes as text alone.
            let as_text = command.name == "keys"
                && ui.input(|i| i.events.iter().any(|e| matches!(e, egui::Event::Text(text) if text == "?")));
            if ui.input_mut(|input| input.consume_shortcut(shortcut)) || as_text {
                return (command.action)(&self.model);
            }
        }
        None
    }

    fn keep_title(&mut self, ctx: &Context) {
        let project = self.model.project();
        let title = if self.model.has_data() { format!("{} – Brewhouse", project.name) } else { "Brewhouse".into() };
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        let begin = thread_time();
        Self::logic(self, ctx);
        if let Some(times) = &mut self.times {
            times.logic(thread_time().saturating_sub(begin));
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let (begin, wall) = (thread_time(), Instant::now());
        Self::ui(self, ui);
        let shown = self.shown();
        if let Some(times) = &mut self.times {
            times.ui(thread_time().saturating_sub(begin), wall.elapsed(), shown);
            if times.waits() {
                ui.ctx().request_repaint();
            }
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

/// Opens a file or folder with what the desktop has for it.
fn reveal(path: &std::path::Path) {
    let program = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    // Where the desktop has nothing for it, nothing happens; the path stands on screen.
    let _ = std::process::Command::new(program).arg(path).spawn();
}

/// Files that were dropped and tables that were pasted.
fn brought(ui: &Ui) -> Vec<Action> {
    let dropped = ui.input(|input| input.raw.dropped_files.clone());
    let mut actions: Vec<Action> = dropped.iter().map(|file| Action::Open(file.path().to_owned())).collect();
    if !ui.ctx().text_edit_focused() {
        let pasted = ui.input(|input| {
            input.events.iter().find_map(|event| match event {
                egui::Event::Paste(text) => Some(text.clone()),
                _ => None,
            })
        });
        let table = |text: &String| text.trim().lines().count() > 1 && text.contains(['\t', ',', ';']);
        let steps = pasted.as_deref().filter(|text| text.trim_start().starts_with(['[', '{']));
        let steps = steps.and_then(|text| Recipe::parse(text).ok()).filter(|recipe| !recipe.steps.is_empty());
        match steps {
            Some(recipe) => actions.push(Action::PasteSteps(recipe.steps)),
            None => actions.extend(pasted.filter(table).map(Action::Paste)),
        }
    }
    actions
}

/// Opens the window with files or a project; comes back when it is closed.
pub fn run(paths: Vec<PathBuf>) -> Result<(), String> {
    let start = Instant::now();
    let viewport = egui::ViewportBuilder::default()
        .with_title("Brewhouse")
        .with_app_id("brewhouse")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([760.0, 480.0])
        .with_icon(icon());
    let options = eframe::NativeOptions { viewport, system_font_fallback: false, ..eframe::NativeOptions::default() };
    let create: eframe::AppCreator<'_> = Box::new(move |cc| {
        let times = Times::asked(start);
        Ok(Box::new(Window { times, ..Window::new(&cc.egui_ctx, Places::of_user(), paths) }))
    });
    let ended = eframe::run_native("brewhouse", options, create);
    // What was decrypted for the view goes with the window.
    drop(brewhouse_engine::sink::remove_temporaries());
    ended.map_err(|error| {
        format!("the window cannot be opened: {error}; “brewhouse run” does the same work without a window")
    })
}

fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../assets/brewhouse-256.png")).unwrap_or_default()
}
