//! Two people of a partner that sign a contract one after the other. Each link says whose signature it is for; the first signature makes
//! nobody anything, and the second activates the contract as the only one would.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{
    Contract,
    data::{Parameters, Recipient},
    store::{ContractRow, set_recipient},
};
use crate::{
    choice,
    kit::{db::Tx, id::Id, problem::Result, shown::Shown, statement::statement},
};

choice! {
    /// Whose signature a link is for.
    Turn { Only = "only" / "only signer", First = "first" / "first signer", Last = "last" / "second signer" }
}

/// The two signers of a contract, and what the first one has signed of its present version.
#[derive(Debug, Clone, QueryableByName)]
pub struct Signers {
    /// The first one's name, if the issuer named one.
    #[diesel(sql_type = Text)]
    pub first: String,
    #[diesel(sql_type = Text)]
    pub second: String,
    #[diesel(sql_type = Text)]
    pub second_email: String,
    #[diesel(sql_type = Nullable<Text>)]
    signer: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    hash: Option<String>,
}

/// The first one's signature: who gave it, by the own word, when, and the hash of its evidence.
#[derive(Debug, Clone)]
pub struct Given {
    pub name: String,
    pub email: String,
    pub at: DateTime<Utc>,
    pub hash: String,
}

impl Signers {
    /// The first one's signature, once it was given.
    pub fn given(&self) -> Option<Given> {
        let (name, email) = (self.signer.clone()?, self.email.clone()?);
        Some(Given { name, email, at: self.at?, hash: self.hash.clone()? })
    }

    /// What the invitee's pages show of them.
    pub fn shown(&self) -> Shown {
        let given =
            self.given().map_or_else(String::new, |given| format!("{} {} {}", given.name, given.email, given.hash));
        Shown::new()
            .part("the second signer", format!("{} {}", self.second, self.second_email))
            .part("the first signature", given)
    }
}

/// The signers of a contract that two people sign.
pub fn of(conn: &mut PgConnection, contract: &Id<Contract>) -> Result<Option<Signers>> {
    Ok(statement(
        "SELECT s.first, s.second, s.second_email, f.signer, f.email, f.at, f.hash FROM contract_signers s \
         JOIN contracts c ON c.id = s.contract_id \
         LEFT JOIN first_signatures f ON f.contract_id = s.contract_id AND f.version = c.version WHERE s.contract_id = $1",
    )
    .bind::<Text, _>(contract)
    .get_result(conn)
    .optional()?)
}

/// Has a new contract signed by two people, if its issuer says so: its link is for the first of them.
pub fn name<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>, said: &Parameters) -> Result<()> {
    if said.second_email.is_empty() {
        return Ok(());
    }
    statement("INSERT INTO contract_signers (contract_id, first, second, second_email) VALUES ($1, $2, $3, $4)")
        .bind::<Text, _>(contract)
        .bind::<Text, _>(&said.first_signer)
        .bind::<Text, _>(&said.second_signer)
        .bind::<Text, _>(&said.second_email)
        .execute(tx.conn)?;
    set_turn(tx, contract, Turn::First)
}

/// Says whose signature the current link of a contract is for.
pub fn set_turn<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>, turn: Turn) -> Result<()> {
    statement("UPDATE activation_links SET turn = $2 WHERE contract_id = $1 AND replaced_at IS NULL")
        .bind::<Text, _>(contract)
        .bind::<Text, _>(turn)
        .execute(tx.conn)?;
    Ok(())
}

/// Whether the first of two has signed a contract that is locked.
pub fn half_signed<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>) -> Result<bool> {
    Ok(of(tx.conn, contract)?.is_some_and(|signers| signers.given().is_some()))
}

/// Has a contract that is about to be put on another version signed from the first signer on, whose signature was on the version before.
/// `before` is the contract as it was; its new link is there.
pub fn begin_again<P>(tx: &mut Tx<'_, P>, before: &ContractRow, given: Option<Given>) -> Result<()> {
    let Some(given) = given else { return Ok(()) };
    set_turn(tx, &before.id, Turn::First)?;
    set_recipient(tx, &before.id, &Recipient { recipient_email: given.email, ..before.recipient() })
}
