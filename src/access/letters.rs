//! Letters about passwords and second factors.

use super::reset;
use crate::{
    kit::{actor::Account, id::Id, problem::Result, words::Words},
    mail::{
        Called, Desk, Letter, Place,
        written::{Piece, Written, text},
    },
    t,
};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A link to set a new password.
    PasswordReset {
        reset: Uuid,
        /// Under whose host name it was asked for.
        #[serde(default)]
        brand: Option<Id<Account>>,
    },
    /// A password was changed; to its owner.
    PasswordChanged,
    /// An authenticator app was set up, perhaps in place of another; to its owner, as all of these.
    AuthenticatorSet {
        again: bool,
    },
    /// The second factor is gone.
    FactorRemoved,
    RecoveryCodesMade,
    PasskeyAdded {
        name: String,
    },
    PasskeyRemoved {
        name: String,
    },
    /// A passkey counted less than was known: there is a copy of it.
    PasskeyCopied,
    /// A recovery code was used; how many are left.
    RecoveryCodeUsed {
        left: usize,
    },
    /// The person unlinked themselves from the identity provider of a company.
    ProviderUnlinked {
        company: String,
    },
    /// The person was removed from the platform; sent to their former address.
    PersonRemoved,
    /// An administrator of a company asks for the second factor to be removed.
    FactorResetAsked {
        company: String,
        name: String,
    },
}

/// What changed, and what to do about it when it was somebody else.
fn about_security(desk: &Desk<'_>, subject: Words, what: Words) -> Written {
    let otherwise = t!("If this wasn't you, set a new password now and tell your administrator:");
    let link = Piece::Link(format!("{}/forgot-password", desk.public_url));
    Written::new(subject, vec![text(what), text(otherwise), link])
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &[
        "password_reset",
        "password_changed",
        "authenticator_set",
        "factor_removed",
        "recovery_codes_made",
        "passkey_added",
        "passkey_removed",
        "passkey_copied",
        "recovery_code_used",
        "provider_unlinked",
        "person_removed",
        "factor_reset_asked",
    ];
    const OTHERS: &'static [Called] = &[
        Called { key: "password_reset", label: "Link to set a new password" },
        Called { key: "password_changed", label: "Changed password" },
        Called { key: "authenticator_set", label: "Authenticator app set up" },
        Called { key: "factor_removed", label: "Second factor removed" },
        Called { key: "recovery_codes_made", label: "New recovery codes" },
        Called { key: "passkey_added", label: "New passkey" },
        Called { key: "passkey_removed", label: "Passkey removed" },
        Called { key: "passkey_copied", label: "Copied passkey refused" },
        Called { key: "recovery_code_used", label: "Recovery code used" },
        Called { key: "provider_unlinked", label: "Single sign-on unlinked" },
        Called { key: "person_removed", label: "Deleted user account" },
        Called { key: "factor_reset_asked", label: "Request to remove a second factor" },
    ];

    fn place(&self) -> Option<Place<'_>> {
        None
    }

    fn issuer(&self, _: &mut PgConnection) -> Result<Option<Id<Account>>> {
        match self {
            Self::PasswordReset { brand, .. } => Ok(brand.clone()),
            _ => Ok(None),
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::PasswordReset { reset, .. } => {
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
            Self::AuthenticatorSet { again: false } => about_security(
                desk,
                t!("You set up a second factor"),
                t!("An authenticator app was set up for your account and your other sessions were signed out."),
            ),
            Self::AuthenticatorSet { again: true } => about_security(
                desk,
                t!("Your authenticator app was replaced"),
                t!(
                    "Another authenticator app was set up for your account in place of the previous one, and your other sessions were signed out."
                ),
            ),
            Self::FactorRemoved => about_security(
                desk,
                t!("Your second factor was removed"),
                t!(
                    "Your authenticator app, recovery codes and passkeys no longer work, and you sign in with your password alone. Your other sessions were signed out."
                ),
            ),
            Self::PersonRemoved => Written::new(
                t!("Your user account was deleted"),
                vec![
                    text(t!(
                        "Your name and this address were removed. You can no longer sign in, and this is the last email about your account."
                    )),
                    text(t!(
                        "What you signed for a company stays as evidence, with the name and address you signed with. If you didn't ask for this, contact the company you work for."
                    )),
                ],
            ),
            Self::RecoveryCodesMade => about_security(
                desk,
                t!("You have new recovery codes"),
                t!("New recovery codes were created for your account. The previous ones no longer work."),
            ),
            Self::PasskeyAdded { name } => about_security(
                desk,
                t!("You have a new passkey"),
                t!("A passkey called {name} was added to your account.", name),
            ),
            Self::PasskeyRemoved { name } => about_security(
                desk,
                t!("A passkey was removed"),
                t!(
                    "The passkey called {name} was removed from your account. Sessions that were started with it have ended.",
                    name
                ),
            ),
            Self::PasskeyCopied => about_security(
                desk,
                t!("A copied passkey was refused"),
                t!(
                    "Someone who knows your password tried to use a copy of one of your passkeys and was refused. Remove that passkey in your profile and create a new one."
                ),
            ),
            Self::ProviderUnlinked { company } => about_security(
                desk,
                t!("Single sign-on was unlinked"),
                t!(
                    "Your account is no longer linked to the identity provider of {company}. Sessions that it started were signed out there.",
                    company
                ),
            ),
            Self::RecoveryCodeUsed { left } => about_security(
                desk,
                t!("A recovery code was used"),
                t!(
                    "One of your recovery codes was used. You have {n} code left."
                        | "One of your recovery codes was used. You have {n} codes left.",
                    *left
                ),
            ),
            Self::FactorResetAsked { company, name } => Written::new(
                t!("Someone asked to remove your second factor"),
                vec![
                    text(t!(
                        "{name} at {company} asked for your second factor to be removed, because you can't use it any more. If you work for several companies, administrators of all of them have to ask. It is removed 24 hours after that.",
                        name,
                        company
                    )),
                    text(t!(
                        "If you can still use your second factor, sign in with it once. That stops the request. Then change your password."
                    )),
                    Piece::Link(format!("{}/sign-in", desk.public_url)),
                ],
            ),
        };
        Ok(Some(written))
    }
}
