//! Letters to people who are invited.

use serde::{Deserialize, Serialize};

use super::{Invitation, LIVES, MANAGE, VIEW, joining};
use crate::{
    kit::{
        actor::{Account, User},
        id::Id,
        problem::Result,
        words::Words,
    },
    mail::{
        Called, Desk, Letter, Notice, Place, Way,
        written::{Piece, Written, text},
    },
    manifest::EVERYBODY,
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// Somebody is invited to work for a company.
    PersonInvited { invitation: Id<Invitation>, company: String, inviter: String },
    /// Somebody accepted an invitation; to the people who may invite.
    InvitationAccepted { account: Id<Account>, user: Id<User>, name: String },
    /// An administrator looks at the portal as somebody, who is told.
    PersonViewed { user: Id<User>, company: String, by: String },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["person_invited", "invitation_accepted", "person_viewed"];
    const NOTICES: &'static [Notice] = &[Notice {
        key: "invitation_accepted",
        label: "Someone accepts an invitation",
        roles: EVERYBODY,
        told: MANAGE,
        seen: VIEW,
        way: Way::Portal,
    }];
    const OTHERS: &'static [Called] = &[
        Called { key: "person_invited", label: "Invitation to your company" },
        Called { key: "person_viewed", label: "An administrator viewed the portal as a user" },
    ];

    fn place(&self) -> Option<Place<'_>> {
        match self {
            Self::PersonInvited { .. } | Self::PersonViewed { .. } => None,
            Self::InvitationAccepted { account, user, .. } => {
                Some(Place { account, section: "users", object: user.as_str() })
            }
        }
    }

    fn object(&self) -> String {
        match self {
            Self::PersonInvited { invitation, .. } => format!("users/{invitation}"),
            Self::InvitationAccepted { user, .. } | Self::PersonViewed { user, .. } => format!("users/{user}"),
        }
    }

    fn subject(&self) -> Words {
        match self {
            Self::PersonInvited { company, inviter, .. } => t!("{inviter} invited you to {company}", inviter, company),
            Self::InvitationAccepted { name, .. } => t!("{name} accepted your company's invitation", name),
            Self::PersonViewed { company, .. } => t!("An administrator viewed the portal of {company} as you", company),
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let (invitation, company, inviter) = match self {
            Self::PersonInvited { invitation, company, inviter } => (invitation, company, inviter),
            Self::PersonViewed { company, by, .. } => {
                let words = t!(
                    "{by}, an administrator of {company}, is viewing the portal as you see it, for up to half an hour. Nothing can be changed meanwhile, and your other companies and your profile can't be seen. If you don't know why, ask {by}.",
                    by,
                    company
                );
                return Ok(Some(Written::new(self.subject(), vec![text(words)])));
            }
            Self::InvitationAccepted { .. } => {
                let words = text(t!("They can now sign in and work for your company:"));
                return Ok(Some(Written::new(self.subject(), vec![words, desk.page()])));
            }
        };
        let Some(link) = joining::link(desk.conn, desk.key, desk.public_url, invitation)? else { return Ok(None) };
        let days = usize::try_from(LIVES.num_days()).unwrap_or_default();
        Ok(Some(Written::new(
            self.subject(),
            vec![
                text(t!("{inviter} invited you to work with {company}. Open this link to join:", inviter, company)),
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
