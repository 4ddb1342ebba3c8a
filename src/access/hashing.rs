//! Hashing passwords: on a few threads of its own, each in memory that it keeps while there is work.

use std::{
    cell::RefCell,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        CustomizedPasswordHasher, Error, PasswordHasher, PasswordVerifier as _, Result as Hashed,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use tokio::sync::Semaphore;

use crate::kit::problem::{Problem, Result};

/// A few hashes at a time: a storm of sign-ins must not starve the pages.
static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(cores())));
const PATIENCE: Duration = Duration::from_secs(5);
/// A thread without work for so long gives its memory back.
const IDLE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce(&Hasher) + Send>;

static HASHERS: LazyLock<mpsc::Sender<Job>> = LazyLock::new(|| {
    let (sender, receiver) = mpsc::channel::<Job>();
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..cores() {
        let receiver = receiver.clone();
        let work = move || {
            let hasher = Hasher::default();
            loop {
                let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(IDLE);
                match next {
                    Ok(job) => job(&hasher),
                    Err(RecvTimeoutError::Timeout) => hasher.rest(),
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("password".into()).spawn(work) {
            tracing::error!(%error, "a password thread did not start");
        }
    }
    sender
});

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Does `work` on a thread that hashes, when it is its turn.
///
/// # Errors
/// [`Problem::Unavailable`] after five seconds of waiting.
pub(super) async fn in_turn<T: Send + 'static>(work: impl FnOnce(&Hasher) -> Result<T> + Send + 'static) -> Result<T> {
    let turn = tokio::time::timeout(PATIENCE, TURNS.clone().acquire_owned())
        .await
        .map_err(|_| Problem::Unavailable("too many passwords are being checked".into()))?
        .map_err(Problem::internal)?;
    let (done, result) = tokio::sync::oneshot::channel();
    let job: Job = Box::new(move |hasher| {
        let _turn = turn;
        // whoever asked may have left
        let _ = done.send(work(hasher));
    });
    HASHERS.send(job).map_err(|_| Problem::internal("the password threads ended"))?;
    result.await.map_err(Problem::internal)?
}

/// Argon2 in memory that is taken once for many hashes: each needs 19 MiB, and an allocator would keep several such pieces for good.
#[derive(Default)]
pub(super) struct Hasher {
    blocks: RefCell<Vec<Block>>,
}

impl Hasher {
    /// A hash of `password` with a salt of its own.
    pub fn hash(&self, password: &str) -> Result<String> {
        Ok(self.hash_password(password.as_bytes()).map_err(Problem::internal)?.to_string())
    }

    /// Whether `password` is the one behind `hash`.
    pub fn fits(&self, password: &str, hash: &str) -> bool {
        PasswordHash::new(hash).is_ok_and(|hash| self.verify_password(password.as_bytes(), &hash).is_ok())
    }

    /// Gives the memory back.
    fn rest(&self) {
        self.blocks.take();
    }
}

impl PasswordHasher<PasswordHash> for Hasher {
    fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> Hashed<PasswordHash> {
        // the defaults are Argon2id with m=19456, t=2, p=1
        self.hash_password_customized(password, salt, None, None, Params::default())
    }
}

impl CustomizedPasswordHasher<PasswordHash> for Hasher {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> Hashed<PasswordHash> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let salt = Salt::new(salt)?;
        let mut output = [0; Output::MAX_LENGTH];
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let output = output.get_mut(..length).ok_or(Error::OutputSize)?;
        let mut blocks = self.blocks.borrow_mut();
        let needed = params.block_count();
        if blocks.len() < needed {
            blocks.resize(needed, Block::default());
        }
        let written = ParamsString::try_from(&params)?;
        Argon2::new(algorithm, version, params).hash_password_into_with_memory(
            password,
            &salt,
            output,
            &mut blocks[..needed],
        )?;
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: written,
            salt: Some(salt),
            hash: Some(Output::new(output)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_library_whatever_was_hashed_before() {
        let hasher = Hasher::default();
        for password in ["one", "", "ein längeres Passwort"] {
            let (ours, theirs) =
                (hasher.hash(password).unwrap(), Argon2::default().hash_password(password.as_bytes()).unwrap());
            let theirs = theirs.to_string();
            assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{ours}");
            assert_eq!(ours.len(), theirs.len());
            assert!(hasher.fits(password, &theirs) && !hasher.fits("another", &theirs));
            let ours = PasswordHash::new(&ours).unwrap();
            assert!(Argon2::default().verify_password(password.as_bytes(), &ours).is_ok());
        }
    }

    #[test]
    fn a_hasher_that_has_rested_holds_no_memory_and_works_on() {
        let hasher = Hasher::default();
        let hash = hasher.hash("one").unwrap();
        hasher.rest();
        assert_eq!(hasher.blocks.borrow().capacity(), 0);
        assert!(hasher.fits("one", &hash));
    }
}
