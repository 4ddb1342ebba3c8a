//! Processor time, by `/proc`.

use std::{fs, path::Path};

use super::Outcome;

/// A tick of `/proc` is a hundredth of a second on every Linux there is.
const TICK: f64 = 0.01;

/// Parent and ticks of a process: its own, and those of children that ended and were waited for.
fn stat(process: &str) -> Option<(u32, u64)> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // its name may hold spaces
    let (_, rest) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some((fields.get(1)?.parse().ok()?, ticks(11)? + ticks(12)? + ticks(13)? + ticks(14)?))
}

/// Seconds that a process has used so far.
pub fn of(process: u32) -> Outcome<f64> {
    let (_, ticks) = stat(&process.to_string()).ok_or("no such process")?;
    Ok(ticks as f64 * TICK)
}

/// Seconds that PostgreSQL has used so far, with all that it started; `folder` holds its data.
pub fn of_postgres(folder: &Path) -> Outcome<f64> {
    let pid = fs::read_to_string(folder.join("postgres/postmaster.pid"))?;
    let postmaster: u32 = pid.lines().next().ok_or("no process")?.trim().parse()?;
    let mut seconds = of(postmaster)?;
    for entry in fs::read_dir("/proc")?.flatten() {
        let name = entry.file_name();
        let Some((parent, ticks)) = name.to_str().and_then(stat) else { continue };
        if parent == postmaster {
            seconds += ticks as f64 * TICK;
        }
    }
    Ok(seconds)
}
