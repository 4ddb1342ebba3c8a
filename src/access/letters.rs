//! Letters about passwords.

use super::reset;
use crate::{
    kit::problem::Result,
    mail::{
        Desk, Letter, Place,
        written::{Piece, Written, text},
    },
    t,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A link to set a new password.
    PasswordReset { reset: Uuid },
    /// A password was changed; to its owner.
    PasswordChanged,
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["password_reset", "password_changed"];

    fn place(&self) -> Option<Place<'_>> {
        None
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::PasswordReset { reset } => {
                let Some(found) = reset::find(desk.conn, *reset)? else { return Ok(None) };
                Written::new(
                    t!("Set a new password"),
                    vec![
                        text(t!("Someone asked to reset the password for your account.")),
                        Piece::Link(found.url(desk.key, desk.public_url)),
                        text(t!(
                            "The link works once and expires in one hour. If this wasn't you, ignore this email. Your password won't change."
                        )),
                    ],
                )
            }
            Self::PasswordChanged => Written::new(
                t!("Your password was changed"),
                vec![
                    text(t!(
                        "Your password was changed and your other sessions were signed out. If this wasn't you, set a new password now:"
                    )),
                    Piece::Link(format!("{}/forgot-password", desk.public_url)),
                ],
            ),
        };
        Ok(Some(written))
    }
}
