//! `cargo bench -- window FILE [SECONDS]`: the window on a file, without a display: what a frame costs while one scrolls, and how long
//! answers take. Each figure is told as soon as it is found; what takes more than SECONDS (120) is told as not done, and given up.
//!
//! A frame is `logic`, `ui` and tessellation, in time of the window's thread on a processor; drawing by the graphics card is not in it.

use brewhouse::action::Action;
use brewhouse::model::sheet::{BLOCK_ROWS, Only};
use brewhouse::model::{Model, Place};
use brewhouse::times::thread_time;
use brewhouse::window::Window;
use brewhouse::worker::{Places, Slot};
use brewhouse_engine::facet::{Filter, Test};
use brewhouse_engine::recipe::Step;
use brewhouse_engine::types::TypeClass;
use eframe::egui::{
    Context, Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, RawInput, Rect, TouchPhase, Vec2, ViewportId,
    pos2, vec2,
};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// Tells a figure at once.
macro_rules! say {
    ($($words:tt)*) => {{
        let mut out = std::io::stdout().lock();
        writeln!(out, $($words)*).and_then(|()| out.flush()).unwrap();
    }};
}

const SIZE: Vec2 = Vec2::new(1440.0, 900.0);
/// Frames at the top, in the middle and at the end of the table each.
const FRAMES: usize = 200;
/// A frame that takes longer is felt.
const BLOCKING: Duration = Duration::from_millis(50);
/// What is a matter of a moment may take this long on a busy machine.
const SOON: Duration = Duration::from_mins(1);

/// As a keyboard tells it.
const CONTROL: Modifiers = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };

/// What took longer than there is time for.
struct TooLong(Duration);

type Timed<T> = Result<T, TooLong>;

struct Screen {
    ctx: Context,
    window: Window,
    start: Instant,
    limit: Duration,
    /// Frames in all, and those that held the window for longer than [`BLOCKING`]: by the time of its thread, and by the clock.
    frames: [usize; 3],
    /// The most memory of its own that the process had at any frame, in bytes.
    memory: u64,
}

impl Screen {
    fn open(path: &Path, folder: &Path, limit: Duration) -> Self {
        let ctx = Context::default();
        let start = Instant::now();
        let window = Window::new(&ctx, Places::below(folder), vec![path.to_owned()]);
        Self { ctx, window, start, limit, frames: [0; 3], memory: 0 }
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
        let mut output = self.ctx.run_ui(input, |ui| {
            if std::mem::take(&mut first) {
                window.logic(ui.ctx());
            }
            window.ui(ui);
        });
        // There is no graphics card to take the glyphs.
        output.textures_delta.clear();
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
    fn until(&mut self, holds: impl Fn(&Model) -> bool) -> Timed<f64> {
        self.within(self.limit, holds)
    }

    fn within(&mut self, limit: Duration, holds: impl Fn(&Model) -> bool) -> Timed<f64> {
        let start = Instant::now();
        loop {
            self.frame(Vec::new());
            if holds(self.window.model()) {
                return Ok(start.elapsed().as_secs_f64());
            }
            if start.elapsed() > limit {
                return Err(TooLong(limit));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn act(&mut self, action: Action) {
        let ctx = self.ctx.clone();
        self.window.act(&ctx, action);
    }

    fn press(&mut self, key: Key, modifiers: Modifiers) {
        let press = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
        self.frame(vec![press(true), press(false)]);
    }

    /// The first and the last row of the blocks on screen, and the first column.
    fn place(&self) -> (u64, u64, usize) {
        let Some(sheet) = self.window.model().shown() else { return (0, 0, 0) };
        let rows = &sheet.in_view.0;
        (rows.start * BLOCK_ROWS, (rows.end * BLOCK_ROWS).min(sheet.rows), sheet.seen.first().copied().unwrap_or(0))
    }

    /// Waits until the rows on screen are there; the milliseconds it took.
    fn rows_are_there(&mut self) -> f64 {
        let seconds = self.within(SOON, |model| {
            model.shown().is_some_and(|sheet| {
                let (rows, columns) = &sheet.in_view;
                rows.clone().all(|row| columns.iter().all(|column| sheet.blocks.contains_key(&(row, *column))))
            })
        });
        seconds.unwrap_or(f64::INFINITY) * 1000.0
    }

    /// Scrolls by wheel, down and to the right or back: the time of each frame. It ends elsewhere than it began.
    fn wheel(&mut self, down: f32) -> Vec<Duration> {
        self.frame(vec![Event::PointerMoved(pos2(700.0, 500.0))]);
        let before = self.place();
        let spent = (0..FRAMES).map(|at| {
            let sideways = if at % 7 == 0 { 120.0 * down } else { 0.0 };
            let wheel = Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(-sideways, -900.0 * down),
                phase: TouchPhase::Move,
                source: eframe::egui::MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            };
            let spent = self.frame(vec![wheel]);
            std::thread::sleep(Duration::from_millis(4));
            spent
        });
        let spent = spent.collect();
        let rows = self.window.model().shown().map_or(0, |sheet| sheet.rows);
        assert!(rows < 4 * BLOCK_ROWS || self.place().0 != before.0, "the grid did not scroll from {before:?}");
        spent
    }

    /// Scrolls at the top, in the middle and at the end, and tells what the frames took.
    fn scroll(&mut self, what: &str) {
        let rows = self.window.model().shown().map_or(0, |sheet| sheet.rows);
        // The keys belong to the grid once it was clicked.
        let at = pos2(700.0, 500.0);
        for pressed in [true, false] {
            let click =
                Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
            self.frame(vec![Event::PointerMoved(at), click]);
        }
        let mut all = Vec::new();
        for (name, part) in [("top", 0.0), ("middle", 0.5), ("end", 1.0)] {
            // The wheel turns on for a while after the last turn.
            for _ in 0..60 {
                self.frame(Vec::new());
            }
            match name {
                "top" => self.press(Key::Home, CONTROL),
                "end" => self.press(Key::End, CONTROL),
                _ => self.act(Action::GoToRow(rows / 2)),
            }
            self.frame(Vec::new());
            self.frame(Vec::new());
            let shown = self.rows_are_there();
            let (first, end, _) = self.place();
            let there = match name {
                "top" => first == 0,
                "end" => end == rows,
                _ => (first..end).contains(&(rows / 2)) || first.abs_diff(rows / 2) < BLOCK_ROWS,
            };
            assert!(there, "the {name} is not reached: rows {first} to {end} of {rows}");
            let mut spent = self.wheel(if part == 1.0 { -1.0 } else { 1.0 });
            let there = self.rows_are_there();
            let (last, _, column) = self.place();
            say!(
                "  {what}, {name:<7} rows there {shown:.0} ms after the leap, {there:.0} ms after the last of {FRAMES} turns of the wheel; row {first} to {last}, column {column}: {}",
                percentiles(&mut spent)
            );
            all.extend(spent);
        }
        say!("{what:<34} {}", percentiles(&mut all));
        self.press(Key::Home, CONTROL);
        self.rows_are_there();
    }

    /// A draft that is given up while it is counted: seconds until nothing works on it any more.
    fn cancel(&mut self, step: Step) -> Timed<f64> {
        let at = self.window.model().steps().len();
        self.act(Action::Draft(Some((Box::new(step), Place::New(at), Only::All))));
        self.until(|model| model.draft.as_ref().is_some_and(|d| d.sheet.value().is_some()))?;
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
        Ok(begin.elapsed().as_secs_f64())
    }

    /// Steps that are added and taken back: seconds until the table before is on screen again.
    fn undo(&mut self, steps: Vec<Step>) -> Timed<f64> {
        let before = self.key();
        self.add(steps)?;
        self.act(Action::Undo);
        self.until(|model| model.sheet.waiting().is_none() && model.sheet.value().map(|sheet| sheet.key) == before)
    }

    fn key(&self) -> Option<u64> {
        self.window.model().sheet.value().map(|sheet| sheet.key)
    }

    /// Adds steps: seconds until the table after them is on screen.
    fn add(&mut self, steps: Vec<Step>) -> Timed<f64> {
        let before = self.key();
        self.act(Action::PasteSteps(steps));
        self.until(|model| model.sheet.waiting().is_none() && model.sheet.value().map(|sheet| sheet.key) != before)
    }

    /// Looks at a part or at another order of the rows: seconds until it is on screen.
    fn look(&mut self, action: Action) -> Timed<f64> {
        self.act(action);
        let seconds = self.until(|model| {
            !model.lens.is_empty() && model.looked.waiting().is_none() && model.looked.value().is_some()
        });
        self.act(Action::ClearFilter(None));
        self.within(SOON, |model| model.lens.is_empty())?;
        seconds
    }

    /// The difference between the file and the table after steps: seconds until it is shown, and until it is counted.
    fn compare(&mut self, steps: Vec<Step>) -> Timed<[f64; 2]> {
        let count = steps.len();
        self.add(steps)?;
        let begin = Instant::now();
        self.act(Action::Compare(Some((0, count))));
        let shown =
            self.until(|model| model.compare.as_ref().is_some_and(|compare| compare.difference.value().is_some()))?;
        self.until(|model| {
            let difference = model.compare.as_ref().and_then(|compare| compare.difference.value());
            difference.is_some_and(|difference| difference.counted)
        })?;
        Ok([shown, begin.elapsed().as_secs_f64()])
    }

    /// A draft at the end of the recipe: seconds until its effect is on screen, and until it is counted on all rows.
    fn draft(&mut self, step: Step) -> Timed<[f64; 2]> {
        let at = self.window.model().steps().len();
        self.act(Action::Draft(Some((Box::new(step), Place::New(at), Only::All))));
        let begin = Instant::now();
        let sheet = |model: &Model| model.draft.as_ref().is_some_and(|draft| draft.sheet.value().is_some());
        let shown = self.until(sheet)?;
        self.until(|model| {
            let sheet = model.draft.as_ref().and_then(|draft| draft.sheet.value());
            sheet.and_then(|sheet| sheet.effect).is_some_and(|effect| effect.counted)
        })?;
        let counted = begin.elapsed().as_secs_f64();
        self.act(Action::Draft(None));
        self.until(|model| model.draft.is_none())?;
        Ok([shown, counted])
    }

    /// Leaves whatever is open and under way, and goes back to the file as it was read.
    fn leave(&mut self) {
        self.act(Action::Draft(None));
        self.act(Action::Compare(None));
        self.act(Action::ClearFilter(None));
        while !self.window.model().steps().is_empty() {
            self.act(Action::Undo);
        }
        let _ = self.within(SOON, |model| model.sheet.waiting().is_none());
        let begin = Instant::now();
        let working =
            |screen: &Self| [Slot::Draft, Slot::Compare, Slot::Look].iter().any(|slot| screen.window.is_busy_in(*slot));
        while working(self) && begin.elapsed() < SOON {
            self.frame(Vec::new());
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Does something so many times and tells the median of each figure, or that there was no time for it.
    fn measure<const N: usize>(
        &mut self,
        times: usize,
        mut work: impl FnMut(&mut Self) -> Timed<[f64; N]>,
        tell: impl Fn([f64; N]) -> String,
    ) {
        let mut taken = Vec::new();
        for _ in 0..times {
            let one = work(self);
            self.leave();
            match one {
                Ok(one) => taken.push(one),
                Err(TooLong(limit)) => {
                    say!("{}", tell([f64::NAN; N]).replace("NaN", "–"));
                    say!("  not done in {} s", limit.as_secs());
                    return;
                }
            }
        }
        say!(
            "{}",
            tell(std::array::from_fn(|at| {
                taken.sort_by(|a, b| a[at].total_cmp(&b[at]));
                taken[taken.len() / 2][at]
            }))
        );
    }
}

/// Median, 99th percentile and the longest, in milliseconds.
fn percentiles(spent: &mut [Duration]) -> String {
    spent.sort_unstable();
    let [median, most, longest] =
        [50, 99, 100].map(|share| spent[(spent.len() - 1) * share / 100].as_secs_f64() * 1000.0);
    format!("median {median:.2} ms, 99 % {most:.2} ms, longest {longest:.2} ms")
}

/// Measures the window on a file; what takes longer than the limit is given up.
pub(super) fn bench(path: &Path, limit: Duration) {
    let folder = std::env::temp_dir().join(format!("brewhouse-bench-window-{}", std::process::id()));
    let mut screen = Screen::open(path, &folder, limit);
    if let Err(TooLong(limit)) = parts(&mut screen) {
        say!("not open after {} s", limit.as_secs());
    }
    drop(screen);
    let _ = std::fs::remove_dir_all(&folder);
}

fn parts(screen: &mut Screen) -> Timed<()> {
    let first = screen.until(|model| model.shown().is_some_and(|sheet| !sheet.blocks.is_empty()))?;
    let (rows, columns) = screen.window.model().shown().map_or((0, 0), |sheet| (sheet.rows, sheet.columns.len()));
    say!("{rows} rows x {columns} columns; first rows after {first:.2} s");
    let all = first + screen.until(|model| model.sheet.value().is_some_and(|sheet| sheet.exact))?;
    let rows = screen.window.model().shown().map_or(0, |sheet| sheet.rows);
    say!("all {rows} rows after {all:.2} s");
    // Before anything has to look at every row.
    screen.scroll("frame, figures still counted");
    screen.tell_memory("after scrolling");
    match screen.until(|model| {
        model.shown().is_some_and(|sheet| {
            let known = |at: &usize| sheet.columns.get(*at).is_none_or(|c| sheet.facts.contains_key(&c.name));
            !sheet.seen.is_empty() && sheet.seen.iter().all(known) && sheet.stale.is_empty()
        })
    }) {
        Ok(seconds) => say!("figures of the columns on screen after {seconds:.2} s more"),
        Err(TooLong(limit)) => say!("figures of the columns on screen: not done in {} s", limit.as_secs()),
    }
    screen.tell_memory("after the figures");
    screen.scroll("frame, at rest");
    steps(screen);
    let [frames, thread, clock] = screen.frames;
    say!("{frames} frames; over 50 ms: {thread} by the thread's time, {clock} by the clock");
    screen.tell_memory("in all");
    Ok(())
}

/// Drafts, giving up, undoing, filters, sorts, groups and comparing, on the first columns of their kinds.
fn steps(screen: &mut Screen) {
    let first = |screen: &Screen, class: TypeClass| {
        let sheet = screen.window.model().shown()?;
        sheet.columns.iter().find(|column| column.class == class).map(|column| column.name.clone())
    };
    let on = |name: &str, column: &str| Step::new(name).with("sourceColumn", column);
    let (text, decimal) = (first(screen, TypeClass::Text), first(screen, TypeClass::Decimal));
    let whole = first(screen, TypeClass::Whole);
    let mut drafts = Vec::new();
    if let Some(column) = &text {
        drafts.extend([on("UPPER_CASE", column), on("REMOVE_MISSING", column)]);
        drafts.push(on("CHANGE_DATA_TYPE", column).with("columnDataType", "double"));
    }
    if let Some(column) = &decimal {
        drafts.push(on("FILL_WITH_AVERAGE", column));
        drafts.push(on("CHANGE_DATA_TYPE", column).with("columnDataType", "string"));
    }
    if let Some(column) = &whole {
        drafts.push(on("CHANGE_DATA_TYPE", column).with("columnDataType", "double"));
    }
    for step in drafts {
        let words = step.params().iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" to ");
        let name = format!("draft of {} {words}", step.operation());
        screen.measure(
            3,
            |screen| screen.draft(step.clone()),
            |[shown, counted]| format!("{name:<44} shown after {:.0} ms, counted after {counted:.2} s", shown * 1000.0),
        );
    }
    if let Some(column) = &decimal {
        let range = Test::Range { low: Some(10.0), high: Some(20.0), closed: false };
        let filter = Action::Filter(Filter::of(column, range));
        screen.measure(
            3,
            |screen| Ok([screen.look(filter.clone())?]),
            |[seconds]| format!("a range of {column:<33} shown after {seconds:.2} s"),
        );
        let sort = Action::SortView { column: column.clone(), beside: false };
        screen.measure(
            3,
            |screen| Ok([screen.look(sort.clone())?]),
            |[seconds]| format!("rows in the order of {column:<23} shown after {seconds:.2} s"),
        );
    }
    let Some(column) = text else { return };
    let group = Step::new("GROUP_BY").with("sourceColumns", format!("[\"{column}\"]")).with(
        "groupByAggFunctionOptions",
        format!(
            "[{{\"sourceColumnName\":\"{column}\",\"targetColumnName\":\"rows of it\",\"functionName\":\"COUNT\"}}]"
        ),
    );
    // Another time it would be there already.
    screen.measure(
        1,
        |screen| Ok([screen.add(vec![group.clone()])?]),
        |[seconds]| format!("groups of {column:<34} shown after {seconds:.2} s"),
    );
    let upper = on("UPPER_CASE", &column);
    screen.measure(
        3,
        |screen| Ok([screen.cancel(upper.clone())?]),
        |[seconds]| format!("a draft given up ends after {:.0} ms", seconds * 1000.0),
    );
    screen.measure(
        3,
        |screen| Ok([screen.undo(vec![upper.clone()])?]),
        |[seconds]| format!("a step undone after {:.0} ms", seconds * 1000.0),
    );
    let two = vec![upper.clone(), on("REMOVE_MISSING", &column)];
    screen.measure(
        1,
        |screen| screen.compare(two.clone()),
        |[shown, counted]| format!("difference of two steps: shown after {shown:.2} s, counted after {counted:.2} s"),
    );
}

impl Screen {
    fn tell_memory(&mut self, when: &str) {
        self.memory = self.memory.max(own_memory());
        let (now, most) = (own_memory() / 1_000_000, self.memory / 1_000_000);
        say!("memory of its own {when}: {now} MB, at most {most} MB");
    }
}

/// Memory of this process that no file stands behind.
fn own_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}
