//! The server as its `postmaster.pid` tells of it: that file outlives a `kill -9` of either side.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const FILE: &str = "postmaster.pid";

/// A living server of a certain cluster.
#[derive(Debug)]
pub(super) struct Postmaster {
    pid: Pid,
    pub socket_dir: PathBuf,
    pub ready: bool,
}

impl Postmaster {
    /// The server that runs on this cluster now.
    pub fn find(cluster: &Path) -> Option<Postmaster> {
        let found = parse(&fs::read(cluster.join(FILE)).ok()?)?;
        serves(found.pid, cluster).then_some(found)
    }

    /// Ends sessions and stops, leaving nothing to recover.
    pub fn stop_fast(&self) -> Result<(), Errno> {
        kill(self.pid, Signal::SIGINT)
    }
}

/// After a crash the number in the file may have gone to some other process, and a new server would
/// take that for its predecessor. Our own number it passes over, being our child; the rest of the
/// file must stay, for by it the server makes sure that no orphan still writes to the cluster.
pub(super) fn forget_the_dead(cluster: &Path) -> io::Result<()> {
    let path = cluster.join(FILE);
    let text = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    let first = text.iter().position(|&byte| byte == b'\n').unwrap_or(text.len());
    let pid = str::from_utf8(&text[..first]).ok().and_then(|line| line.trim().parse().ok());
    if pid.is_none_or(|pid| is_some_postgres(Pid::from_raw(pid))) {
        return Ok(());
    }
    let mut ours = std::process::id().to_string().into_bytes();
    ours.extend_from_slice(&text[first..]);
    fs::write(&path, ours)
}

/// Line by line: pid, cluster, start time, port, socket folder, address, shared memory, state.
fn parse(text: &[u8]) -> Option<Postmaster> {
    let mut lines = text.split(|&byte| byte == b'\n');
    let pid = str::from_utf8(lines.next()?).ok()?.trim().parse().ok().filter(|&pid: &i32| pid > 1)?;
    let socket_dir = OsStr::from_bytes(lines.nth(3).unwrap_or_default());
    let state = lines.nth(2).unwrap_or_default();
    Some(Postmaster {
        pid: Pid::from_raw(pid),
        socket_dir: PathBuf::from(socket_dir),
        ready: state.trim_ascii() == b"ready",
    })
}

/// Whether the process is alive and the server of this cluster. Its command line tells, which, unlike
/// its working directory, a root without further privileges may read in a container too.
fn serves(pid: Pid, cluster: &Path) -> bool {
    match command_line(pid) {
        Some(line) => line.split(|&byte| byte == 0).any(|word| word == cluster.as_os_str().as_bytes()),
        None => !has_proc() && kill(pid, None).is_ok(),
    }
}

fn is_some_postgres(pid: Pid) -> bool {
    match command_line(pid) {
        Some(line) => {
            let program = line.split(|&byte| byte == 0).next().unwrap_or_default();
            let program = Path::new(OsStr::from_bytes(program));
            program.file_name().is_some_and(|name| name.as_bytes().starts_with(b"postgres"))
        }
        None => !has_proc(),
    }
}

fn command_line(pid: Pid) -> Option<Vec<u8>> {
    fs::read(format!("/proc/{pid}/cmdline")).ok()
}

fn has_proc() -> bool {
    Path::new("/proc/self/cmdline").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_file_that_is_complete_and_one_that_is_not() {
        let whole = parse(b"4711\n/data/postgres\n1700000000\n5432\n/data/run\n\n  1 2\nready   \n").unwrap();
        assert_eq!((whole.pid.as_raw(), whole.ready), (4711, true));
        assert_eq!(whole.socket_dir, Path::new("/data/run"));

        let starting = parse(b"4711\n/data/postgres\n1700000000\n5432\n/data/run\n\n  1 2\nstarting\n").unwrap();
        assert!(!starting.ready);
        assert!(!parse(b"4711\n/data/postgres\n").unwrap().ready);
        assert!(parse(b"").is_none());
        assert!(parse(b"-12\n").is_none());
    }

    #[test]
    fn another_process_is_not_the_server() {
        assert!(!serves(Pid::this(), Path::new("/data/postgres")));
    }
}
