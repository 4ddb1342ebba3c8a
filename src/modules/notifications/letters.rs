//! A mail by which a company tries how its mails look.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, id::Id, problem::Result},
    mail::{
        Called, Desk, Letter, Place,
        written::{Written, text},
    },
    t,
};

/// What a letter is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// How a company's mails begin and end; to the person that asks.
    LetterheadTried { account: Id<Account>, company: String },
}

/// The letter itself, which the page shows as well.
pub fn tried(company: &str) -> Written {
    Written::new(
        t!("Test email from {company}", company),
        vec![text(t!("This is how the emails of {company} look. In other emails, the message appears here.", company))],
    )
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["letterhead_tried"];
    const OTHERS: &'static [Called] = &[Called { key: "letterhead_tried", label: "Test email" }];

    fn place(&self) -> Option<Place<'_>> {
        let Self::LetterheadTried { account, .. } = self;
        Some(Place { account, section: "email-text", object: "" })
    }

    fn write(&self, _: &mut Desk<'_>) -> Result<Option<Written>> {
        let Self::LetterheadTried { company, .. } = self;
        Ok(Some(tried(company)))
    }
}
