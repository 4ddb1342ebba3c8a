//! Looks at proven domains again, once a day: a domain that was sold or left is not its company's for good. A domain stops proving when
//! neither its record nor its file was found three days in a row, since a web server or a zone may be broken for a weekend; its company is
//! told the first time. A day on which nothing answered at all says nothing, because it may be our own network.

use std::time::Duration;

use super::{Look, actions, look, store};
use crate::{
    config::Config,
    kit::{db::Db, problem::Result},
};

/// How often the program sees whose look is due.
pub const AGAIN: Duration = Duration::from_secs(15 * 60);
/// Looks in a row that may find nothing.
pub const PATIENCE: i16 = 3;

const JOB: &str = "email domains";

/// Looks at those whose look is due, one after the other.
///
/// # Errors
/// When the database is away.
pub async fn look_again(db: &Db, config: &Config) -> Result<()> {
    for due in db.write_system(JOB, store::due).await? {
        let found: Look = look(config, &due.domain, &due.token).await;
        db.write_system(JOB, move |tx| actions::looked_again(tx, &due, &found)).await?;
    }
    Ok(())
}
