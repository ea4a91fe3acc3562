//! From arguments to a job: which recipe, which data, which clock, which secrets.

use super::arguments::{DataArguments, InputArguments, PathArguments, ReadingArguments};
use brewhouse_engine::op::Environment;
use brewhouse_engine::project::Project;
use brewhouse_engine::recipe::Recipe;
use brewhouse_engine::run::{Job, Memory, Rejects, fill_source, fill_steps};
use brewhouse_engine::sink::Target;
use brewhouse_engine::source::Source;
use brewhouse_engine::{Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A recipe or project as it was read, with the folder that its relative paths count from.
pub(super) struct Loaded {
    pub(super) project: Project,
    pub(super) base: PathBuf,
    pub(super) values: BTreeMap<String, String>,
    pub(super) env: Environment,
    /// Standard input as a file, for as long as it is needed.
    _spooled: Option<tempfile::NamedTempFile>,
}

/// Reads a recipe or project file.
pub(super) fn read_project(path: &Path) -> Result<(Project, PathBuf)> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        let message = format!("{} cannot be read: {}", path.display(), reason(&e));
        Error::new(ErrorKind::File, message).caused_by(e)
    })?;
    let named = |mut error: Error| {
        error.message = format!("{}: {}", path.display(), error.message);
        error
    };
    if Project::is_project_text(&text) {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        return Ok((Project::parse(&text).map_err(named)?, folder.to_path_buf()));
    }
    let recipe = Recipe::parse(&text).map_err(named)?;
    let project = Project { recipe, ..Project::default() };
    Ok((project, PathBuf::from(".")))
}

/// What an input or output error is, in words.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it is not there".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        std::io::ErrorKind::InvalidData => "it is not UTF-8 text".into(),
        _ => error.to_string(),
    }
}

impl Loaded {
    /// Reads what the arguments name.
    pub(super) fn new(arguments: &InputArguments) -> Result<Self> {
        Self::with(read_project(&arguments.recipe)?, &arguments.input, &arguments.data)
    }

    /// A project or recipe that was read, its folder, the inputs that were typed, and how they are to be read.
    pub(super) fn with(read: (Project, PathBuf), input: &[String], arguments: &DataArguments) -> Result<Self> {
        if let Some(threads) = arguments.threads {
            use_threads(threads)?;
        }
        let (mut project, mut base) = read;
        let values = pairs(&arguments.set, "--set")?.into_iter().collect();
        let env = environment(arguments)?;
        let mut spooled = None;
        if !input.is_empty() {
            // Paths that were typed count from here, those of the project from its own folder.
            let here =
                std::env::current_dir().map_err(|e| Error::new(ErrorKind::Source, "no current folder").caused_by(e))?;
            for other in &mut project.others {
                absolute(&mut other.paths, &base);
            }
            base = here;
            // Another file of the same table: it is read the same way, with the types that the project stores.
            let kept = project.dataset.take().unwrap_or_else(|| Source { name: "input".into(), ..Source::default() });
            let Source { name, options, columns, known, .. } = kept;
            let mut paths = input.to_vec();
            if let Some(dash) = paths.iter_mut().find(|path| *path == "-") {
                let file = spool(arguments.input_format.as_deref())?;
                *dash = file.path().to_string_lossy().into_owned();
                spooled = Some(file);
            }
            project.dataset = Some(Source {
                name,
                paths,
                format: arguments.input_format.clone(),
                options,
                columns,
                known,
                ..Source::default()
            });
        }
        for (name, path) in pairs(&arguments.dataset, "--dataset")? {
            let path = std::path::absolute(&path).unwrap_or_else(|_| PathBuf::from(&path));
            let paths = vec![path.to_string_lossy().into_owned()];
            project.others.retain(|other| other.name != name);
            project.others.push(Source { name, paths, ..Source::default() });
        }
        let mut loaded = Self { project, base, values, env, _spooled: spooled };
        loaded.fill(&arguments.reading, &arguments.paths)?;
        Ok(loaded)
    }

    fn fill(&mut self, reading: &ReadingArguments, paths: &PathArguments) -> Result<()> {
        let (values, env) = (&self.values, &self.env);
        if let Some(dataset) = &mut self.project.dataset {
            reading.apply(&mut dataset.options)?;
            paths.apply(&mut dataset.selection)?;
            let text = &dataset.options.text_columns;
            for column in dataset.columns.iter_mut().flatten().filter(|column| text.contains(&column.name)) {
                column.kind = "string".into();
            }
        }
        for source in self.project.dataset.iter_mut().chain(&mut self.project.others) {
            fill_source(source, values, env)?;
            source.verdicts = reading.verdicts();
        }
        for other in &mut self.project.others {
            other.options.null_words.extend(reading.null.iter().cloned());
        }
        self.project.recipe.steps = fill_steps(&self.project.recipe.steps, values);
        Ok(())
    }

    /// The job, with the given targets.
    pub(super) fn job(&self, targets: Vec<Target>, limit: Option<u64>) -> Result<Job> {
        let dataset = self.project.dataset.clone().ok_or_else(|| {
            Error::new(ErrorKind::Source, "there is no data to work on")
                .advise("name it with --input PATH, or use a project")
        })?;
        Ok(Job {
            recipe: self.project.recipe.clone(),
            dataset,
            others: self.project.others.clone(),
            targets,
            base: self.base.clone(),
            env: self.env.clone(),
            limit,
            expect_rows: None,
            rejects: Rejects::default(),
            memory: Memory::default(),
        })
    }
}

/// Copies standard input into a temporary file that goes when it is dropped.
pub(super) fn spool(format: Option<&str>) -> Result<tempfile::NamedTempFile> {
    let format = format.ok_or_else(|| {
        let error = Error::new(ErrorKind::Parameter, "standard input has no name that would tell its format");
        error.advise("name it, for example --input-format csv")
    })?;
    let fail = |e: std::io::Error| Error::new(ErrorKind::Source, "standard input cannot be read").caused_by(e);
    let ending = if format.eq_ignore_ascii_case("json") { "jsonl".into() } else { format.to_lowercase() };
    let mut file =
        tempfile::Builder::new().prefix("brewhouse-").suffix(&format!(".{ending}")).tempfile().map_err(fail)?;
    std::io::copy(&mut std::io::stdin().lock(), &mut file).map_err(fail)?;
    Ok(file)
}

/// The variable from which Polars reads its number of threads when it starts.
const THREADS: &str = "POLARS_MAX_THREADS";

/// Starts this program again with the number of threads in its environment, unless it is there already.
fn use_threads(threads: usize) -> Result<()> {
    if threads == 0 {
        return Err(Error::new(ErrorKind::Parameter, "--threads must be at least 1"));
    }
    let wanted = threads.to_string();
    if std::env::var(THREADS).is_ok_and(|set| set == wanted) {
        return Ok(());
    }
    let fail = |e: std::io::Error| Error::new(ErrorKind::Internal, "the program cannot be started again").caused_by(e);
    let mut command = std::process::Command::new(std::env::current_exe().map_err(fail)?);
    command.args(std::env::args_os().skip(1)).env(THREADS, wanted);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        Err(fail(command.exec()))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().map_err(fail)?;
        std::process::exit(status.code().unwrap_or(2));
    }
}

fn absolute(paths: &mut [String], base: &Path) {
    for path in paths {
        let joined = base.join(&*path);
        *path = std::path::absolute(&joined).unwrap_or(joined).to_string_lossy().into_owned();
    }
}

/// Texts such as NAME=VALUE after an option.
pub(super) fn pairs(texts: &[String], option: &str) -> Result<Vec<(String, String)>> {
    texts
        .iter()
        .map(|text| {
            let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
            pair.map(|(name, value)| (name.to_owned(), value.to_owned()))
                .ok_or_else(|| Error::new(ErrorKind::Parameter, format!("“{text}” after {option} is not NAME=VALUE")))
        })
        .collect()
}

fn environment(arguments: &DataArguments) -> Result<Environment> {
    let zone: chrono_tz::Tz = arguments.time_zone.parse().map_err(|_| {
        Error::new(ErrorKind::Parameter, format!("“{}” is not a time zone", arguments.time_zone))
            .advise("use a name such as Europe/Berlin")
    })?;
    let now = match &arguments.now {
        None => chrono::Utc::now(),
        Some(text) => brewhouse_engine::op::dates::parse_any_date(text).map(|t| t.and_utc()).ok_or_else(|| {
            Error::new(ErrorKind::Parameter, format!("“{text}” after --now is not a date"))
                .advise("write 2024-02-29T23:30:00Z")
        })?,
    };
    let file = arguments.secrets.as_deref().map(read_secrets).transpose()?.unwrap_or_default();
    let secrets = Arc::new(move |name: &str| file.get(name).cloned().or_else(|| crate::secrets::find(name)));
    Ok(Environment { zone, seed: arguments.seed, secrets, ..Environment::at(now) })
}

/// Reads `NAME=VALUE` lines from a file that only its owner may read.
fn read_secrets(path: &Path) -> Result<BTreeMap<String, String>> {
    let fail = |message: String| Error::new(ErrorKind::Secret, message);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map_or(0, |m| m.permissions().mode());
        if mode & 0o077 != 0 {
            let message = format!("{} can be read by others, so its secrets are none", path.display());
            return Err(fail(message).advise(format!("run chmod 600 {}", path.display())));
        }
    }
    let text = std::fs::read_to_string(path)
        .map_err(|e| fail(format!("the secrets in {} cannot be read: {}", path.display(), reason(&e))))?;
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let pair = line.split_once('=').map(|(n, v)| (n.trim().to_owned(), v.trim().to_owned()));
            pair.ok_or_else(|| fail(format!("{} holds a line that is not NAME=VALUE", path.display())))
        })
        .collect()
}
