//! Letters about versions of agreements.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Int4, Text},
};
use serde::{Deserialize, Serialize};

use super::deadline;
use crate::{
    kit::{actor::Account, db::Tx, id::Id, problem::Result, statement::statement, time::Zone, words::Words},
    mail::{
        self, Desk, Letter, Notice, Place, Way,
        written::{Written, text},
    },
    manifest::EVERYBODY,
    modules::{
        binding::SIGN,
        ids::{Agreement, Contract},
    },
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A newer version of an agreement may be signed; to the signee, once it is active and when the issuer reminds of it.
    VersionOffered {
        contract: Id<Contract>,
        signee: Id<Account>,
        agreement: Id<Agreement>,
        version: i32,
        #[serde(default)]
        reminder: bool,
    },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["version_offered"];
    const NOTICES: &'static [Notice] = &[Notice {
        key: "version_offered",
        label: "A new version of an agreement is ready to sign",
        roles: EVERYBODY,
        told: SIGN,
        seen: "contracts.view",
        way: Way::Both,
    }];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::VersionOffered { contract, signee: account, .. } => (account, "contracts", contract.as_str()),
        };
        Some(Place { account, section, object })
    }

    fn subject(&self) -> Words {
        let Self::VersionOffered { contract, reminder, .. } = self;
        match reminder {
            true => t!("Reminder: a new version of {contract} is ready to sign", contract),
            false => t!("A new version of {contract} is ready to sign", contract),
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let Self::VersionOffered { contract, agreement, version, .. } = self;
        let mut pieces = vec![text(t!(
            "Version {version} of the agreement for {contract} is now active. Your contract stays on the version you signed until you sign the new one:",
            version,
            contract,
        ))];
        pieces.push(desk.to(&format!("/versions/{version}/sign")));
        if let Some(due) = deadline::due(desk.conn, agreement, *version)? {
            pieces.push(text(t!("Please sign it by {day} (UTC).", day = Zone::UTC.day(due).words)));
        }
        Ok(Some(Written::new(self.subject(), pieces)))
    }
}

/// A contract that may take a newer version.
#[derive(QueryableByName)]
struct Offered {
    #[diesel(sql_type = Text)]
    contract: Id<Contract>,
    #[diesel(sql_type = Text)]
    signee: Id<Account>,
}

/// Tells every signee whose contract may now take this version of an agreement: two statements, however many there are.
/// Should a mail never be delivered, the agreement's owner is told.
pub fn tell_offers<P>(tx: &mut Tx<'_, P>, agreement: &Id<Agreement>, number: i32) -> Result<()> {
    let offered: Vec<Offered> = statement(
        "SELECT c.id AS contract, c.signee_id AS signee FROM contracts c \
         WHERE c.agreement_id = $1 AND c.status = 'active' AND c.version < $2 AND c.signee_id IS NOT NULL ORDER BY c.id",
    )
    .bind::<Text, _>(agreement)
    .bind::<Int4, _>(number)
    .load(tx.conn)?;
    let letters: Vec<Mail> = offered
        .into_iter()
        .map(|Offered { contract, signee }| Mail::VersionOffered {
            contract,
            signee,
            agreement: agreement.clone(),
            version: number,
            reminder: false,
        })
        .collect();
    mail::tell_all(tx, &letters)
}
