//! `cargo bench -- window FILE`: the window on a file, without a display: what a frame costs while one scrolls, and how long answers take.
//!
//! A frame is `logic`, `ui` and tessellation, in time of the window's thread on a processor; drawing by the graphics card is not in it.

use brewhouse::action::Action;
use brewhouse::model::sheet::Only;
use brewhouse::model::{Model, Place};
use brewhouse::times::thread_time;
use brewhouse::window::Window;
use brewhouse::worker::{Places, Slot};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::types::TypeClass;
use eframe::egui::{
    Context, Event, Key, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Vec2, ViewportId, pos2, vec2,
};
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

const SIZE: Vec2 = Vec2::new(1440.0, 900.0);
const FRAMES: usize = 600;
/// A frame that takes longer is felt.
const BLOCKING: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_mins(10);

struct Screen {
    ctx: Context,
    window: Window,
    start: Instant,
    /// Frames in all, and those that held the window for longer than [`BLOCKING`]: by the time of its thread, and by the clock.
    frames: [usize; 3],
    /// The most memory of its own that the process had at any frame, in bytes.
    memory: u64,
}

impl Screen {
    fn open(path: &Path, folder: &Path) -> Self {
        let ctx = Context::default();
        let start = Instant::now();
        let window = Window::new(&ctx, Places::below(folder), vec![path.to_owned()]);
        Self { ctx, window, start, frames: [0; 3], memory: 0 }
    }

    /// One frame with these events; gives back the thread's time for it.
    fn frame(&mut self, events: Vec<Event>) -> Duration {
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(self.start.elapsed().as_secs_f64()),
            events,
            focused: true,
            ..RawInput::default()
        };
        input.viewports.entry(ViewportId::ROOT).or_default().native_pixels_per_point = Some(1.0);
        let (begin, clock) = (thread_time(), Instant::now());
        let window = &mut self.window;
        let mut first = true;
        let output = self.ctx.run_ui(input, |ui| {
            if std::mem::take(&mut first) {
                window.logic(ui.ctx());
            }
            window.ui(ui);
        });
        let shapes = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        let spent = thread_time().saturating_sub(begin);
        let blocked = [true, spent > BLOCKING, clock.elapsed() > BLOCKING];
        for (count, blocked) in self.frames.iter_mut().zip(blocked) {
            *count += usize::from(blocked);
        }
        if self.frames[0].is_multiple_of(20) {
            self.memory = self.memory.max(own_memory());
        }
        std::hint::black_box(shapes);
        spent
    }

    /// Frames until a condition holds; the seconds it took.
    fn until(&mut self, what: &str, holds: impl Fn(&Model) -> bool) -> f64 {
        let start = Instant::now();
        loop {
            self.frame(Vec::new());
            if holds(self.window.model()) {
                return start.elapsed().as_secs_f64();
            }
            assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn act(&mut self, action: Action) {
        let ctx = self.ctx.clone();
        self.window.act(&ctx, action);
    }

    /// Scrolls by wheel and by leaps; median, 99th percentile and the longest frame in milliseconds.
    fn scroll(&mut self) -> [f64; 3] {
        self.frame(vec![Event::PointerMoved(pos2(700.0, 500.0))]);
        let mut spent: Vec<Duration> = (0..FRAMES)
            .map(|at| {
                let sideways = if at % 7 == 0 { 120.0 } else { 0.0 };
                let wheel = Event::MouseWheel {
                    unit: MouseWheelUnit::Point,
                    delta: vec2(-sideways, -900.0),
                    phase: TouchPhase::Move,
                    source: eframe::egui::MouseWheelSource::Wheel,
                    modifiers: Modifiers::NONE,
                };
                let mut events = vec![wheel];
                if at % 50 == 49 {
                    let key = if at % 100 == 99 { Key::Home } else { Key::End };
                    let press = |pressed| Event::Key {
                        key,
                        physical_key: None,
                        pressed,
                        repeat: false,
                        modifiers: Modifiers::CTRL,
                    };
                    events.extend([press(true), press(false)]);
                }
                let spent = self.frame(events);
                std::thread::sleep(Duration::from_millis(4));
                spent
            })
            .collect();
        spent.sort_unstable();
        [50, 99, 100].map(|share| spent[(spent.len() - 1) * share / 100].as_secs_f64() * 1000.0)
    }

    /// A draft that is given up while it is counted: seconds until nothing works on it any more.
    fn cancel(&mut self, step: Step) -> f64 {
        let at = self.window.model().steps().len();
        self.act(Action::Draft(Some((Box::new(step), Place::New(at), Only::All))));
        self.until("the draft is shown", |model| model.draft.as_ref().is_some_and(|d| d.sheet.value().is_some()));
        // What is shown is there at once; the counts are under way now.
        let pause = Instant::now();
        while pause.elapsed() < Duration::from_millis(300) {
            self.frame(Vec::new());
        }
        self.act(Action::Draft(None));
        // What is asked for next belongs to the table, not to the draft.
        let begin = Instant::now();
        while self.window.is_busy_in(Slot::Draft) {
            self.frame(Vec::new());
            std::thread::sleep(Duration::from_millis(1));
        }
        begin.elapsed().as_secs_f64()
    }

    /// Steps that are added and taken back: seconds until the table before is on screen again.
    fn undo(&mut self, steps: Vec<Step>) -> f64 {
        let before = self.window.model().sheet.value().map(|sheet| sheet.key);
        self.act(Action::PasteSteps(steps));
        self.until("the steps are shown", |model| {
            model.sheet.waiting().is_none() && model.sheet.value().map(|sheet| sheet.key) != before
        });
        self.act(Action::Undo);
        self.until("they are undone", |model| {
            model.sheet.waiting().is_none() && model.sheet.value().map(|sheet| sheet.key) == before
        })
    }

    /// The difference between the file and the table after steps: seconds until it is shown, and until it is counted.
    fn compare(&mut self, steps: Vec<Step>) -> [f64; 2] {
        let count = steps.len();
        self.act(Action::PasteSteps(steps));
        self.until("the steps are shown", |model| model.sheet.waiting().is_none());
        let begin = Instant::now();
        self.act(Action::Compare(Some((0, count))));
        let shown = self.until("the difference is shown", |model| {
            model.compare.as_ref().is_some_and(|compare| compare.difference.value().is_some())
        });
        self.until("the difference is counted", |model| {
            let difference = model.compare.as_ref().and_then(|compare| compare.difference.value());
            difference.is_some_and(|difference| difference.counted)
        });
        let counted = begin.elapsed().as_secs_f64();
        self.act(Action::Compare(None));
        self.act(Action::Undo);
        self.until("the steps are undone", |model| model.steps().is_empty() && model.sheet.waiting().is_none());
        [shown, counted]
    }

    /// A draft at the end of the recipe: seconds until its effect is on screen, and until it is counted on all rows.
    fn draft(&mut self, step: Step) -> [f64; 2] {
        let at = self.window.model().steps().len();
        self.act(Action::Draft(Some((Box::new(step), Place::New(at), Only::All))));
        let begin = Instant::now();
        let sheet = |model: &Model| model.draft.as_ref().is_some_and(|draft| draft.sheet.value().is_some());
        let shown = self.until("the draft is shown", sheet);
        self.until("the draft is counted", |model| {
            let sheet = model.draft.as_ref().and_then(|draft| draft.sheet.value());
            sheet.and_then(|sheet| sheet.effect).is_some_and(|effect| effect.counted)
        });
        let counted = begin.elapsed().as_secs_f64();
        self.act(Action::Draft(None));
        self.until("the draft is gone", |model| model.draft.is_none());
        [shown, counted]
    }
}

/// Measures the window on a file.
pub(super) fn bench(path: &Path) -> String {
    let folder = std::env::temp_dir().join(format!("brewhouse-bench-window-{}", std::process::id()));
    let mut report = String::new();
    let mut screen = Screen::open(path, &folder);
    let first = screen.until("rows are there", |model| model.shown().is_some_and(|sheet| !sheet.blocks.is_empty()));
    let all = first + screen.until("all rows are there", |model| model.sheet.value().is_some_and(|sheet| sheet.exact));
    let (rows, columns) = screen.window.model().shown().map_or((0, 0), |sheet| (sheet.rows, sheet.columns.len()));
    writeln!(report, "{rows} rows x {columns} columns; first rows after {first:.2} s, all after {all:.2} s").unwrap();
    let scrolled = |report: &mut String, what: &str, [median, most, longest]: [f64; 3]| {
        writeln!(report, "{what:<34} median {median:.2} ms, 99 % {most:.2} ms, longest {longest:.2} ms").unwrap();
    };
    let busy = screen.scroll();
    scrolled(&mut report, "frame, figures still counted", busy);
    let figures = screen.until("the figures are counted", |model| {
        let sheet = model.shown();
        sheet.is_some_and(|sheet| {
            sheet.columns.iter().take(32).all(|c| sheet.facts.contains_key(&c.name)) && sheet.stale.is_empty()
        })
    });
    writeln!(report, "figures of the columns in view after {figures:.2} s more").unwrap();
    let quiet = screen.scroll();
    scrolled(&mut report, "frame, at rest", quiet);
    steps(&mut screen, &mut report);
    let [frames, thread, clock] = screen.frames;
    writeln!(report, "{frames} frames; over 50 ms: {thread} by the thread's time, {clock} by the clock").unwrap();
    writeln!(report, "memory of its own: at most {} MB", screen.memory / 1_000_000).unwrap();
    drop(screen);
    let _ = std::fs::remove_dir_all(&folder);
    report
}

/// Drafts, giving up, undoing and comparing, on the first columns of their kinds.
fn steps(screen: &mut Screen, report: &mut String) {
    let first = |screen: &Screen, class: TypeClass| {
        let sheet = screen.window.model().shown()?;
        sheet.columns.iter().find(|column| column.class == class).map(|column| column.name.clone())
    };
    let on = |name: &str, column: &str| Step::new(name).with("sourceColumn", column);
    let mut drafts = Vec::new();
    let text = first(screen, TypeClass::Text);
    if let Some(column) = &text {
        drafts.extend([on("UPPER_CASE", column), on("REMOVE_MISSING", column)]);
    }
    if let Some(column) = first(screen, TypeClass::Decimal) {
        drafts.push(on("FILL_WITH_AVERAGE", &column));
        drafts.push(on("CHANGE_DATA_TYPE", &column).with("columnDataType", "string"));
    }
    for step in drafts {
        // Counts are computed anew for each draft; what is on screen comes first.
        let mut taken: Vec<[f64; 2]> = (0..5).map(|_| screen.draft(step.clone())).collect();
        let mut middle = |at: usize| {
            taken.sort_by(|a, b| a[at].total_cmp(&b[at]));
            taken[taken.len() / 2][at]
        };
        let (shown, counted) = (middle(0) * 1000.0, middle(1));
        writeln!(report, "draft of {:<18} shown after {shown:.0} ms, counted after {counted:.2} s", step.operation())
            .unwrap();
    }
    let Some(column) = text else { return };
    let upper = on("UPPER_CASE", &column);
    let mut given_up: Vec<f64> = (0..5).map(|_| screen.cancel(upper.clone())).collect();
    let mut undone: Vec<f64> = (0..5).map(|_| screen.undo(vec![upper.clone()])).collect();
    let [given_up, undone] = [&mut given_up, &mut undone].map(|seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2] * 1000.0
    });
    writeln!(report, "a draft given up ends after {given_up:.0} ms; a step undone after {undone:.0} ms").unwrap();
    let [shown, counted] = screen.compare(vec![upper, on("REMOVE_MISSING", &column)]);
    writeln!(report, "difference of two steps: shown after {shown:.2} s, counted after {counted:.2} s").unwrap();
}

/// Memory of this process that no file stands behind.
fn own_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}
