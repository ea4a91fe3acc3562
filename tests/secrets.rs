//! Secrets on the command line: nothing of one is written anywhere, a wrong one is refused before anything is written, and a preview
//! shows the bytes that a run writes.

use std::path::Path;
use std::process::{Command, Output, Stdio};

const SECRET: &str = "correct horse battery staple";
const RECIPE: &str = r#"[{"Action": {"Operation": "OPERATION", "Parameters":
  {"sourceColumns": "[\"pin\"]", "kmsKeyArn": "arn:aws:kms:us-east-1:012345678901:key/pepper"}}}]"#;

fn brewhouse(folder: &Path, secret: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brewhouse"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).env_remove("BREWHOUSE_SECRET_PEPPER");
    if let Some(secret) = secret {
        command.env("BREWHOUSE_SECRET_PEPPER", secret);
    }
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with a table and recipes.
fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.csv"), "name,pin\nAda,42\nBo,42\nCy,\n").unwrap();
    for operation in ["ENCRYPT", "DECRYPT"] {
        std::fs::write(folder.path().join(format!("{operation}.json")), RECIPE.replace("OPERATION", operation))
            .unwrap();
    }
    folder
}

#[test]
fn nothing_of_a_secret_is_written() {
    let place = place();
    let folder = place.path();
    let encrypt = [
        "run",
        "ENCRYPT.json",
        "--input",
        "in.csv",
        "--output",
        "sealed.csv",
        "--receipt",
        "sealed.receipt.json",
        "--verbose",
    ];
    let decrypt = [
        "run",
        "DECRYPT.json",
        "--input",
        "sealed.csv",
        "--output",
        "open.csv",
        "--receipt",
        "open.receipt.json",
        "--verbose",
    ];
    for arguments in [encrypt, decrypt] {
        let output = brewhouse(folder, Some(SECRET), &arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(!text(&output.stdout).contains(SECRET) && !text(&output.stderr).contains(SECRET));
    }
    assert_eq!(std::fs::read_to_string(folder.join("open.csv")).unwrap(), "name,pin\nAda,42\nBo,42\nCy,\n");
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let content = text(&std::fs::read(entry.path()).unwrap());
        assert!(
            !content.contains(SECRET) && !content.contains("battery"),
            "{} holds the secret",
            entry.path().display()
        );
    }
}

#[test]
fn a_wrong_secret_is_refused_before_anything_is_written() {
    let place = place();
    let folder = place.path();
    let sealed =
        brewhouse(folder, Some(SECRET), &["run", "ENCRYPT.json", "--input", "in.csv", "--output", "sealed.csv"]);
    assert!(sealed.status.success(), "{}", text(&sealed.stderr));
    let arguments = ["run", "DECRYPT.json", "--input", "sealed.csv", "--output", "open.csv"];
    let wrong = brewhouse(folder, Some("another secret altogether"), &arguments);
    assert!(!wrong.status.success());
    let message = text(&wrong.stderr);
    assert!(message.contains("2 of 2 cells of “pin” cannot be decrypted with the secret “pepper”"), "{message}");
    assert!(!message.contains("altogether"), "{message}");
    let missing = brewhouse(folder, None, &arguments);
    assert!(text(&missing.stderr).contains("BREWHOUSE_SECRET_PEPPER"), "{}", text(&missing.stderr));
    assert!(!folder.join("open.csv").exists());
}

#[test]
fn a_preview_shows_the_bytes_that_a_run_writes() {
    let place = place();
    let folder = place.path();
    let shown = brewhouse(
        folder,
        Some(SECRET),
        &["preview", "ENCRYPT.json", "--input", "in.csv", "--rows", "2", "--seed", "7"],
    );
    let tokens: Vec<String> = text(&shown.stdout)
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('|').map(|(_, token)| token.trim().to_owned()))
        .collect();
    let run = ["run", "ENCRYPT.json", "--input", "in.csv", "--output", "sealed.csv", "--seed"];
    for (seed, same) in [("7", true), ("8", false)] {
        let output = brewhouse(folder, Some(SECRET), &[&run[..], &[seed]].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let written = std::fs::read_to_string(folder.join("sealed.csv")).unwrap();
        std::fs::remove_file(folder.join("sealed.csv")).unwrap();
        assert_eq!(tokens.len(), 2);
        assert_ne!(tokens[0], tokens[1]);
        assert!(tokens.iter().all(|token| written.contains(token) == same), "{tokens:?}\n{written}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_secret_is_found_in_the_key_store_of_the_system() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place();
    let folder = place.path();
    // Stands for the program of the key store: it knows one name.
    let store = folder.join("secret-tool");
    let script = format!(
        "#!/bin/sh\n[ \"$*\" = \"lookup service brewhouse name pepper\" ] || exit 1\necho asked >> asked.txt\nprintf '%s' '{SECRET}'\n"
    );
    std::fs::write(&store, script).unwrap();
    std::fs::set_permissions(&store, std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = |arguments: &[&str], secret: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brewhouse"));
        command.current_dir(folder).args(arguments).stdin(Stdio::null()).env_remove("BREWHOUSE_SECRET_PEPPER");
        command.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        command.envs(secret.map(|secret| ("BREWHOUSE_SECRET_PEPPER", secret)));
        command.output().unwrap()
    };
    let sealed = run(&["run", "ENCRYPT.json", "--input", "in.csv", "--output", "sealed.csv"], None);
    assert!(sealed.status.success(), "{}", text(&sealed.stderr));
    assert_eq!(std::fs::read_to_string(folder.join("asked.txt")).unwrap(), "asked\n");
    // The environment comes first, and holds the same one.
    let opened = run(&["run", "DECRYPT.json", "--input", "sealed.csv", "--output", "open.csv"], Some(SECRET));
    assert!(opened.status.success(), "{}", text(&opened.stderr));
    assert_eq!(std::fs::read_to_string(folder.join("asked.txt")).unwrap(), "asked\n");
    assert_eq!(std::fs::read_to_string(folder.join("open.csv")).unwrap(), "name,pin\nAda,42\nBo,42\nCy,\n");
}
