//! To come.
use super::Agreement;
use crate::kit::{actor::Account, id::Id, problem::Result};
use diesel::PgConnection;
pub fn offered(_: &mut PgConnection, _: &Id<Account>, _: &Id<Agreement>) -> Result<Option<i32>> {
    Ok(None)
}
