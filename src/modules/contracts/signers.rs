//! Two people of a partner that sign a contract one after the other. Each link says whose signature it is for; the first signature makes
//! nobody anything, and the second activates the contract as the only one would.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{
    Contract, Manage, actions,
    data::{Parameters, Recipient, SAME_SIGNER, SecondSigner},
    store::{ContractRow, set_recipient},
};
use crate::{
    choice,
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        shown::Shown,
        statement::statement,
        violation::{Violation, Why},
    },
    t,
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

    /// What the invitee's pages show of them: to the first one who is the second, to the second one what the first has signed.
    pub fn shown(&self) -> Shown {
        match self.given() {
            Some(given) => {
                Shown::new().part("the first signature", format!("{} {} {}", given.name, given.email, given.hash))
            }
            None => Shown::new().part("the second signer", format!("{} {}", self.second, self.second_email)),
        }
    }

    /// Who signs second, as a form has it.
    pub fn named(&self) -> SecondSigner {
        SecondSigner { second_signer: self.second.clone(), second_email: self.second_email.clone() }
    }

    /// Refuses the other one's address for whoever has the link.
    ///
    /// # Errors
    /// Invalid at `field`, where `email` was typed.
    pub fn differ(&self, field: &'static str, email: &str) -> Result<()> {
        let other = self.given().map_or_else(|| self.second_email.clone(), |given| given.email);
        different((&other, email), field)
    }
}

/// That two addresses are two people's.
fn different((one, other): (&str, &str), field: &'static str) -> Result<()> {
    if one.to_lowercase() == other.to_lowercase() {
        return Err(Violation::new(field, Why::new("same", SAME_SIGNER)).into());
    }
    Ok(())
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
///
/// # Errors
/// Invalid when both have one address.
pub fn name<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>, said: &Parameters) -> Result<()> {
    if said.second_email.is_empty() {
        return Ok(());
    }
    different((&said.recipient_email, &said.second_email), "second_email")?;
    statement("INSERT INTO contract_signers (contract_id, first, second, second_email) VALUES ($1, $2, $3, $4)")
        .bind::<Text, _>(contract)
        .bind::<Text, _>(&said.first_signer)
        .bind::<Text, _>(&said.second_signer)
        .bind::<Text, _>(&said.second_email)
        .execute(tx.conn)?;
    set_turn(tx, contract, Turn::First)
}

/// Names another person as the second signer, while the first has not signed. `revision` is the revision the form was opened with.
///
/// # Errors
/// Stale once the first has signed; overtaken when somebody else saved meanwhile; invalid when it is the first one's address.
pub fn change_second(tx: &mut Tx<'_, Manage>, id: &Id<Contract>, revision: i32, said: &SecondSigner) -> Result<Done> {
    let contract = actions::pending(tx, id, t!("The second signer can no longer be changed"))?;
    let signers = of(tx.conn, id)?.ok_or(Problem::NotFound)?;
    if signers.given().is_some() {
        return Err(second_ones_turn(id));
    }
    if signers.named() == *said {
        return Ok(Done::Same(()));
    }
    if contract.revision != revision {
        return Err(Problem::overtaken("this contract"));
    }
    different((&contract.recipient_email, &said.second_email), "second_email")?;
    set_second(tx, id, said)?;
    // of the same row, so that its revision grows
    set_recipient(tx, id, &contract.recipient())?;
    let line = format!("{}, {}", said.second_signer, said.second_email);
    tx.record(Event::new("contract.second_signer_changed", id).private().note(line))?;
    Ok(Done::Changed(()))
}

/// Why the second signer is named no more once the first has signed.
pub fn second_ones_turn(id: &Id<Contract>) -> Problem {
    let text = t!(
        "The first of two signers has signed {id}, and the second one has a link. You can still change the partner's email and send the link there.",
        id,
    );
    Problem::stale("The second signer can no longer be changed", text)
}

fn set_second<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, said: &SecondSigner) -> Result<()> {
    statement("UPDATE contract_signers SET second = $2, second_email = $3 WHERE contract_id = $1")
        .bind::<Text, _>(id)
        .bind::<Text, _>(&said.second_signer)
        .bind::<Text, _>(&said.second_email)
        .execute(tx.conn)?;
    Ok(())
}

/// Takes the address that a contract's issuer gives whoever's turn it is: the other signer's is none, and once the first has signed it is
/// the second one's from then on, on a newer version as well.
///
/// # Errors
/// Invalid when it is the other one's.
pub fn readdress<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, email: &str) -> Result<()> {
    let Some(signers) = of(tx.conn, id)? else { return Ok(()) };
    signers.differ("recipient_email", email)?;
    if signers.given().is_none() || email.is_empty() {
        return Ok(());
    }
    set_second(tx, id, &SecondSigner { second_email: email.to_owned(), ..signers.named() })
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
