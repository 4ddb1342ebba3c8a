//! Until when the signees of a version are asked to sign it. Nothing ends by that.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::Agreement;
use crate::{
    kit::{id::Id, problem::Result},
    schema::agreement_versions,
};

/// Of an agreement whose sight was checked; none when no day was set.
pub fn due(conn: &mut PgConnection, id: &Id<Agreement>, number: i32) -> Result<Option<DateTime<Utc>>> {
    let found: Option<Option<DateTime<Utc>>> =
        agreement_versions::table.find((id, number)).select(agreement_versions::due_at).first(conn).optional()?;
    Ok(found.flatten())
}
