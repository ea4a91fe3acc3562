//! `cargo bench -- window FILE`: the window on a file, without a display: what a frame costs while one scrolls, and how long answers take.
//!
//! A frame is `logic`, `ui` and tessellation, in time of the window's thread on a processor; drawing by the graphics card is not in it.

use brewhouse::action::Action;
use brewhouse::model::sheet::Only;
use brewhouse::model::{Model, Place};
use brewhouse::times::thread_time;
use brewhouse::window::Window;
use brewhouse::worker::Places;
use brewhouse_engine::recipe::Step;
use eframe::egui::{
    Context, Event, Key, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Vec2, ViewportId, pos2, vec2,
};
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

const SIZE: Vec2 = Vec2::new(1440.0, 900.0);
const FRAMES: usize = 600;
const PATIENCE: Duration = Duration::from_mins(10);

struct Screen {
    ctx: Context,
    window: Window,
    start: Instant,
}

impl Screen {
    fn open(path: &Path, folder: &Path) -> Self {
        let ctx = Context::default();
        let start = Instant::now();
        let window = Window::new(&ctx, Places::below(folder), vec![path.to_owned()]);
        Self { ctx, window, start }
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
        let begin = thread_time();
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
    let text = screen.window.model().shown().and_then(|sheet| {
        sheet.columns.iter().find(|c| c.class == brewhouse_engine::types::TypeClass::Text).map(|c| c.name.clone())
    });
    if let Some(column) = text {
        for name in ["UPPER_CASE", "REMOVE_MISSING"] {
            let mut drafts: Vec<[f64; 2]> =
                (0..5).map(|_| screen.draft(Step::new(name).with("sourceColumn", &column))).collect();
            // Counts are computed anew for each draft; what is on screen comes first.
            let mut middle = |at: usize| {
                drafts.sort_by(|a, b| a[at].total_cmp(&b[at]));
                drafts[drafts.len() / 2][at]
            };
            let (shown, counted) = (middle(0), middle(1));
            writeln!(report, "draft of {name:<16} shown after {:.0} ms, counted after {counted:.2} s", shown * 1000.0)
                .unwrap();
        }
    }
    drop(screen);
    let _ = std::fs::remove_dir_all(&folder);
    report
}
