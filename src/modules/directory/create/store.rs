//! Statements about partners that were created. Each asks for the issuer's company.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz},
};

use crate::{
    kit::{
        actor::Account,
        constraint::{Constraints, named},
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{contracts::Contract, people::Invitation},
};

/// What is known of a partner besides its contract.
#[derive(Debug, Clone, QueryableByName)]
pub struct Created {
    /// The issuer's own number of it, or nothing.
    #[diesel(sql_type = Text)]
    pub external_id: String,
    /// The account that was made for it, with its name.
    #[diesel(sql_type = Nullable<Text>)]
    pub account_id: Option<Id<Account>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub account: Option<String>,
    /// Who is invited to administer it, until when.
    #[diesel(sql_type = Nullable<Text>)]
    pub invitation_id: Option<Id<Invitation>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
    /// Somebody works for it.
    #[diesel(sql_type = Bool)]
    pub joined: bool,
}

/// What the company `issuer` knows of the partner of a contract; none when it was not made by Create Partner.
pub fn find(look: &mut impl Looks, issuer: &Id<Account>, contract: &Id<Contract>) -> Result<Option<Created>> {
    Ok(statement(
        "SELECT p.external_id, p.account_id, a.name AS account, p.invitation_id, i.email, i.expires_at, \
         EXISTS (SELECT FROM memberships m WHERE m.account_id = p.account_id) AS joined \
         FROM created_partners p LEFT JOIN accounts a ON a.id = p.account_id LEFT JOIN invitations i ON i.id = p.invitation_id \
         WHERE p.contract_id = $1 AND p.issuer_id = $2",
    )
    .bind::<Text, _>(contract)
    .bind::<Text, _>(issuer)
    .get_result(look.conn())
    .optional()?)
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[("created_partners_number", taken)];

/// Said of a number that another partner has.
pub fn taken() -> Problem {
    Problem::refused(
        "This partner cannot be created",
        "Another partner of yours has this external ID. Enter another one, or leave it empty.",
    )
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Whether a partner of the company has this number.
pub fn has_number(look: &mut impl Looks, issuer: &Id<Account>, external_id: &str) -> Result<bool> {
    let found: Count = statement(
        "SELECT count(*) AS n FROM created_partners WHERE external_id = $1 AND issuer_id = $2 AND external_id <> ''",
    )
    .bind::<Text, _>(external_id)
    .bind::<Text, _>(issuer)
    .get_result(look.conn())?;
    Ok(found.n > 0)
}

/// How many accounts the company made within a day.
pub fn made_lately(look: &mut impl Looks, issuer: &Id<Account>) -> Result<i64> {
    let found: Count = statement(
        "SELECT count(*) AS n FROM created_partners \
         WHERE issuer_id = $1 AND account_id IS NOT NULL AND created_at > now() - interval '1 day'",
    )
    .bind::<Text, _>(issuer)
    .get_result(look.conn())?;
    Ok(found.n)
}

/// Keeps what is known of the partner of a contract that was made in this transaction.
pub fn insert<P>(
    tx: &mut Tx<'_, P>,
    contract: &Id<Contract>,
    external_id: &str,
    account: Option<(&Id<Account>, &Id<Invitation>)>,
) -> Result<()> {
    let issuer = tx.account()?;
    statement(
        "INSERT INTO created_partners (contract_id, issuer_id, external_id, account_id, invitation_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<Text, _>(contract)
    .bind::<Text, _>(&issuer)
    .bind::<Text, _>(external_id)
    .bind::<Nullable<Text>, _>(account.map(|(account, _)| account))
    .bind::<Nullable<Text>, _>(account.map(|(_, invitation)| invitation))
    .bind::<Timestamptz, _>(tx.at)
    .execute(tx.conn)
    .map_err(named(KEYS))?;
    Ok(())
}

/// Names another invitation of the first administrator.
pub fn set_invitation<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>, invitation: &Id<Invitation>) -> Result<()> {
    let issuer = tx.account()?;
    statement("UPDATE created_partners SET invitation_id = $3 WHERE contract_id = $1 AND issuer_id = $2")
        .bind::<Text, _>(contract)
        .bind::<Text, _>(&issuer)
        .bind::<Text, _>(invitation)
        .execute(tx.conn)?;
    Ok(())
}
