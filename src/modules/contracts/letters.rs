//! Letters about contracts.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    SIGN,
    activation::codes,
    delivery::letter::{self, Invited, Occasion},
    evidence::checkpoint,
    store,
};
use crate::{
    kit::{actor::Account, id::Id, problem::Result, words::Words},
    mail::{
        Called, Concern, Desk, Letter, Notice, Place, Way, reminders,
        written::{Piece, Written, because, text},
    },
    manifest::{BUYERS, EVERYBODY},
    modules::ids::Contract,
    schema::{activation_attempts, contracts},
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A code that confirms an invitee's e-mail.
    EmailCode { attempt: Uuid },
    /// The link of a contract that waits for its partner; to whom the issuer means it for.
    ContractInvited { contract: Id<Contract>, link: i32, sender: String, message: String, reminder: bool },
    /// The link of such a contract, from a colleague who had it before; to whom it was handed over.
    LinkHandedOver { contract: Id<Contract>, link: i32, sender: String, message: String },
    /// The link for the second of two signatures, from whoever gave the first.
    SecondSignature { contract: Id<Contract>, link: i32, sender: String },
    /// Whoever had a link handed it over to a colleague; to the issuer.
    ContractHandedOver { contract: Id<Contract>, issuer: Id<Account>, person: String, colleague: String, email: String },
    /// The first of two people signed for a partner; to the issuer.
    FirstSigned { contract: Id<Contract>, issuer: Id<Account>, person: String, second: String },
    /// Somebody with an expired link asks for a new one; to the issuer.
    LinkAsked { contract: Id<Contract>, issuer: Id<Account> },
    /// A partner activated a contract; to the issuer.
    ContractActivated { contract: Id<Contract>, issuer: Id<Account>, company: String },
    /// A partner activated a contract; to the person that did.
    ContractSigned { contract: Id<Contract>, signee: Id<Account> },
    /// A partner rejected a contract; to the issuer.
    ContractRejected { contract: Id<Contract>, issuer: Id<Account>, reason: String },
    /// The issuer terminated a contract; to the signee.
    ContractTerminated { contract: Id<Contract>, account: Id<Account>, note: String },
    /// The issuer offers another end of a contract; to the signee.
    ExtensionOffered { contract: Id<Contract>, signee: Id<Account>, company: String },
    /// The signee answered such an offer; to the issuer.
    ExtensionDecided { contract: Id<Contract>, issuer: Id<Account>, company: String, outcome: String, reason: String },
    /// The issuer offers a contract that succeeds another; to the signee.
    RenewalOffered { contract: Id<Contract>, signee: Id<Account>, company: String },
    /// The signee answered such an offer; to the issuer.
    RenewalDecided { contract: Id<Contract>, issuer: Id<Account>, company: String, outcome: String, reason: String },
    /// How all signatures stood at one moment; to the operator.
    Checkpoint { number: i64 },
    /// A contract ends in a number of days; to both sides.
    ContractExpires { contract: Id<Contract>, account: Id<Account>, days: i32 },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &[
        "email_code",
        "contract_invited",
        "link_handed_over",
        "second_signature",
        "contract_handed_over",
        "first_signed",
        "link_asked",
        "contract_activated",
        "contract_signed",
        "contract_rejected",
        "contract_terminated",
        "extension_offered",
        "extension_decided",
        "renewal_offered",
        "renewal_decided",
        "checkpoint",
        "contract_expires",
    ];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "link_asked",
            label: "A partner asks for a new activation link",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "contract_handed_over",
            label: "A partner hands a contract over to a colleague",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Portal,
        },
        Notice {
            key: "first_signed",
            label: "The first of two signers signs a contract",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Portal,
        },
        Notice {
            key: "contract_activated",
            label: "A partner activates a contract",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "contract_rejected",
            label: "A partner rejects a contract",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "contract_terminated",
            label: "One of your company's contracts ends",
            roles: EVERYBODY,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "extension_offered",
            label: "Your company is offered a new expiry date",
            roles: EVERYBODY,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "extension_decided",
            label: "A partner answers an offer of a new expiry date",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "renewal_offered",
            label: "Your company is offered a renewal",
            roles: EVERYBODY,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "renewal_decided",
            label: "A partner answers an offered renewal",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "contract_expires",
            label: "A contract ends soon",
            roles: EVERYBODY,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
    ];
    const REMINDERS: &'static [&'static str] = &["contract_expires"];
    const OTHERS: &'static [Called] = &[
        Called { key: "email_code", label: "Code to confirm an email address" },
        Called { key: "contract_invited", label: "Activation link of a contract" },
        Called { key: "link_handed_over", label: "Activation link handed over by a colleague" },
        Called { key: "second_signature", label: "Activation link for the second signature" },
        Called { key: "contract_signed", label: "Confirmation that a contract was activated" },
        Called { key: "checkpoint", label: "Evidence checkpoint" },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::EmailCode { .. }
            | Self::ContractInvited { .. }
            | Self::LinkHandedOver { .. }
            | Self::SecondSignature { .. }
            | Self::Checkpoint { .. } => return None,
            Self::ContractHandedOver { contract, issuer: account, .. }
            | Self::FirstSigned { contract, issuer: account, .. }
            | Self::LinkAsked { contract, issuer: account }
            | Self::ContractActivated { contract, issuer: account, .. }
            | Self::ContractSigned { contract, signee: account, .. }
            | Self::ContractRejected { contract, issuer: account, .. }
            | Self::ContractTerminated { contract, account, .. }
            | Self::ExtensionOffered { contract, signee: account, .. }
            | Self::ExtensionDecided { contract, issuer: account, .. }
            | Self::RenewalOffered { contract, signee: account, .. }
            | Self::RenewalDecided { contract, issuer: account, .. }
            | Self::ContractExpires { contract, account, .. } => (account, "contracts", contract.as_str()),
        };
        Some(Place { account, section, object })
    }

    /// Only the issuer has a page for it so far, not the invitee.
    fn object(&self) -> String {
        match self {
            Self::ContractInvited { contract, .. }
            | Self::LinkHandedOver { contract, .. }
            | Self::SecondSignature { contract, .. } => format!("contracts/{contract}"),
            _ => self.place().map(|place| place.named()).unwrap_or_default(),
        }
    }

    /// When nobody acts for a company, the issuer is told: a contract's letters are its business. Who invited waits for whoever was sent
    /// a code.
    fn concern(&self, conn: &mut PgConnection) -> Result<Concern> {
        let (contract, issuer): (Id<Contract>, Id<Account>) = match self {
            Self::Checkpoint { .. } => return Ok(Concern { account: None, object: self.object() }),
            Self::EmailCode { attempt } => activation_attempts::table
                .find(attempt)
                .inner_join(contracts::table)
                .select((contracts::id, contracts::issuer_id))
                .first(conn)?,
            Self::ContractInvited { contract, .. }
            | Self::LinkHandedOver { contract, .. }
            | Self::SecondSignature { contract, .. }
            | Self::ContractHandedOver { contract, .. }
            | Self::FirstSigned { contract, .. }
            | Self::LinkAsked { contract, .. }
            | Self::ContractActivated { contract, .. }
            | Self::ContractSigned { contract, .. }
            | Self::ContractRejected { contract, .. }
            | Self::ContractTerminated { contract, .. }
            | Self::ExtensionOffered { contract, .. }
            | Self::ExtensionDecided { contract, .. }
            | Self::RenewalOffered { contract, .. }
            | Self::RenewalDecided { contract, .. }
            | Self::ContractExpires { contract, .. } => (contract.clone(), store::issuer(conn, contract)?),
        };
        Ok(Concern { account: Some(issuer), object: format!("contracts/{contract}") })
    }

    fn subject(&self) -> Words {
        match self {
            Self::EmailCode { .. }
            | Self::ContractInvited { .. }
            | Self::LinkHandedOver { .. }
            | Self::SecondSignature { .. }
            | Self::Checkpoint { .. } => Words::default(),
            Self::ContractHandedOver { contract, person, colleague, .. } => {
                t!("{person} handed {contract} over to {colleague}", person, contract, colleague)
            }
            Self::FirstSigned { contract, person, .. } => {
                t!("{person} signed {contract} as the first of two", person, contract)
            }
            Self::LinkAsked { contract, .. } => t!("New link requested for {contract}", contract),
            Self::ContractActivated { contract, company, .. } => {
                t!("{company} activated {contract}", company, contract)
            }
            Self::ContractSigned { contract, .. } => t!("You activated {contract}", contract),
            Self::ContractRejected { contract, .. } => t!("{contract} was rejected", contract),
            Self::ContractTerminated { contract, .. } => t!("{contract} has ended", contract),
            Self::ExtensionOffered { contract, company, .. } => {
                t!("{company} offers to extend {contract}", company, contract)
            }
            Self::ExtensionDecided { contract, company, outcome, .. } => match outcome.as_str() {
                "accepted" => t!("{company} accepted the extension of {contract}", company, contract),
                _ => t!("{company} declined the extension of {contract}", company, contract),
            },
            Self::RenewalOffered { contract, company, .. } => {
                t!("{company} offers a new contract: {contract}", company, contract)
            }
            Self::RenewalDecided { contract, company, outcome, .. } => match outcome.as_str() {
                "signed" => t!("{company} signed {contract}", company, contract),
                _ => t!("{company} declined {contract}", company, contract),
            },
            Self::ContractExpires { contract, days, .. } => {
                let days = usize::try_from(*days).unwrap_or_default();
                t!("{contract} ends within {n} day" | "{contract} ends within {n} days", days, contract)
            }
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::EmailCode { attempt } => {
                let Some(at) = codes::made_at(desk.conn, *attempt)? else { return Ok(None) };
                let digits = codes::digits(desk.key, *attempt, at);
                Written::new(
                    t!("{digits} is your code", digits),
                    vec![
                        text(t!("Enter this code on the page that asked for it:")),
                        Piece::Code(digits),
                        text(t!(
                            "It works once and expires in ten minutes. If you didn't ask for it, ignore this email."
                        )),
                    ],
                )
            }
            Self::ContractInvited { contract, link, sender, message, reminder } => {
                let occasion = if *reminder { Occasion::Reminded } else { Occasion::Invited };
                return letter::write(desk, &Invited { contract, link: *link, sender, message, occasion });
            }
            Self::SecondSignature { contract, link, sender } => {
                let occasion = Occasion::Second;
                return letter::write(desk, &Invited { contract, link: *link, sender, message: "", occasion });
            }
            Self::LinkHandedOver { contract, link, sender, message } => {
                let occasion = Occasion::HandedOver;
                return letter::write(desk, &Invited { contract, link: *link, sender, message, occasion });
            }
            Self::ContractHandedOver { contract, person, colleague, email, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "{person} handed contract {contract} over to {colleague}, {email}, who has a new link. If that isn't right, revoke the link:",
                        person,
                        contract,
                        colleague,
                        email,
                    )),
                    desk.page(),
                ],
            ),
            Self::FirstSigned { contract, person, second, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "{person} gave the first of two signatures on contract {contract}. It becomes active once {second} has signed too:",
                        person,
                        contract,
                        second,
                    )),
                    desk.page(),
                ],
            ),
            Self::LinkAsked { contract, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "Someone opened the expired link to contract {contract} and asked for a new one. If this is your partner, renew the link and send it:",
                        contract,
                    )),
                    desk.page(),
                ],
            ),
            Self::ContractActivated { contract, company, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!("{company} has signed contract {contract} and is now your partner.", company, contract)),
                    desk.page(),
                ],
            ),
            Self::ContractSigned { contract, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "You signed contract {contract} for your company. You can find the document and the certificate under Versions:",
                        contract,
                    )),
                    desk.to("/versions"),
                ],
            ),
            Self::ContractRejected { contract, reason, .. } => Written::new(
                self.subject(),
                [
                    because(t!("The partner you invited with {contract} has rejected it", contract), reason),
                    vec![desk.page()],
                ]
                .concat(),
            ),
            Self::ContractTerminated { contract, note, .. } => Written::new(
                self.subject(),
                [
                    because(t!("Contract {contract} has ended", contract), note),
                    vec![text(t!("You can still read it:")), desk.page()],
                ]
                .concat(),
            ),
            Self::ExtensionOffered { contract, company, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "{company} offers a new expiry date for contract {contract}. Nothing changes unless you accept it:",
                        company,
                        contract,
                    )),
                    desk.to("/extension"),
                ],
            ),
            Self::ExtensionDecided { contract, company, outcome, reason, .. } => {
                let sentence = match outcome.as_str() {
                    "accepted" => t!("{company} accepted the new expiry date of {contract}", company, contract),
                    _ => t!("{company} declined the new expiry date of {contract}", company, contract),
                };
                Written::new(self.subject(), [because(sentence, reason), vec![desk.page()]].concat())
            }
            Self::RenewalOffered { contract, company, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "{company} offers contract {contract}, which replaces your current one. Read it, then sign or decline it:",
                        company,
                        contract,
                    )),
                    desk.to("/accept"),
                ],
            ),
            Self::RenewalDecided { contract, company, outcome, reason, .. } => {
                let sentence = match outcome.as_str() {
                    "signed" => t!("{company} signed contract {contract}", company, contract),
                    _ => t!("{company} declined contract {contract}", company, contract),
                };
                Written::new(self.subject(), [because(sentence, reason), vec![desk.page()]].concat())
            }
            Self::Checkpoint { number } => {
                let Some(made) = checkpoint::find(desk.conn, *number)? else { return Ok(None) };
                Written::new(
                    t!("Evidence checkpoint {number}", number),
                    vec![
                        text(t!(
                            "Keep this email somewhere the database cannot reach. With it, entente doctor --evidence --checkpoints FILE shows whether any signatures have been changed or removed since."
                        )),
                        text(made.to_string()),
                    ],
                )
            }
            Self::ContractExpires { contract, days, .. } => {
                let Some(unsubscribe) = reminders::link(desk.conn, desk.key, desk.public_url, desk.recipient)? else {
                    return Ok(None);
                };
                let days = usize::try_from(*days).unwrap_or_default();
                let letter = Written::new(
                    self.subject(),
                    vec![
                        text(t!(
                            "Contract {contract} ends automatically within {n} day. Its issuer can extend or renew it before then:"
                                | "Contract {contract} ends automatically within {n} days. Its issuer can extend or renew it before then:",
                            days,
                            contract,
                        )),
                        desk.page(),
                        text(t!("To stop these reminders:")),
                        Piece::Link(unsubscribe.clone()),
                    ],
                );
                Written { unsubscribe: Some(unsubscribe), ..letter }
            }
        };
        Ok(Some(written))
    }
}
