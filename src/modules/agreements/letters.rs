//! Letters about versions of agreements.

use diesel::RunQueryDsl as _;
use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, db::Tx, id::Id, problem::Result, statement::statement},
    mail::{
        Desk, Letter, Place,
        written::{Written, text},
    },
    modules::ids::{Agreement, Contract},
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A newer version of an agreement may be signed; to the signee.
    VersionOffered { contract: Id<Contract>, signee: Id<Account>, agreement: Id<Agreement>, version: i32 },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["version_offered"];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::VersionOffered { contract, signee: account, .. } => (account, "contracts", contract.as_str()),
        };
        Some(Place { account, section, object })
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::VersionOffered { contract, version, .. } => Written::new(
                t!("A new version of {contract} is ready to sign", contract),
                vec![
                    text(t!(
                        "Version {version} of the agreement for {contract} is now active. Your contract stays on the version you signed until you sign the new one:",
                        version,
                        contract,
                    )),
                    desk.to(&format!("/versions/{version}/sign")),
                ],
            ),
        };
        Ok(Some(written))
    }
}

/// Queues a mail to every signee whose contract may now take this version of an agreement: one statement, however many there are.
/// Should one never be delivered, the agreement's owner is told.
pub fn queue_offers<P>(tx: &mut Tx<'_, P>, agreement: &Id<Agreement>, number: i32) -> Result<usize> {
    Ok(statement(
        "INSERT INTO outbox (id, recipient, kind, facts, account_id, object, created_at, due_at) \
         SELECT gen_random_uuid(), u.email, 'version_offered', \
                jsonb_build_object('about', 'version_offered', 'contract', c.id, 'signee', c.signee_id, \
                                   'agreement', c.agreement_id, 'version', $2::int), a.owner_id, 'contracts/' || c.id, $3, $3 \
         FROM contracts c JOIN agreements a ON a.id = c.agreement_id JOIN groups g ON g.account_id = c.signee_id \
         AND (g.administrators OR 'contracts.sign' = ANY(g.permissions)) \
         JOIN group_members m ON m.group_id = g.id JOIN users u ON u.id = m.user_id \
         WHERE c.agreement_id = $1 AND c.status = 'active' AND c.version < $2",
    )
    .bind::<diesel::sql_types::Text, _>(agreement)
    .bind::<diesel::sql_types::Int4, _>(number)
    .bind::<diesel::sql_types::Timestamptz, _>(tx.at)
    .execute(tx.conn)?)
}
