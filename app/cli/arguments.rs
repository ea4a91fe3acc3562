//! What may be typed: the arguments of every command, declared once for parsing, help and shell completions.

use brewhouse_engine::Result;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

const AFTER: &str = "Exit codes: 0 success; 1 the data broke a rule of the recipe, or records were set aside; 2 could not run; 130 interrupted; 143 terminated.\n\
    A dash stands for standard input or output: brewhouse run clean.recipe.json --input - --input-format csv --output - --format csv";

/// Clean, shape and check tables, and run the recipe to Parquet. Without a command, the window opens.
#[derive(Parser)]
#[command(name = "brewhouse", version, about, after_help = AFTER, args_conflicts_with_subcommands = true)]
struct Cli {
    /// Data files, a project or a recipe to open in the window
    files: Vec<PathBuf>,
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options that every command takes.
#[derive(Args, Clone, Copy)]
pub struct Options {
    /// Tell the chain of causes of an error
    #[arg(long, global = true)]
    pub verbose: bool,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Run a recipe or a project and write its output
    Run(Box<RunArguments>),
    /// Tell every problem of every step, and the columns after each, without running
    Check(CheckArguments),
    /// Show the first rows after a step
    Preview(PreviewArguments),
    /// Tell what a file is: layout, lines, and the type of every column with its exceptions
    Inspect(InspectArguments),
    /// Tell whether the files of a receipt are still those that the run read and wrote
    Verify(VerifyArguments),
    /// Look at a table: figures of every column, on all rows, as a table, a report or JSON
    Profile(Box<ProfileArguments>),
    /// The reference: every operation, or one
    Operations(OperationsArguments),
    /// JSON Schema of recipe files, for editors
    Schema,
    /// Write a recipe as JSON, as YAML, or exactly as the DataBrew API takes it
    Convert(ConvertArguments),
    /// Completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Where data comes from; shared by run, check and preview.
#[derive(Args)]
pub(super) struct InputArguments {
    /// A recipe (JSON or YAML) or a project (NAME.brewhouse.json)
    #[arg(value_name = "RECIPE|PROJECT")]
    pub recipe: PathBuf,
    /// The data: a file, a folder, a pattern, or - for standard input; several make one table
    #[arg(long, value_name = "PATH")]
    pub input: Vec<String>,
    #[command(flatten)]
    pub data: DataArguments,
}

/// How data is read, and what a run knows beside it; shared by run, check, preview and profile.
#[derive(Args)]
pub(super) struct DataArguments {
    /// The format of the input, when its name does not tell: csv, json, excel, parquet, arrow, avro
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<String>,
    /// A further dataset, for JOIN and UNION
    #[arg(long, value_name = "NAME=PATH")]
    pub dataset: Vec<String>,
    #[command(flatten)]
    pub paths: PathArguments,
    #[command(flatten)]
    pub reading: ReadingArguments,
    /// A value for {NAME} in paths and parameters
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// The instant that TODAY and NOW yield, such as 2024-02-29 or 2024-02-29T23:30:00Z
    #[arg(long, value_name = "T")]
    pub now: Option<String>,
    /// The time zone of dates that name none
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub time_zone: String,
    /// The seed of everything random
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Use only the first rows of the input
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// A file with secrets, NAME=VALUE a line, readable by its owner alone; otherwise secrets come from BREWHOUSE_SECRET_NAME, or from the key store of the system: service brewhouse, NAME
    #[arg(long, value_name = "FILE")]
    pub secrets: Option<PathBuf>,
    /// How many threads to use
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

/// How text is to be read, where the data does not tell; shared by run, check, preview and inspect.
#[derive(Args)]
#[command(next_help_heading = "Reading text")]
pub(super) struct ReadingArguments {
    /// A word that stands for a missing value
    #[arg(long, value_name = "WORD")]
    pub null: Vec<String>,
    /// A column that is kept as text, whatever it looks like
    #[arg(long, value_name = "COLUMN")]
    pub text: Vec<String>,
    /// The encoding: utf-8, utf-16le, windows-1252, iso-8859-15, shift_jis, gb18030, big5, euc-kr, koi8-r ...
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// The character between fields; tab for a tab
    #[arg(long, value_name = "C")]
    pub delimiter: Option<String>,
    /// The character around fields; none for no quoting
    #[arg(long, value_name = "C")]
    pub quote: Option<String>,
    /// The character that takes the meaning from a quote or a delimiter, such as a backslash; none for none
    #[arg(long, value_name = "C")]
    pub escape: Option<String>,
    /// The widths of the columns of text of fixed width, such as 10,5,8 (0 for a last one of any width), or find
    #[arg(long, value_name = "N,…|find", conflicts_with_all = ["delimiter", "quote", "escape"])]
    pub widths: Option<String>,
    /// The first record is data, not the names of the columns
    #[arg(long, conflicts_with = "header")]
    pub no_header: bool,
    /// The first record, or so many, hold the names of the columns
    #[arg(long, value_name = "RECORDS", num_args = 0..=1, default_missing_value = "1")]
    pub header: Option<usize>,
    /// Lines before the table
    #[arg(long, value_name = "N")]
    pub skip_lines: Option<usize>,
    /// What lines of comments begin with
    #[arg(long, value_name = "PREFIX")]
    pub comment: Option<String>,
    /// A comma in a number is always the decimal point
    #[arg(long)]
    pub decimal_comma: bool,
    /// The order of day and month where the data proves none: dmy or mdy
    #[arg(long, value_name = "ORDER")]
    pub date_order: Option<String>,
    /// The sheet of a workbook, by name or number
    #[arg(long, value_name = "NAME|N")]
    pub sheet: Option<String>,
    /// The secret with the key of encrypted Parquet that does not name its key
    #[arg(long, value_name = "SECRET")]
    pub input_key: Option<String>,
    /// The secret with the key of a column of encrypted Parquet that does not name it: COLUMN=SECRET (a.list.element for parts)
    #[arg(long, value_name = "COLUMN=SECRET")]
    pub input_column_key: Vec<String>,
    /// Fill up records with too few fields instead of setting them aside
    #[arg(long)]
    pub fill_short: bool,
    /// Look at every value anew, even where the file was looked at before and did not change
    #[arg(long)]
    pub no_cache: bool,
}

/// Which files make the table, and what their paths tell; shared by run, check, preview, profile and inspect.
#[derive(Args)]
#[command(next_help_heading = "Several files")]
pub(super) struct PathArguments {
    /// What {NAME} in a path is: text, a number, or a date in a layout: country, id:number, day:date:yyyy-MM-dd. A path may also hold
    /// regular expressions: 'in/<\d+>.csv'
    #[arg(long, value_name = "NAME[:KIND]")]
    pub path_parameter: Vec<String>,
    /// What {NAME} stood for becomes a column
    #[arg(long, value_name = "NAME")]
    pub path_column: Vec<String>,
    /// Only files whose {NAME} passes: "country starts_with 'd'", "id >= 10", "day relative_after -30d"
    #[arg(long, value_name = "NAME CONDITION")]
    pub path_filter: Vec<String>,
    /// Only the files that were changed last
    #[arg(long, value_name = "N", conflicts_with = "oldest")]
    pub newest: Option<usize>,
    /// Only the files that were changed first
    #[arg(long, value_name = "N")]
    pub oldest: Option<usize>,
    /// Only files changed at such a time: "after 2024-01-31", "relative_after -7d" (s, m, h, d, w, M for months, y)
    #[arg(long, value_name = "CONDITION")]
    pub modified: Option<String>,
    /// A column for the name of the file that a row comes from
    #[arg(long, value_name = "COLUMN")]
    pub file_column: Option<String>,
    /// Folders such as year=2024 are no columns
    #[arg(long)]
    pub no_folder_columns: bool,
}

/// What `inspect` takes.
#[derive(Args)]
pub struct InspectArguments {
    /// The data: a file, a folder, a pattern, or - for standard input; several make one table
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
    /// The format, when the name does not tell: csv, json, excel, parquet, arrow, avro
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<String>,
    #[command(flatten)]
    pub(super) paths: PathArguments,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
    /// The report as JSON
    #[arg(long)]
    pub json: bool,
    /// Keep types and layout in the dataset of this project, so that the next file is read the same way and what differs is told
    #[arg(long, value_name = "PROJECT")]
    pub store: Option<PathBuf>,
    /// The dataset of the project that is meant, by its name; the main one without it
    #[arg(long, value_name = "NAME", requires = "store")]
    pub dataset: Option<String>,
}

/// What `verify` takes.
#[derive(Args)]
pub struct VerifyArguments {
    /// The receipt that run --receipt wrote
    #[arg(value_name = "RECEIPT")]
    pub receipt: PathBuf,
    /// The report as JSON
    #[arg(long)]
    pub json: bool,
}

/// What `run` takes.
#[derive(Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// Where the result goes: a file, a folder (with --partition-by or --max-rows-per-file), or - for standard output
    #[arg(long, value_name = "PATH")]
    pub output: Option<String>,
    /// The format of the output, when its name does not tell: parquet, csv, json, arrow, avro, excel
    #[arg(long, value_name = "F")]
    pub format: Option<String>,
    /// zstd, snappy, gzip, lz4, brotli, deflate, bzip2 or none, as the format has it
    #[arg(long, value_name = "C")]
    pub compression: Option<String>,
    /// The character between fields of delimited text: comma, colon, semicolon, pipe, tab, caret, backslash or space
    #[arg(long, value_name = "C")]
    pub output_delimiter: Option<String>,
    /// Put every field of delimited text between quotes
    #[arg(long)]
    pub quote_all: bool,
    /// Write delimited text with a byte order mark and Windows line ends, so that Excel reads its letters right
    #[arg(long)]
    pub for_excel: bool,
    /// Put an apostrophe before text in delimited output that a spreadsheet program would take for a formula
    #[arg(long)]
    pub guard_formulas: bool,
    /// Encrypt the output (Parquet) with the key of this secret; a reader finds its name in the file
    #[arg(long, value_name = "SECRET")]
    pub output_key: Option<String>,
    /// Encrypt a column with a key of its own: COLUMN=SECRET; all others take the key of the file
    #[arg(long, value_name = "COLUMN=SECRET", requires = "output_key")]
    pub output_column_key: Vec<String>,
    /// How hard to compress, where the compression has levels
    #[arg(long, value_name = "N")]
    pub compression_level: Option<i32>,
    /// Folders for each value of these columns
    #[arg(long, value_name = "COL,…", value_delimiter = ',')]
    pub partition_by: Vec<String>,
    /// Start another file after so many rows
    #[arg(long, value_name = "N")]
    pub max_rows_per_file: Option<u64>,
    /// Replace an existing output
    #[arg(long)]
    pub overwrite: bool,
    /// Write the receipt (JSON) here
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
    /// Leave the SHA-256 of the files out of the receipt
    #[arg(long)]
    pub no_digest: bool,
    /// Where records that do not fit are written; otherwise beside the output, as OUTPUT.rejects.csv
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Allow so many records that do not fit, and stop at more; otherwise any number is set aside and the exit code is 1
    #[arg(long, value_name = "N")]
    pub max_rejects: Option<u64>,
    /// Fail unless so many rows come out: 100, 100.., ..5000, 100..5000
    #[arg(long, value_name = "RANGE")]
    pub expect_rows: Option<String>,
    /// How much memory the run may take, such as 2GB; seven tenths of what is free when it begins, when nothing is said. What does not fit is
    /// worked on in files
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<String>,
    /// The folder for such files; otherwise that of the output
    #[arg(long, value_name = "FOLDER")]
    pub temp_folder: Option<PathBuf>,
    /// Check everything and say what would be done, without writing
    #[arg(long)]
    pub dry_run: bool,
    /// Append one JSON line about this run to a file
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// How progress is told on standard error
    #[arg(long, value_enum, default_value_t = ProgressKind::Auto)]
    pub progress: ProgressKind,
    /// Say nothing but errors
    #[arg(long)]
    pub quiet: bool,
}

/// How progress is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProgressKind {
    /// A bar on a terminal, else nothing
    Auto,
    /// JSON lines
    Json,
    /// Nothing
    None,
}

/// What `check` takes.
#[derive(Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// The report as JSON
    #[arg(long)]
    pub json: bool,
    /// Print the recipe or project with the columns that the data decide kept in its steps (PIVOT, ONE_HOT_ENCODING ...), so that
    /// later runs make the same ones or stop
    #[arg(long, conflicts_with = "json")]
    pub keep_columns: bool,
}

/// What `preview` takes.
#[derive(Args)]
pub struct PreviewArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// How many rows, at most a million
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub rows: u32,
    /// After which step; 0 is the source
    #[arg(long, value_name = "N")]
    pub step: Option<usize>,
    /// The rows as JSON
    #[arg(long)]
    pub json: bool,
}

const PROFILE_AFTER: &str = "Examples:
  brewhouse profile orders.csv
      a table of the columns
  brewhouse profile orders.csv --output orders.html
      a report with plots: one file, for any browser and for print
  brewhouse profile orders.csv --output orders.json
      the figures, in the shape of DataBrew's profile files
  brewhouse profile orders.csv --recipe clean.recipe.json
      the table after the steps of a recipe
  brewhouse profile shop.brewhouse.json --json
      the dataset of a project after its steps

Every figure is exact and counted on all rows. Empty text counts as missing, as in DataBrew.";

/// What `profile` takes.
#[derive(Args)]
#[command(after_help = PROFILE_AFTER)]
pub struct ProfileArguments {
    /// The data: a file, a folder, a pattern, or - for standard input; several make one table. Or a project (NAME.brewhouse.json)
    #[arg(value_name = "INPUT", required = true)]
    pub input: Vec<String>,
    /// A recipe (JSON or YAML) whose steps come first
    #[arg(long, value_name = "RECIPE")]
    pub recipe: Option<PathBuf>,
    /// Where the profile goes: FILE.json in the shape of DataBrew, FILE.html as a report with plots
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub overwrite: bool,
    /// Only these columns; duplicate rows are always those of the whole table
    #[arg(long, value_name = "COL,…", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// How many columns of numbers are correlated, from the first: a number or all
    #[arg(long, value_name = "N", default_value = "10")]
    pub correlate: String,
    /// The profile as JSON on standard output
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub(super) data: DataArguments,
    /// How progress is told on standard error
    #[arg(long, value_enum, default_value_t = ProgressKind::Auto)]
    pub progress: ProgressKind,
    /// Say nothing but errors
    #[arg(long)]
    pub quiet: bool,
}

/// What `operations` takes.
#[derive(Args)]
pub struct OperationsArguments {
    /// One operation
    pub name: Option<String>,
    /// As JSON
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
    /// As Markdown
    #[arg(long)]
    pub markdown: bool,
}

/// What `convert` takes.
#[derive(Args)]
pub struct ConvertArguments {
    /// A recipe or a project
    pub recipe: PathBuf,
    /// The notation
    #[arg(long, value_enum)]
    pub to: Notation,
}

/// A notation of recipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Notation {
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// Exactly what the DataBrew API takes
    Databrew,
}

/// What the program is to do.
pub enum Start {
    /// Run a command.
    Command(Box<Command>, Options),
    /// Open the window with these files.
    Window(Vec<PathBuf>),
}

/// Reads the arguments; help, version and mistakes are told here and yield an exit code.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> std::result::Result<Start, ExitCode> {
    match Cli::try_parse_from(arguments) {
        Ok(Cli { command: Some(command), options, .. }) => Ok(Start::Command(Box::new(command), options)),
        Ok(cli) => Ok(Start::Window(cli.files)),
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // A closed pipe is nobody's mistake.
            let _ = error.print();
            Err(ExitCode::from(code))
        }
    }
}

/// Prints the completions for a shell.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<ExitCode> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "brewhouse", &mut text);
    super::output::print(&String::from_utf8_lossy(&text))
}
