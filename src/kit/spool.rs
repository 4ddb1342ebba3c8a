//! A file while it comes in, or while it is read again: in a file of the system without a name, so that it takes no memory however large it
//! is, and is gone with the program, however that ends.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write as _},
    os::unix::fs::FileExt as _,
    sync::Arc,
};

use sha2::{Digest as _, Sha256};

use super::{
    body::Share,
    problem::{Problem, Result},
    secret::hex,
};

/// A file that is being written, hashed on the way.
pub struct Spool {
    file: File,
    size: u64,
    hash: Sha256,
}

impl Spool {
    /// # Errors
    /// When the system cannot make an unnamed file (`TMPDIR`): [`Problem::NoSpace`] if the disk is full.
    pub fn new() -> Result<Self> {
        Ok(Self::to(tempfile::tempfile().map_err(|error| Problem::io(&error))?))
    }

    fn to(file: File) -> Self {
        Self { file, size: 0, hash: Sha256::new() }
    }

    /// # Errors
    /// [`Problem::NoSpace`] when there is no space left; what was written so far goes with the spool.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|error| Problem::io(&error))?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// All of it is there. What it takes of the program's budget is given back when nobody has it any more.
    pub fn done(self, share: Option<Arc<Share>>) -> Spooled {
        let sha256 = hex(&self.hash.finalize());
        Spooled(Arc::new(Kept { file: self.file, size: self.size, sha256, _share: share }))
    }
}

struct Kept {
    file: File,
    size: u64,
    sha256: String,
    _share: Option<Arc<Share>>,
}

/// A file that is whole. Copies are the same file, and each reads where it likes.
#[derive(Clone)]
pub struct Spooled(Arc<Kept>);

impl std::fmt::Debug for Spooled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.size)
    }
}

impl Spooled {
    /// In bytes.
    pub fn size(&self) -> u64 {
        self.0.size
    }

    pub fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// Reads it from its beginning.
    pub fn reader(&self) -> Reading {
        Reading { of: self.clone(), at: 0 }
    }

    /// Some of its bytes, from one on: fewer at its end.
    pub fn stretch(&self, from: u64, most: usize) -> Result<Vec<u8>> {
        let left = usize::try_from(self.0.size.saturating_sub(from)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; left.min(most)];
        self.0.file.read_exact_at(&mut bytes, from).map_err(Problem::internal)?;
        Ok(bytes)
    }
}

/// One who reads such a file.
pub struct Reading {
    of: Spooled,
    at: u64,
}

impl Read for Reading {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.of.0.file.read_at(into, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Reading {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.of.0.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::secret::sha256_hex;

    #[test]
    fn a_full_disk_is_said_to_be_full() {
        let mut spool = Spool::to(File::options().write(true).open("/dev/full").unwrap());
        assert!(matches!(spool.write(b"one"), Err(Problem::NoSpace(_))));
        assert_eq!(spool.done(None).size(), 0);
    }

    #[test]
    fn a_file_is_what_was_written_wherever_one_begins() {
        let mut spool = Spool::new().unwrap();
        for bytes in [&b"one, "[..], b"two, ", b"three"] {
            spool.write(bytes).unwrap();
        }
        let file = spool.done(None);
        assert_eq!((file.size(), file.sha256()), (15, sha256_hex(b"one, two, three").as_str()));
        let (mut first, mut second) = (file.reader(), file.reader());
        let mut text = String::new();
        first.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one, two, three");
        text.clear();
        second.seek(SeekFrom::End(-5)).unwrap();
        second.read_to_string(&mut text).unwrap();
        assert_eq!(text, "three");
        assert_eq!(file.stretch(5, 3).unwrap(), b"two");
        assert_eq!(file.stretch(10, 100).unwrap(), b"three");
        assert_eq!(file.stretch(15, 100).unwrap(), b"");
        assert!(second.seek(SeekFrom::Current(-99)).is_err());
    }
}
