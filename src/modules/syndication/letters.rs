//! Letters about what is sold by syndication.

use diesel::PgConnection;
use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, id::Id, problem::Result, typed::apart, words::Words},
    mail::{
        Concern, Desk, Letter, Notice, Place, Way,
        written::{Written, text},
    },
    manifest::BUYERS,
    modules::{
        contracts::{self, SIGN},
        ids::Contract,
    },
    t,
};

/// What a letter is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// The listing that a contract rests on was removed, or paused; to both sides.
    SaleStopped { contract: Id<Contract>, account: Id<Account>, product: String, paused: bool },
    /// It is listed again; to both sides.
    SaleResumed { contract: Id<Contract>, account: Id<Account>, product: String },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["sale_stopped", "sale_resumed"];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "sale_stopped",
            label: "A product that is sold by syndication can no longer be ordered",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "sale_resumed",
            label: "A product that is sold by syndication can be ordered again",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (Self::SaleStopped { contract, account, .. } | Self::SaleResumed { contract, account, .. }) = self;
        Some(Place { account, section: "contracts", object: contract.as_str() })
    }

    fn concern(&self, conn: &mut PgConnection) -> Result<Concern> {
        let (Self::SaleStopped { contract, .. } | Self::SaleResumed { contract, .. }) = self;
        Ok(Concern { account: Some(contracts::store::issuer(conn, contract)?), object: self.object() })
    }

    fn subject(&self) -> Words {
        match self {
            Self::SaleStopped { product, .. } => {
                t!("{product} can no longer be ordered by syndication", product = apart(product))
            }
            Self::SaleResumed { product, .. } => {
                t!("{product} can be ordered by syndication again", product = apart(product))
            }
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let words = match self {
            Self::SaleStopped { paused: true, .. } => {
                t!("The distributor has paused its listing. The contract stays active. Subscriptions in use continue.")
            }
            Self::SaleStopped { .. } => {
                t!("The distributor no longer lists it. The contract stays active. Subscriptions in use continue.")
            }
            Self::SaleResumed { .. } => t!("The distributor lists it again."),
        };
        Ok(Some(Written::new(self.subject(), vec![text(words), desk.page()])))
    }
}
