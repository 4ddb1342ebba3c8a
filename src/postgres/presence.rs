//! Who is here: two lock files, which the kernel releases however a program ends.
//!
//! The *door* is held by one program at a time, while it starts or stops the server. The *guests*
//! file is held in common by every program that uses the server; who gets it alone is the last one.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::error::StartError;

pub(super) struct Presence {
    door_path: PathBuf,
    guests_path: PathBuf,
    guests: File,
}

/// Holds the door; lets it go when dropped.
pub(super) struct Door {
    _file: File,
}

impl Presence {
    pub fn new(data_dir: &Path) -> Result<Presence, StartError> {
        let made = DirBuilder::new().recursive(true).mode(0o755).create(data_dir);
        made.map_err(StartError::file("make", data_dir))?;
        let guests_path = data_dir.join("postgres.guests");
        Ok(Presence { door_path: data_dir.join("postgres.door"), guests: open(&guests_path)?, guests_path })
    }

    /// Waits for another program that is just starting or stopping the server.
    pub fn door(&self) -> Result<Door, StartError> {
        let file = open(&self.door_path)?;
        file.lock().map_err(StartError::file("lock", &self.door_path))?;
        Ok(Door { _file: file })
    }

    /// To be called behind the door.
    pub fn enter(&mut self) -> Result<(), StartError> {
        self.guests.lock_shared().map_err(StartError::file("lock", &self.guests_path))
    }

    /// Gives the door to the last one to leave, so that nobody comes in while it tidies up.
    pub fn leave(&mut self) -> Result<Option<Door>, StartError> {
        let door = self.door()?;
        self.guests.unlock().map_err(StartError::file("unlock", &self.guests_path))?;
        match self.guests.try_lock() {
            Ok(()) => Ok(Some(door)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StartError::file("lock", &self.guests_path)(error)),
        }
    }
}

fn open(path: &Path) -> Result<File, StartError> {
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    opened.map_err(StartError::file("open", path))
}
