//! What a job waits for that reads a report: the reader sends pieces of it, and may be silent for longer than a lease lasts. A sheet can be slow
//! to open, and rules can leave out a long stretch.

use std::time::Duration;

use tokio::{sync::mpsc::Receiver, time::timeout};

use super::{
    job,
    store::{Leased, RENEWAL},
};
use crate::kit::{db::Db, problem::Result};

/// What a reader sends next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<T> {
    Piece(T),
    /// All was sent.
    Over,
    /// The work is no longer held.
    Lost,
}

/// The next piece of what is held, which stays held however long the piece takes to come.
pub(super) async fn next<H: Leased, T>(db: &Db, held: &H, pieces: &mut Receiver<T>) -> Result<Next<T>> {
    let hold = || {
        let (db, held) = (db.clone(), held.clone());
        async move { job::piece(&db, &held, |_, _| Ok(())).await.map(|held| held.is_some()) }
    };
    renewing(pieces, RENEWAL, hold).await
}

/// Waits for the next piece, and asks `hold` every time that so long has passed. It is lost once that answers false.
async fn renewing<T, F: Future<Output = Result<bool>>>(
    pieces: &mut Receiver<T>,
    every: Duration,
    mut hold: impl FnMut() -> F,
) -> Result<Next<T>> {
    loop {
        if let Ok(piece) = timeout(every, pieces.recv()).await {
            return Ok(piece.map_or(Next::Over, Next::Piece));
        }
        if !hold().await? {
            return Ok(Next::Lost);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::kit::problem::Problem;

    const SOON: Duration = Duration::from_millis(1);

    #[actix_web::test]
    async fn what_is_waited_for_stays_held_until_it_comes() {
        let (send, mut pieces) = mpsc::channel(1);
        let mut times = 0;
        let found = renewing(&mut pieces, SOON, || {
            times += 1;
            if times == 3 {
                send.try_send("a piece").expect("there is room");
            }
            async { Ok(true) }
        });
        assert_eq!(found.await.expect("no problem"), Next::Piece("a piece"));
        assert_eq!(times, 3, "it was held three times meanwhile");
    }

    #[actix_web::test]
    async fn what_somebody_else_took_is_not_waited_for() {
        let (send, mut pieces) = mpsc::channel::<()>(1);
        let found = renewing(&mut pieces, SOON, || async { Ok(false) }).await;
        assert_eq!(found.expect("no problem"), Next::Lost);
        let broken = renewing(&mut pieces, SOON, || async { Err(Problem::NotFound) }).await;
        assert!(matches!(broken, Err(Problem::NotFound)));
        drop(send);
        let over = renewing(&mut pieces, SOON, || async { Ok(true) }).await;
        assert_eq!(over.expect("no problem"), Next::Over);
    }
}
