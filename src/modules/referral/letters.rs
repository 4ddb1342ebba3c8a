//! Letters about referrals: the vendor is asked, who enrolled is answered, and the distributor learns what came about.

use diesel::PgConnection;
use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, id::Id, problem::Result, typed::apart, words::Words},
    mail::{
        Concern, Desk, Letter, Notice, Place, Way,
        written::{Written, because, text},
    },
    manifest::{BUYERS, VENDORS},
    modules::{
        contracts::{self, SIGN},
        ids::{Agreement, Contract},
    },
    t,
};

/// What a letter is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A company that a distributor referred offers a contract; to the vendor.
    ReferralOffered { contract: Id<Contract>, vendor: Id<Account>, company: String, referrer: String, product: String },
    /// The vendor signed or rejected it; to who offered it.
    ReferralDecided { contract: Id<Contract>, issuer: Id<Account>, company: String, outcome: String, reason: String },
    /// A contract came about by a referral agreement; to the distributor.
    ReferralBegan { agreement: Id<Agreement>, referrer: Id<Account>, company: String, vendor: String, product: String },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["referral_offered", "referral_decided", "referral_began"];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "referral_offered",
            label: "A company referred by a distributor offers you a contract",
            roles: VENDORS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "referral_decided",
            label: "A vendor answers a contract you offered it from the catalog",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "referral_began",
            label: "One of your referral agreements leads to a contract",
            roles: BUYERS,
            told: "agreements.manage",
            seen: "agreements.view",
            way: Way::Both,
        },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::ReferralOffered { contract, vendor: account, .. }
            | Self::ReferralDecided { contract, issuer: account, .. } => (account, "contracts", contract.as_str()),
            Self::ReferralBegan { agreement, referrer, .. } => (referrer, "agreements", agreement.as_str()),
        };
        Some(Place { account, section, object })
    }

    fn concern(&self, conn: &mut PgConnection) -> Result<Concern> {
        let account = match self {
            Self::ReferralOffered { contract, .. } | Self::ReferralDecided { contract, .. } => {
                contracts::store::issuer(conn, contract)?
            }
            Self::ReferralBegan { referrer, .. } => referrer.clone(),
        };
        Ok(Concern { account: Some(account), object: self.object() })
    }

    fn subject(&self) -> Words {
        match self {
            Self::ReferralOffered { contract, company, .. } => {
                t!("{company} offers you contract {contract}", company = apart(company), contract)
            }
            Self::ReferralDecided { contract, company, outcome, .. } => match outcome.as_str() {
                "signed" => t!("{company} signed {contract}", company, contract),
                _ => t!("{company} rejected {contract}", company, contract),
            },
            Self::ReferralBegan { company, vendor, .. } => {
                t!("{company} and {vendor} signed a contract", company = apart(company), vendor = apart(vendor))
            }
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::ReferralOffered { contract, company, referrer, product, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "{company} offers you program contract {contract}. It found {product} in the catalog of {referrer}, who referred it to you. Read it, then sign or reject it:",
                        company = apart(company),
                        contract,
                        product = apart(product),
                        referrer = apart(referrer),
                    )),
                    desk.to("/referral"),
                ],
            ),
            Self::ReferralDecided { contract, company, outcome, reason, .. } => {
                let sentence = match outcome.as_str() {
                    "signed" => t!("{company} signed contract {contract}", company, contract),
                    _ => t!("{company} rejected contract {contract}", company, contract),
                };
                Written::new(self.subject(), [because(sentence, reason), vec![desk.page()]].concat())
            }
            Self::ReferralBegan { agreement, company, vendor, product, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "Through your referral agreement {agreement}, {company} has signed a program contract with {vendor}, whose product {product} it found in your catalog. You can see that the contract exists, but not its terms:",
                        agreement,
                        company = apart(company),
                        vendor = apart(vendor),
                        product = apart(product),
                    )),
                    desk.to("/contracts"),
                ],
            ),
        };
        Ok(Some(written))
    }
}
