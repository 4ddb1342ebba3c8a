//! Letters to people who are invited.

use serde::{Deserialize, Serialize};

use super::{Invitation, LIVES, joining};
use crate::{
    kit::{id::Id, problem::Result},
    mail::{
        Desk, Letter, Place,
        written::{Piece, Written, text},
    },
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// Somebody is invited to work for a company.
    PersonInvited { invitation: Id<Invitation>, company: String, inviter: String },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["person_invited"];

    fn place(&self) -> Option<Place<'_>> {
        None
    }

    fn object(&self) -> String {
        let Self::PersonInvited { invitation, .. } = self;
        format!("users/{invitation}")
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let Self::PersonInvited { invitation, company, inviter } = self;
        let Some(link) = joining::link(desk.conn, desk.key, desk.public_url, invitation)? else { return Ok(None) };
        let days = usize::try_from(LIVES.num_days()).unwrap_or_default();
        Ok(Some(Written::new(
            t!("{inviter} invited you to {company}", inviter, company),
            vec![
                text(t!(
                    "{inviter} invited you to work with {company} on Entente. Open this link to join:",
                    inviter,
                    company
                )),
                Piece::Link(link),
                text(t!(
                    "The link works once, for {n} day. If you didn't expect this invitation, ignore this email."
                        | "The link works once, for {n} days. If you didn't expect this invitation, ignore this email.",
                    days
                )),
            ],
        )))
    }
}
