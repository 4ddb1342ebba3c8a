//! The invitee's side: opens the link, becomes a user or signs in, and accepts.
//!
//! A link is `/join/{invitation}/{code}`; the code is derived from the server's key, the invitation's nonce and the number of the mail, so
//! that only the newest mail's link works. Opening it changes nothing, so nothing that looks into mails uses it up.

pub mod actions;
pub mod pages;

use diesel::PgConnection;

use super::{
    Invitation, Status,
    groups::store::GroupRow,
    store::{self, InvitationRow},
};
use crate::{
    accounts::invited,
    kit::{
        actor::{Company, User},
        brand::ActiveBrand,
        db::{self, Looks},
        id::Id,
        problem::{Problem, Refusal, Result},
        secret::Key,
        typed,
    },
    schema::invitations,
    t,
};

const PURPOSE: &str = "invitation";

/// What a link carries.
#[derive(Debug, Clone)]
pub struct Ticket {
    pub invitation: Id<Invitation>,
    pub code: String,
    /// The brand of its pages: the brand of the company that invites.
    pub active_brand: ActiveBrand,
}

impl Ticket {
    /// Where the link's pages stand.
    pub fn path(&self) -> String {
        path(&self.invitation)
    }
}

fn path(invitation: &Id<Invitation>) -> String {
    format!("/join/{invitation}")
}

/// An invitation that can be accepted.
#[derive(Debug, Clone)]
pub struct Found {
    pub row: InvitationRow,
    pub company: Company,
    pub inviter: String,
    pub groups: Vec<GroupRow>,
}

/// The code of mail `number`.
fn parts<'a>(row: &'a InvitationRow, number: &'a [u8; 4]) -> [&'a [u8]; 3] {
    [row.id.as_str().as_bytes(), &row.nonce, number]
}

/// The code of the newest mail.
fn code(key: &Key, row: &InvitationRow) -> String {
    key.seal(PURPOSE, &parts(row, &row.number.to_be_bytes()))
}

/// The newest mail's code, for somebody whose own address was invited: being signed in stands for having the mail.
///
/// # Errors
/// Not found for everybody else's invitation, and for one that cannot be accepted.
pub fn code_of_mine(
    look: &mut impl Looks,
    key: &Key,
    invitation: &Id<Invitation>,
    person: &Id<User>,
) -> Result<String> {
    let mine = invited::waiting(look.conn(), person)?;
    if !mine.iter().any(|one| one.id == invitation.as_str()) {
        return Err(Problem::NotFound);
    }
    let (row, _, _) = store::behind(look, invitation)?;
    Ok(code(key, &row))
}

/// The link of an invitation's newest mail; nothing when it does not work any more.
pub fn link(
    conn: &mut PgConnection,
    key: &Key,
    public_url: &str,
    invitation: &Id<Invitation>,
) -> Result<Option<String>> {
    use diesel::prelude::*;
    let row: Option<InvitationRow> =
        invitations::table.find(invitation).select(InvitationRow::as_select()).first(conn).optional()?;
    let now = db::now(conn)?;
    Ok(row
        .filter(|row| row.state(now) == Status::Invited)
        .map(|row| format!("{public_url}{}/{}", path(invitation), code(key, &row))))
}

/// What is said of a link that was good once.
fn dead(company: &Company) -> Problem {
    Problem::Gone(Box::new(Refusal {
        title: "This link no longer works".into(),
        text: t!(
            "It has expired, was already used, or was replaced by a newer one. Ask {company} to send the invitation again.",
            company = typed::apart(&company.name)
        ),
        next: Some(("/".into(), "Go to the start page".into())),
        since: None,
    }))
}

/// The invitation behind a link.
///
/// # Errors
/// Not found for a code that is none of ours, and for an invitation that is not there; gone for a link that was good once.
pub fn open(look: &mut impl Looks, key: &Key, ticket: &Ticket) -> Result<Found> {
    let (row, company, inviter) = store::behind(look, &ticket.invitation)?;
    let opens = |number: i32| key.opens(PURPOSE, &parts(&row, &number.to_be_bytes()), &ticket.code);
    let newest = opens(row.number);
    if !newest && !(1..row.number).any(opens) {
        return Err(Problem::NotFound);
    }
    // only somebody with the link sees whose it is
    ticket.active_brand.set(&company.brand)?;
    if !newest || row.state(db::now(look.conn())?) != Status::Invited {
        return Err(dead(&company));
    }
    let groups = store::groups_offered(look, &row.id)?;
    Ok(Found { row, company, inviter, groups })
}
