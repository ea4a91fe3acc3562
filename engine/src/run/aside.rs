//! Records that were set aside while the sources were read: held against the limit, and written to a file beside the output.

use super::execute::Prepared;
use super::job::Job;
use super::receipt::SetAsideFact;
use crate::error::Result;
use crate::sink::replace_file_with;
use crate::source::{REJECT_COLUMNS, SetAside, too_many};
use std::path::PathBuf;

/// Refuses more records set aside than the job allows.
pub(super) fn limit(job: &Job, prepared: &Prepared) -> Result<()> {
    let Some(most) = job.rejects.most else { return Ok(()) };
    let records: u64 = all(prepared).map(|set_aside| set_aside.records).sum();
    match all(prepared).find(|set_aside| set_aside.records > 0) {
        Some(first) if records > most => Err(too_many(first, most)),
        _ => Ok(()),
    }
}

/// Writes what was set aside; none when there is nothing.
pub(super) fn write(job: &Job, prepared: &Prepared) -> Result<Option<SetAsideFact>> {
    let aside: Vec<_> = all(prepared).filter(|set_aside| set_aside.records > 0).collect();
    if aside.is_empty() {
        // What an earlier run left would now be a lie.
        if let Some(path) = path_of(job).filter(|path| is_ours(path)) {
            let _ = std::fs::remove_file(path);
        }
        return Ok(None);
    }
    let mut fact = SetAsideFact { records: 0, path: path_of(job), reasons: Vec::new(), first: Vec::new() };
    for set_aside in &aside {
        fact.records += set_aside.records;
        fact.reasons.extend(set_aside.reasons.iter().cloned());
        fact.first.extend(set_aside.first.iter().cloned());
    }
    if let Some(path) = &fact.path {
        replace_file_with(path, &mut |out| {
            writeln!(out, "{REJECT_COLUMNS}")?;
            aside.iter().try_for_each(|set_aside| set_aside.write(out))
        })?;
    }
    Ok(Some(fact))
}

fn all(prepared: &Prepared) -> impl Iterator<Item = &SetAside> {
    let others = prepared.others.iter().map(|(_, opened)| opened);
    std::iter::once(&prepared.dataset).chain(others).filter_map(|opened| Some(&opened.text.as_ref()?.set_aside))
}

// OUT.parquet.rejects.csv beside OUT.parquet.
fn path_of(job: &Job) -> Option<PathBuf> {
    if let Some(path) = &job.rejects.path {
        return Some(path.clone());
    }
    let target = job.targets.first().filter(|target| !target.is_stdout())?;
    let mut name = target.path.file_name()?.to_owned();
    name.push(".rejects.csv");
    Some(target.path.with_file_name(name))
}

fn is_ours(path: &std::path::Path) -> bool {
    use std::io::Read as _;
    let mut head = vec![0_u8; REJECT_COLUMNS.len()];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok()
        && head == REJECT_COLUMNS.as_bytes()
}
