//! Rules about the repository: layers, file lengths, no leftovers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::root;

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// Files that may be longer than 500 lines, each with its reason.
const LONG: &[(&str, &str)] = &[
    ("engine/src/op/param.rs", "the handles and the types that a handle can have, which belong together"),
    ("engine/src/op/mod.rs", "the declaration of an operation and everything it names"),
];

#[test]
fn files_are_short() {
    let mut long = Vec::new();
    for folder in ["app", "engine/src", "tests"] {
        for path in rust_files(&root().join(folder)) {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            if lines > 500 && !LONG.iter().any(|(allowed, _)| *allowed == name) {
                long.push(format!("{name}: {lines} lines"));
            }
        }
    }
    assert!(long.is_empty(), "over 500 lines:\n{}", long.join("\n"));
}

/// Which modules of the engine each module may name.
fn engine_layers() -> BTreeMap<&'static str, &'static [&'static str]> {
    let low: &[&str] = &["error", "types", "values"];
    let op: &[&str] = &["error", "types", "values", "recipe"];
    let plan: &[&str] = &["error", "types", "values", "recipe", "op"];
    let run: &[&str] = &["error", "types", "values", "recipe", "op", "plan", "source", "sink"];
    let profile: &[&str] = &["error", "types", "values", "recipe", "op", "plan", "source", "sink", "run"];
    let stage: &[&str] =
        &["error", "types", "values", "recipe", "op", "plan", "source", "sink", "run", "profile", "facet"];
    BTreeMap::from([
        ("error", &[] as &[&str]),
        ("types", &["error"]),
        ("values", &["error", "types"]),
        ("recipe", &["error"]),
        ("op", op),
        ("plan", plan),
        ("source", low),
        ("sink", &["error", "types", "values", "source", "run"]),
        ("run", run),
        ("profile", profile),
        ("facet", &["error", "types", "values", "recipe", "op", "plan", "run", "profile"]),
        ("stage", stage),
        ("project", &["error", "recipe", "source", "sink"]),
    ])
}

fn names_module(line: &str, module: &str) -> bool {
    line.contains(&format!("crate::{module}::")) || line.contains(&format!("use crate::{module};"))
}

#[test]
fn the_engine_keeps_its_layers() {
    let layers = engine_layers();
    let mut broken = Vec::new();
    for path in rust_files(&root().join("engine/src")) {
        let name = path.strip_prefix(root().join("engine/src")).unwrap().to_string_lossy().replace('\\', "/");
        let module = name.split(['/', '.']).next().unwrap();
        let Some(allowed) = layers.get(module) else { continue };
        for line in std::fs::read_to_string(&path).unwrap().lines().filter(|l| !l.trim_start().starts_with("//")) {
            for other in layers.keys().filter(|other| **other != module && !allowed.contains(other)) {
                if names_module(line, other) {
                    broken.push(format!("{name} names {other}: {}", line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Words that a part of the tree must not contain, with the reason.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    ("engine/src", &["egui", "eframe", "rfd::"], "the engine knows no window"),
    ("engine/src", &["std::env::var", "println!", "eprintln!"], "the engine neither prints nor reads the environment"),
    ("app/cli", &["egui", "crate::view", "crate::model", "crate::worker"], "the command line knows no window"),
    ("app/model", &["egui::", "eframe"], "the model knows no widget"),
    ("app/widget", &["crate::model", "crate::update", "crate::worker"], "a widget knows no model"),
    ("app/view", &["crate::worker", "crate::update", "std::fs", "std::thread"], "a view only draws"),
];

#[test]
fn each_part_knows_only_what_it_may() {
    let mut broken = Vec::new();
    for (folder, words, reason) in FORBIDDEN {
        let folder = root().join(folder);
        if !folder.is_dir() {
            continue;
        }
        for path in rust_files(&folder) {
            for line in std::fs::read_to_string(&path).unwrap().lines().filter(|l| !l.trim_start().starts_with("//")) {
                if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                    broken.push(format!("{}: {word} ({reason})", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_top_level_is_fixed() {
    let allowed =
        ["Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "app", "assets", "engine", "samples", "target", "tests"];
    for entry in std::fs::read_dir(root()).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        assert!(name.starts_with('.') || allowed.contains(&name.as_str()), "{name} does not belong at the top");
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for folder in ["app", "engine/src", "tests"] {
        for path in rust_files(&root().join(folder)) {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//!"), "{} has no header", path.display());
            for word in ["todo!(", "unimplemented!(", "dbg!(", "#[ignore"] {
                let here = path.ends_with("tests/tidy.rs");
                assert!(here || !text.contains(word), "{}: {word}", path.display());
            }
        }
    }
}

/// What takes `*` and `^…$` for patterns of names, in Polars; `crate::named` has the same for names as they are.
#[test]
fn names_of_columns_are_no_patterns() {
    let mut broken = Vec::new();
    for path in ["engine/src", "app"].iter().flat_map(|folder| rust_files(&root().join(folder))) {
        if path.ends_with("engine/src/named.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for imports in text.split("use polars::prelude::").skip(1) {
            let imports = imports.split(';').next().unwrap_or_default();
            let names = imports.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '*');
            for name in names.filter(|name| ["col", "cols", "*", "all", "prelude"].contains(name)) {
                broken.push(format!("{} imports {name}", path.display()));
            }
        }
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            let plain = line.replace("field_by_name(\"", "");
            let taken = ["prelude::col", "functions::col", "field_by_name", "field_by_names"];
            if taken.iter().any(|taken| plain.contains(taken)) || plain.contains("by_name(") && plain.contains("true)")
            {
                broken.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
