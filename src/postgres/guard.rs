//! Stands by the server while the program runs, and sees to it at the end.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::cluster::Cluster;
use super::error::StartError;
use super::presence::Presence;

const GLANCE: Duration = Duration::from_millis(250);
const AFTER_A_FAILURE: Duration = Duration::from_secs(5);

/// A thread that starts the server again should it die, and that stops it when dismissed, unless
/// another program still needs it.
pub(super) struct Guard {
    duty: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Guard {
    pub fn post(cluster: Cluster, presence: Presence) -> std::io::Result<Guard> {
        let (dismiss, dismissed) = mpsc::channel();
        let name = "postgres-guard".to_owned();
        let thread = thread::Builder::new().name(name).spawn(move || stand(cluster, presence, &dismissed))?;
        Ok(Guard { duty: Some((dismiss, thread)) })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some((dismiss, thread)) = self.duty.take() {
            drop(dismiss);
            if thread.join().is_err() {
                tracing::error!("the guard of the private PostgreSQL has panicked");
            }
        }
    }
}

fn stand(mut cluster: Cluster, mut presence: Presence, dismissed: &Receiver<()>) {
    let mut pause = GLANCE;
    while let Err(RecvTimeoutError::Timeout) = dismissed.recv_timeout(pause) {
        pause = GLANCE;
        if cluster.lives() {
            continue;
        }
        tracing::warn!("the private PostgreSQL has ended unexpectedly, starting it again");
        if let Err(error) = revive(&mut cluster, &presence) {
            tracing::error!(%error, "the private PostgreSQL does not start");
            pause = AFTER_A_FAILURE;
        }
    }
    match presence.leave() {
        Ok(Some(_alone)) => cluster.stop(),
        Ok(None) => tracing::info!("the private PostgreSQL goes on for another program"),
        Err(error) => {
            tracing::warn!(%error, "cannot tell whether another program uses the private PostgreSQL")
        }
    }
}

/// Behind the door, since other programs' guards have seen it too.
fn revive(cluster: &mut Cluster, presence: &Presence) -> Result<(), StartError> {
    let _door = presence.door()?;
    cluster.serve()
}
