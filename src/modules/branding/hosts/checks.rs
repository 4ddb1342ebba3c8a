//! Looks again where proven names lead: one that leads elsewhere by now is in no link and gets no certificate.

use std::time::Duration;

use super::{fetch, store};
use crate::kit::{
    db::Db,
    problem::{Problem, Result},
};

/// How often.
pub const AGAIN: Duration = Duration::from_secs(15 * 60);

/// Looks at all of them, one after the other. `public` is the program's own name.
///
/// # Errors
/// When the database is away.
pub async fn look_again(db: &Db, public: &str) -> Result<()> {
    let own = public.to_owned();
    let there = tokio::task::spawn_blocking(move || fetch::addresses(&own)).await.map_err(Problem::internal)?;
    if there.is_empty() {
        // if the program's own name cannot be looked up, nothing is known about the others
        return Ok(());
    }
    for (account, host, led_here) in db.write_system("host names", store::to_look_at).await? {
        let (name, public) = (host.clone(), public.to_owned());
        let looking = tokio::task::spawn_blocking(move || fetch::leads_together(&name, &public));
        let leads_here = looking.await.map_err(Problem::internal)?;
        if leads_here != led_here {
            db.write_system("host names", move |tx| store::set_looked(tx, &account, &host, leads_here, None)).await?;
        }
    }
    Ok(())
}
