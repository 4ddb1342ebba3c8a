//! Work on files that people send: on threads of its own, so many at a time, in so much memory.
//!
//! What a file can make long must hold up neither the pages nor the database. Whoever comes when all places are taken is told so at once.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Mutex, OnceLock, PoisonError, mpsc},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::problem::{Problem, Result};

const KB: u64 = 1_024;

/// How large a workshop is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub threads: usize,
    /// How many may work or wait.
    pub places: usize,
    /// Bytes that all work in hand may take together. One that needs more than all of it has it for itself.
    pub memory: u64,
}

impl Size {
    /// Half of the processors: the other half serves pages.
    pub fn threads() -> usize {
        std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// Threads that wait for work; they start with the first and end with the workshop.
pub struct Workshop {
    /// What is worked on, in the plural.
    what: &'static str,
    size: Size,
    places: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    jobs: OnceLock<mpsc::Sender<Job>>,
}

impl Workshop {
    pub fn new(what: &'static str, size: Size) -> Self {
        Self {
            what,
            size,
            places: Arc::new(Semaphore::new(size.places)),
            memory: Arc::new(Semaphore::new(Self::units(size.memory) as usize)),
            jobs: OnceLock::new(),
        }
    }

    fn units(bytes: u64) -> u32 {
        u32::try_from(bytes.div_ceil(KB)).unwrap_or(u32::MAX).max(1)
    }

    /// Does `work`, which takes about `bytes` of memory, when it is its turn.
    ///
    /// # Errors
    /// [`Problem::Busy`] at once when all places are taken.
    pub async fn run<T: Send + 'static>(&self, bytes: u64, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Problem::Busy(self.what))?;
        let needed = Self::units(bytes).min(Self::units(self.size.memory));
        let memory = self.memory.clone().acquire_many_owned(needed).await.map_err(Problem::internal)?;
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move || {
            let held: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (place, memory);
            // nobody waits any more: the browser went away
            if tell.is_closed() {
                return;
            }
            let done = panic::catch_unwind(AssertUnwindSafe(work));
            drop(held);
            // whoever asked may have gone meanwhile
            let _ = tell.send(done);
        });
        self.jobs().send(job).map_err(|_| Problem::internal("a workshop has no threads"))?;
        told.await.map_err(Problem::internal)?.map_err(|_| Problem::internal("work on a file failed"))
    }

    fn jobs(&self) -> &mpsc::Sender<Job> {
        self.jobs.get_or_init(|| {
            let (sender, receiver) = mpsc::channel::<Job>();
            let receiver = Arc::new(Mutex::new(receiver));
            for _ in 0..self.size.threads {
                let receiver = receiver.clone();
                let work = move || {
                    loop {
                        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok(job) = next else { break };
                        job();
                    }
                };
                if let Err(error) = std::thread::Builder::new().name(self.what.into()).spawn(work) {
                    tracing::error!(%error, "a workshop's thread did not start");
                }
            }
            sender
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        time::Duration,
    };

    use futures_util::future::join_all;

    use super::*;

    fn size(threads: usize, places: usize, memory: u64) -> Size {
        Size { threads, places, memory }
    }

    #[actix_web::test]
    async fn who_finds_no_place_is_told_at_once() {
        let workshop = Workshop::new("pictures", size(1, 3, 1_000_000));
        let (let_go, wait) = mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        let work = || {
            let wait = wait.clone();
            move || wait.lock().unwrap().recv().unwrap()
        };
        let asked: Vec<_> = (0..3).map(|_| workshop.run(1, work())).collect();
        let waiting = async {
            // the three have asked by now
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
            assert!(matches!(workshop.run(1, || ()).await, Err(Problem::Busy("pictures"))));
            (0..3).for_each(|_| let_go.send(()).unwrap());
        };
        let (done, ()) = futures_util::future::join(join_all(asked), waiting).await;
        assert!(done.iter().all(Result::is_ok));
        assert!(workshop.run(1, || ()).await.is_ok(), "places are given back");
    }

    #[actix_web::test]
    async fn work_in_hand_stays_within_the_memory() {
        let workshop = Workshop::new("pictures", size(4, 100, 100 * KB));
        let (now, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let work = |bytes: u64| {
            let (now, most) = (now.clone(), most.clone());
            workshop.run(bytes * KB, move || {
                let taken = now.fetch_add(bytes, Ordering::SeqCst) + bytes;
                most.fetch_max(taken, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(2));
                now.fetch_sub(bytes, Ordering::SeqCst);
            })
        };
        assert!(join_all((0..40).map(|at| work(20 + at))).await.iter().all(Result::is_ok));
        assert!(most.load(Ordering::SeqCst) <= 100, "{most:?}");
        assert!(work(1_000).await.is_ok(), "what needs more than all has it for itself");
    }

    #[actix_web::test]
    async fn work_that_fails_costs_nobody_else() {
        let workshop = Workshop::new("pictures", size(1, 1, KB));
        assert!(matches!(workshop.run(1, || panic!("as meant")).await, Err::<(), _>(Problem::Internal(_))));
        assert_eq!(workshop.run(1, || 7).await.unwrap(), 7);
    }

    #[actix_web::test]
    async fn what_nobody_waits_for_is_not_done() {
        let workshop = Workshop::new("pictures", size(1, 9, KB));
        let done = Arc::new(AtomicU64::new(0));
        let count = done.clone();
        let slow = workshop.run(1, || std::thread::sleep(Duration::from_millis(30)));
        let left = workshop.run(1, move || count.fetch_add(1, Ordering::SeqCst));
        let both = futures_util::future::join(slow, tokio::time::timeout(Duration::from_millis(5), left)).await;
        assert!(both.1.is_err());
        assert!(workshop.run(1, || ()).await.is_ok());
        assert_eq!(done.load(Ordering::SeqCst), 0);
    }
}
