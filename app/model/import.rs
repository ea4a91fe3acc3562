//! How a file is read: what was found, and what a person chose instead, kept in the dataset's options as the project file holds them.

use brewhouse_engine::plan::columns_treated;
use brewhouse_engine::recipe::Step;
use brewhouse_engine::source::{ColumnVerdict, DateOrder, TextFacts};
use brewhouse_engine::types::{TypeClass, dtype_of_word};
use brewhouse_engine::values::grouped;
use serde_json::{Map, Value, json};

/// What was found when a file of text was read.
#[derive(Clone, Debug)]
pub struct Import {
    /// Layout, lines, records set aside.
    pub text: TextFacts,
    /// What was decided about each column, and why.
    pub verdict: Vec<ColumnVerdict>,
    /// The sheets of a workbook, the one that was read first.
    pub sheets: Vec<String>,
}

/// A change of how a file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The character between fields; none: as found.
    Delimiter(Option<char>),
    /// The character around fields, or that there is none; none: as found.
    Quote(Option<Option<char>>),
    /// Whether a record holds the names; none: as found.
    Header(Option<bool>),
    /// The name of the encoding; none: as found.
    Encoding(Option<String>),
    /// Whether a word stands for a missing value.
    Missing(String, bool),
    /// Whether a column is kept as text.
    KeepText(String, bool),
    /// Whether a comma in a number is always the decimal point.
    DecimalComma(bool),
    /// The order of day and month where the data proves none.
    DateOrder(Option<DateOrder>),
    /// Whether records with too few fields are filled up.
    FillShort(bool),
    /// The sheet of a workbook.
    Sheet(String),
}

impl Choice {
    /// What the history says about it.
    pub fn label(&self) -> String {
        match self {
            Self::Delimiter(_) => "Read with another delimiter".into(),
            Self::Quote(_) => "Read with another quote".into(),
            Self::Header(_) => "Read the header otherwise".into(),
            Self::Encoding(_) => "Read in another encoding".into(),
            Self::Missing(word, true) => format!("Read {word} as missing"),
            Self::Missing(word, false) => format!("Read {word} as it stands"),
            Self::KeepText(column, true) => format!("Read {column} as text"),
            Self::KeepText(column, false) => format!("Read {column} with its type"),
            Self::DecimalComma(_) => "Read numbers otherwise".into(),
            Self::DateOrder(_) => "Read dates otherwise".into(),
            Self::FillShort(true) => "Fill up short records".into(),
            Self::Sheet(name) => format!("Read sheet {name}"),
            Self::FillShort(false) => "Set short records aside".into(),
        }
    }

    /// Puts it into the options of a dataset. Types that were stored for another way of reading give way.
    pub fn apply(&self, options: &mut Map<String, Value>) {
        options.shift_remove("Columns");
        options.shift_remove("Fingerprint");
        let format = options.entry("FormatOptions").or_insert_with(|| json!({}));
        if let Self::Sheet(name) = self {
            let sheet = json!({ "SheetNames": [name] });
            let excel = format.as_object_mut().map(|format| format.entry("Excel").or_insert_with(|| json!({})));
            if let Some(excel) = excel.and_then(Value::as_object_mut) {
                excel.shift_remove("SheetIndexes");
                excel.extend(sheet.as_object().cloned().unwrap_or_default());
            }
            return;
        }
        let Some(csv) = format.as_object_mut().map(|format| format.entry("Csv").or_insert_with(|| json!({}))) else {
            return;
        };
        let Some(csv) = csv.as_object_mut() else { return };
        let mut set = |key: &str, value: Option<Value>| match value {
            Some(value) => drop(csv.insert(key.to_owned(), value)),
            None => drop(csv.shift_remove(key)),
        };
        match self {
            Self::Delimiter(mark) => set("Delimiter", mark.map(|mark| json!(mark.to_string()))),
            Self::Quote(mark) => set("Quote", mark.map(|mark| json!(mark.map(String::from)))),
            Self::Header(header) => set("HeaderRow", header.map(Value::from)),
            Self::Encoding(name) => set("Encoding", name.clone().map(Value::from)),
            Self::DecimalComma(on) => set("DecimalComma", on.then_some(json!(true))),
            Self::DateOrder(order) => set("DateOrder", order.map(|order| json!(order.word()))),
            Self::FillShort(on) => set("FillShortRecords", on.then_some(json!(true))),
            // Said above: it is no option of delimited text.
            Self::Sheet(_) => {}
            Self::Missing(word, on) => change(csv, "NullWords", word, *on),
            Self::KeepText(column, on) => change(csv, "TextColumns", column, *on),
        }
    }
}

// Puts a word into a list of options, or takes it out.
fn change(csv: &mut Map<String, Value>, key: &str, word: &str, on: bool) {
    let mut words: Vec<String> = words(csv.get(key)).into_iter().filter(|other| other != word).collect();
    if on {
        words.push(word.to_owned());
    }
    if words.is_empty() {
        csv.shift_remove(key);
    } else {
        csv.insert(key.to_owned(), json!(words));
    }
}

fn words(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What a person chose, as far as it was chosen.
#[derive(Clone, Debug, Default)]
pub struct Chosen(Map<String, Value>);

impl Chosen {
    /// What the options of a dataset say.
    pub fn of(options: &Map<String, Value>) -> Self {
        let csv = options.get("FormatOptions").and_then(|format| format.get("Csv")).and_then(Value::as_object);
        Self(csv.cloned().unwrap_or_default())
    }

    /// Whether something was chosen here: Delimiter, Quote, HeaderRow, Encoding, DateOrder.
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether a switch is on: DecimalComma, FillShortRecords.
    pub fn is_on(&self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Words that stand for a missing value.
    pub fn missing(&self) -> Vec<String> {
        words(self.0.get("NullWords"))
    }

    /// Whether a column is kept as text.
    pub fn keeps_text(&self, column: &str) -> bool {
        words(self.0.get("TextColumns")).iter().any(|name| name == column)
    }
}

/// Something that a person has to decide, because the data does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is so.
    pub words: String,
    /// What can be done about it by one click: its words, and the change.
    pub answers: Vec<(String, Choice)>,
}

// Below this nobody should take a layout for granted.
const SURE: f64 = 0.7;

impl Import {
    /// What a person has to decide, the weightiest first. Codes that look like numbers are no question: they stay what they are.
    /// Nor are columns of which a step decides what their odd values become.
    pub fn questions(&self, steps: &[Step]) -> Vec<Question> {
        let mut questions: Vec<Question> = self.layout_question().into_iter().chain(self.aside_question()).collect();
        let mut asked: Vec<(&ColumnVerdict, Question)> = Vec::new();
        for question in [date_question, exception_question] {
            asked.extend(self.verdict.iter().filter_map(|verdict| Some((verdict, question(verdict)?))));
        }
        if !asked.is_empty() {
            let treated = columns_treated(steps);
            asked.retain(|(verdict, _)| !treated.contains(&verdict.name));
        }
        questions.extend(asked.into_iter().map(|(_, question)| question));
        questions
    }

    fn layout_question(&self) -> Option<Question> {
        let dialect = &self.text.dialect;
        let other = dialect.runner_up.filter(|_| self.sheets.is_empty() && dialect.confidence < SURE)?;
        let answers = vec![
            (format!("By {}", mark(dialect.delimiter)), Choice::Delimiter(Some(dialect.delimiter))),
            (format!("By {}", mark(other)), Choice::Delimiter(Some(other))),
        ];
        let words = format!("The fields may be parted by {} or by {}", mark(dialect.delimiter), mark(other));
        Some(Question { words, answers })
    }

    fn aside_question(&self) -> Option<Question> {
        let aside = &self.text.set_aside;
        let first = aside.first.first()?;
        let reasons: Vec<&str> = aside.reasons.iter().take(2).map(|reason| reason.reason.as_str()).collect();
        let records =
            if aside.records == 1 { "1 record is" } else { &format!("{} records are", grouped(aside.records)) };
        let words = format!("{records} set aside: {}; first on line {}", reasons.join(", "), grouped(first.line));
        let short = reasons.first().is_some_and(|reason| reason.starts_with("too few fields"));
        let answers = short.then(|| ("Fill them up".to_owned(), Choice::FillShort(true))).into_iter().collect();
        Some(Question { words, answers })
    }

    /// About where a line of the file stands among the rows; exact where each record is one line.
    pub fn row_of(&self, line: u64) -> u64 {
        let before = self.text.set_aside.first.iter().filter(|reject| reject.line < line).count() as u64;
        line.saturating_sub(self.text.dialect.first_data_line).saturating_sub(before)
    }

    /// Columns that a person may want to look at: they look like something and stayed text.
    pub fn open_questions(&self) -> usize {
        self.verdict.iter().filter(|verdict| verdict.reason.is_some()).count()
    }
}

fn mark(mark: char) -> String {
    match mark {
        ',' => "a comma".into(),
        ';' => "a semicolon".into(),
        '\t' => "a tab".into(),
        '|' => "a pipe".into(),
        ':' => "a colon".into(),
        ' ' => "a blank".into(),
        other => format!("“{other}”"),
    }
}

// Dates whose day and month nothing proves, or that are written without leading zeros.
fn date_question(verdict: &ColumnVerdict) -> Option<Question> {
    let name = short(&verdict.name);
    let words = match verdict.orders.as_slice() {
        [] => return None,
        [DateOrder::DayFirst] => format!("{name} looks like dates without leading zeros, the day first"),
        [DateOrder::MonthFirst] => format!("{name} looks like dates without leading zeros, the month first"),
        _ => format!("{name}: which of the two is the day, in all of its dates?"),
    };
    let answer = |order: &DateOrder| {
        let words = match (order, verdict.orders.len()) {
            (_, 1) => "Read as dates",
            (DateOrder::DayFirst, _) => "Day first",
            (DateOrder::MonthFirst, _) => "Month first",
        };
        (words.to_owned(), Choice::DateOrder(Some(*order)))
    };
    let keep = ("Keep as text".to_owned(), Choice::KeepText(verdict.name.clone(), true));
    Some(Question { words, answers: verdict.orders.iter().map(answer).chain([keep]).collect() })
}

// A column that would be numbers or dates, were it not for a few words.
fn exception_question(verdict: &ColumnVerdict) -> Option<Question> {
    let like = verdict.looks_like.as_deref()?;
    let (turned, odd): (Vec<_>, Vec<_>) = verdict.faults.iter().partition(|fault| fault.is_turned_date());
    let [fault] = odd.as_slice() else { return None };
    // Of dates in several orders no word is the exception.
    if turned.len() > usize::from(like == "date") || !fault.is_words() || fault.count * 2 > verdict.values {
        return None;
    }
    let kind = dtype_of_word(like).map_or("other", |dtype| TypeClass::of(&dtype).words());
    let (count, noun) = (grouped(fault.count), if fault.count == 1 { "value" } else { "values" });
    let line = fault.lines.first().copied().unwrap_or_default();
    Some(Question {
        words: format!(
            "{} is {kind} but for {count} {noun}: “{}” on line {}",
            short(&verdict.name),
            short(&fault.example),
            grouped(line)
        ),
        answers: vec![
            (format!("“{}” is missing", short(&fault.example)), Choice::Missing(fault.example.clone(), true)),
            ("Keep as text".into(), Choice::KeepText(verdict.name.clone(), true)),
        ],
    })
}

fn short(text: &str) -> String {
    if text.chars().count() > 24 { text.chars().take(23).chain(['…']).collect() } else { text.to_owned() }
}
