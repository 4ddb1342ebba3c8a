//! How the secrets of providers are kept: sealed by the vault, each for its company.

use diesel::prelude::*;

use crate::{
    access::factors::seal_all,
    kit::{actor::Account, id::Id, problem::Result, vault::Vault},
    schema::sso_providers,
};

/// What a secret is sealed for.
pub fn sealed_for(account: &Id<Account>) -> String {
    format!("{account} identity provider")
}

/// Reseals the secrets of all providers under the vault's newest key. Returns how many were resealed, and how many cannot be read.
pub fn seal_anew(conn: &mut PgConnection, vault: &Vault) -> Result<(usize, usize)> {
    let rows: Vec<(Id<Account>, String)> =
        sso_providers::table.select((sso_providers::account_id, sso_providers::secret)).load(conn)?;
    seal_all(vault, rows, sealed_for, |account, old, new| {
        let same = sso_providers::table.find(account).filter(sso_providers::secret.eq(old));
        Ok(diesel::update(same).set(sso_providers::secret.eq(new)).execute(conn)?)
    })
}
