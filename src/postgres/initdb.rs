//! Making the cluster, once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::process::Output;

use super::NAME;
use super::error::StartError;
use super::find::Programs;
use super::owner::Owner;

/// Lines for `postgresql.conf`, written once, when the cluster is made: afterwards they are the
/// operator's to change.
pub type Settings<'a> = &'a [(&'a str, &'a str)];

const UNFINISHED: &str = "postgres.unfinished-";

/// Works in a folder beside the final one and renames it at the end: whatever interrupts it, there
/// is a whole cluster or none. Every attempt has a folder of its own, since an `initdb` whose
/// program was killed may still be writing to the last one.
pub(super) fn make(
    cluster: &Path,
    owner: &Owner,
    programs: &Programs,
    settings: Settings<'_>,
) -> Result<(), StartError> {
    let data_dir = cluster.parent().unwrap_or(Path::new("/"));
    clear_unfinished(data_dir);
    let unfinished = data_dir.join(format!("{UNFINISHED}{}", std::process::id()));
    owner.private_dir(&unfinished).map_err(StartError::file("make", &unfinished))?;

    let careless = settings.contains(&("fsync", "off"));
    run(&unfinished, owner, programs, careless)?;
    write_settings(&unfinished.join("postgresql.conf"), settings)?;

    fs::rename(&unfinished, cluster).map_err(StartError::file("put the new cluster at", cluster))?;
    File::open(data_dir).and_then(|dir| dir.sync_all()).map_err(StartError::file("sync", data_dir))
}

fn clear_unfinished(data_dir: &Path) {
    for entry in fs::read_dir(data_dir).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            // what cannot be removed is in nobody's way, only on the disk
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn run(folder: &Path, owner: &Owner, programs: &Programs, careless: bool) -> Result<(), StartError> {
    let mut output = initdb(folder, "C.UTF-8", owner, programs, careless)?;
    if !output.status.success() && String::from_utf8_lossy(&output.stderr).contains("invalid locale") {
        // macOS does not know that locale; its C sorts alike
        output = initdb(folder, "C", owner, programs, careless)?;
    }
    if output.status.success() {
        return Ok(());
    }
    let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(StartError::Initdb { output })
}

/// `trust` is safe here: there is no network port, and the socket's folder lets in the owner only.
fn initdb(
    folder: &Path,
    locale: &str,
    owner: &Owner,
    programs: &Programs,
    careless: bool,
) -> Result<Output, StartError> {
    let mut initdb = owner.command(&programs.initdb);
    initdb.arg("--pgdata").arg(folder);
    initdb.args(["--username", NAME, "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject"]);
    initdb.arg(format!("--locale={locale}"));
    if careless {
        initdb.arg("--no-sync");
    }
    initdb.output().map_err(StartError::file("run", &programs.initdb))
}

fn write_settings(path: &Path, settings: Settings<'_>) -> Result<(), StartError> {
    let mut text = String::from("\n# Entente's choice; yours to change\n");
    for (name, value) in settings {
        text += &format!("{name} = '{value}'\n");
    }
    let append = |path| -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    append(path).map_err(StartError::file("write", path))
}
