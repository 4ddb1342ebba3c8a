//! Which PostgreSQL of this machine to use.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::StartError;

const OLDEST: u32 = 15;

/// Where packages put the programs when they keep them off the PATH: a folder, how the names in it
/// that matter begin, and what leads on to the programs.
const PACKAGED: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// The two programs of one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    pub initdb: PathBuf,
    pub postgres: PathBuf,
    major: u32,
}

/// An existing cluster wants the major version it was made by; a new one gets what PATH names, as
/// its owner's choice, or else the newest.
pub(super) fn programs(cluster: &Path) -> Result<Programs, StartError> {
    let installed = installed();
    match made_by(cluster) {
        Some(major) => matching(installed, major, cluster),
        None => newest(installed),
    }
}

fn matching(installed: Vec<Programs>, major: u32, cluster: &Path) -> Result<Programs, StartError> {
    if installed.is_empty() {
        return Err(StartError::NotInstalled);
    }
    let versions: BTreeSet<u32> = installed.iter().map(|programs| programs.major).collect();
    let fitting = installed.into_iter().find(|programs| programs.major == major);
    fitting.ok_or_else(|| StartError::OtherVersion {
        folder: cluster.to_path_buf(),
        made_by: major,
        installed: versions.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
    })
}

fn newest(installed: Vec<Programs>) -> Result<Programs, StartError> {
    let best = installed.iter().map(|programs| programs.major).max();
    let best = best.ok_or(StartError::NotInstalled)?;
    let recent = installed.into_iter().find(|programs| programs.major >= OLDEST);
    recent.ok_or(StartError::TooOld { found: best })
}

/// The PATH first, then packages from the newest down.
fn installed() -> Vec<Programs> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<Programs> = env::split_paths(&path).filter_map(|bin| programs_in(&bin)).collect();
    let mut packaged: Vec<Programs> = packaged_folders().iter().filter_map(|bin| programs_in(bin)).collect();
    packaged.sort_by_key(|programs| std::cmp::Reverse(programs.major));
    found.extend(packaged);
    found
}

fn packaged_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for (parent, prefix, bin) in PACKAGED {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                folders.push(entry.path().join(bin));
            }
        }
    }
    folders
}

fn programs_in(bin: &Path) -> Option<Programs> {
    let (initdb, postgres) = (bin.join("initdb"), bin.join("postgres"));
    if !bin.is_absolute() || !initdb.is_file() || !postgres.is_file() {
        return None;
    }
    let said = Command::new(&postgres).arg("--version").output().ok()?;
    let major = major(&String::from_utf8_lossy(&said.stdout))?;
    Some(Programs { initdb, postgres, major })
}

/// Understands `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` and also `17beta2`, `18devel`.
fn major(version: &str) -> Option<u32> {
    let number = version.split("(PostgreSQL)").nth(1)?.trim_start();
    let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..digits].parse().ok()
}

fn made_by(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(major: u32) -> Programs {
        let bin = PathBuf::from(format!("/opt/{major}"));
        Programs { initdb: bin.join("initdb"), postgres: bin.join("postgres"), major }
    }

    #[test]
    fn reads_the_major_version() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 17beta2"), Some(17));
        assert_eq!(major("postgres (PostgreSQL) 18devel"), Some(18));
        assert_eq!(major("postgres: command not found"), None);
    }

    #[test]
    fn a_new_cluster_takes_the_first_recent_enough() {
        assert_eq!(newest(vec![of(13), of(17), of(16)]).unwrap(), of(17));
        assert!(matches!(newest(vec![of(13), of(14)]), Err(StartError::TooOld { found: 14 })));
        assert!(matches!(newest(Vec::new()), Err(StartError::NotInstalled)));
    }

    #[test]
    fn an_old_cluster_keeps_its_version() {
        let folder = Path::new("/data/postgres");
        assert_eq!(matching(vec![of(17), of(15)], 15, folder).unwrap(), of(15));
        let refused = matching(vec![of(17), of(16)], 15, folder).unwrap_err();
        assert!(refused.to_string().contains("only 16, 17 is installed"), "{refused}");
    }
}
