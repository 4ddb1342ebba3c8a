//! How much of bodies the program holds, counted as it arrives.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::kit::problem::{Problem, Result};

/// Bytes of all bodies together that the program holds at once, until the handlers that asked for them are done.
const IN_FLIGHT: usize = 96 * 1024 * 1024;
/// The budget is given out in pieces of this size.
const PIECE: usize = 4 * 1024;

/// The largest file that comes in as a stream, where nothing else is set.
pub const LARGEST: usize = 100 * MB;
pub const MB: usize = 1024 * 1024;
/// Of files that come in as streams, as many as this of the largest may lie on disk at once.
const ON_DISK: usize = 8;

/// What the whole program may hold of bodies at once, in memory and on disk.
#[derive(Debug, Clone)]
pub struct Budget {
    memory: Arc<Semaphore>,
    disk: Arc<Semaphore>,
    pub(super) largest: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self::of(LARGEST)
    }
}

impl Budget {
    /// Where a large file may have so many bytes.
    pub fn of(largest: usize) -> Self {
        Self {
            memory: Arc::new(Semaphore::new(IN_FLIGHT / PIECE)),
            disk: Arc::new(Semaphore::new(largest.saturating_mul(ON_DISK) / PIECE)),
            largest,
        }
    }

    /// The most megabytes of a large file.
    pub fn megabytes(&self) -> usize {
        self.largest / MB
    }
}

/// A share of the [`Budget`], given back when the last copy of what it was taken for is gone.
#[derive(Debug)]
pub struct Share {
    budget: Arc<Semaphore>,
    taken: Option<OwnedSemaphorePermit>,
    /// Bytes that were taken and are not used yet.
    spare: usize,
}

impl Share {
    pub fn of(budget: &Budget) -> Self {
        Self { budget: budget.memory.clone(), taken: None, spare: 0 }
    }

    /// Of what lies on disk.
    pub fn on_disk(budget: &Budget) -> Self {
        Self { budget: budget.disk.clone(), taken: None, spare: 0 }
    }

    /// All that is left: a test makes the program full by it.
    pub fn whole(budget: &Budget) -> Self {
        let mut share = Self::of(budget);
        let left = budget.memory.available_permits() * PIECE;
        // two that ask at once find less
        let _ = share.grow(left);
        share
    }

    /// The share as it is now; none is left here.
    pub(super) fn taken(&mut self) -> Self {
        Self { budget: self.budget.clone(), taken: self.taken.take(), spare: std::mem::take(&mut self.spare) }
    }

    /// Makes room for so many bytes more.
    ///
    /// # Errors
    /// [`Problem::Full`] when the program holds as much as it may. It never waits: two that wait for each other would wait for ever.
    pub(in crate::kit) fn grow(&mut self, bytes: usize) -> Result<()> {
        if bytes > self.spare {
            let pieces = (bytes - self.spare).div_ceil(PIECE);
            let count = u32::try_from(pieces).map_err(|_| Problem::TooLarge)?;
            let more = self.budget.clone().try_acquire_many_owned(count).map_err(|_| Problem::Full)?;
            self.spare += pieces * PIECE;
            match &mut self.taken {
                Some(taken) => taken.merge(more),
                None => self.taken = Some(more),
            }
        }
        self.spare -= bytes;
        Ok(())
    }
}
