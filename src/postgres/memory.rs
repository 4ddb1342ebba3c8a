//! How much memory the private server may take for pages of the database.

use std::fs;

/// Megabytes: less than this slows even the demo, and more than this gains a company's data little.
const LEAST: u64 = 128;
const MOST: u64 = 512;

/// An eighth of the machine's memory, as PostgreSQL writes sizes. The system takes it page by page, when a page is first used.
pub(super) fn buffers() -> String {
    let memory = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    format!("{}MB", memory.map_or(LEAST, |memory| (memory / 8).clamp(LEAST, MOST)))
}

/// Megabytes of memory that `/proc/meminfo` tells of.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_the_machine_is_read() {
        assert_eq!(total("MemTotal:       24652812 kB\nMemFree:         9000 kB\n"), Some(24_075));
        assert_eq!(total("MemFree: 9000 kB\n"), None);
        assert_eq!(total(""), None);
    }
}
