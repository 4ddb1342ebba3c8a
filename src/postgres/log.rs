//! What the server has to say, in one file that the operator can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// One older file is kept; the server says little, so this lasts for long.
const FULL: u64 = 16 * 1024 * 1024;
const TAIL_LINES: usize = 8;

pub(super) struct Log {
    path: PathBuf,
    /// Where the words of the last start begin.
    begun_at: u64,
}

/// The server's two outlets.
pub(super) struct Outlets {
    pub stdout: File,
    pub stderr: File,
}

impl Log {
    pub fn new(path: PathBuf) -> Log {
        Log { path, begun_at: 0 }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn begin(&mut self) -> io::Result<Outlets> {
        if fs::metadata(&self.path).is_ok_and(|meta| meta.len() > FULL) {
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
        }
        // only the owner's eyes: an error may quote the row it is about
        let stderr = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
        self.begun_at = stderr.metadata()?.len();
        let stdout = stderr.try_clone()?;
        Ok(Outlets { stdout, stderr })
    }

    /// The last lines since the last start.
    pub fn tail(&self) -> String {
        let mut text = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.begun_at))?;
            file.read_to_end(&mut text)
        });
        if let Err(error) = read {
            return error.to_string();
        }
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }
}
