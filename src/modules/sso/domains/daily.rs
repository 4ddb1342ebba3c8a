//! Looks at proven domains again, once a day: a domain that was sold or left is not its company's for good. A domain stops proving when
//! nothing proves it and the proof that held last was gone three times in a row, since a web server or a zone may be broken for a weekend;
//! its administrators are told the first time. A day on which nothing answered where that proof was does not count for that, because it may
//! be our own network; two weeks of such days in a row do, of which the administrators are told after one.

use std::time::Duration;

use super::{Look, actions, look, store};
use crate::{
    config::Config,
    kit::{db::Db, problem::Result},
};

/// How often the program sees whose look is due.
pub const AGAIN: Duration = Duration::from_secs(15 * 60);
/// Looks in a row that find the proof gone, after which the domain proves nothing.
pub const PATIENCE: i16 = 3;
/// Looks in a row that nothing answers, after which the company is told, as its letter says.
pub const QUIET: i16 = 7;
/// Looks in a row that nothing answers, after which the domain proves nothing.
pub const SILENCE: i16 = 14;

const JOB: &str = "email domains";

/// Looks at those whose look is due, one after the other. One that cannot be recorded keeps none of the others waiting.
///
/// # Errors
/// When the database is away.
pub async fn look_again(db: &Db, config: &Config) -> Result<()> {
    for due in db.write_system(JOB, store::due).await? {
        let found: Look = look(config, &due.domain, &due.token).await;
        let named = due.domain.clone();
        if let Err(problem) = db.write_system(JOB, move |tx| actions::looked_again(tx, &due, &found)).await {
            tracing::warn!(%problem, domain = %named, "a look at a domain could not be recorded and will be tried again");
        }
    }
    Ok(())
}
