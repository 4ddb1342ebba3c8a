//! The processes of a server, and a folder for its data.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// A folder that goes with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("entente-faults-{name}-{}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The server in this folder and its children.
pub fn server(folder: &Path) -> Vec<Pid> {
    let file = std::fs::read_to_string(folder.join("postgres/postmaster.pid")).unwrap_or_default();
    let Some(main) = file.lines().next().and_then(|line| line.trim().parse::<i32>().ok()) else { return Vec::new() };
    let output = Command::new("ps").args(["-o", "pid=", "--ppid", &main.to_string()]).output().expect("ps");
    let children = String::from_utf8_lossy(&output.stdout)
        .split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .map(Pid::from_raw)
        .collect::<Vec<_>>();
    std::iter::once(Pid::from_raw(main)).chain(children).collect()
}

/// Sends a signal to all of them; some may have gone.
pub fn signal(processes: &[Pid], signal: Signal) {
    for process in processes {
        let _ = kill(*process, signal);
    }
}
