//! Letters about products.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, id::Id, problem::Result},
    mail::{
        Desk, Letter, Place,
        written::{Written, text},
    },
    modules::ids::Product,
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A product reached End of Sale; to whoever sees it.
    SaleEnded { product: Id<Product>, account: Id<Account> },
    /// A product is for sale again; to whoever sees it.
    SaleRestored { product: Id<Product>, account: Id<Account> },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["sale_ended", "sale_restored"];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::SaleEnded { product, account, .. } | Self::SaleRestored { product, account, .. } => {
                (account, "products", product.as_str())
            }
        };
        Some(Place { account, section, object })
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::SaleEnded { product, .. } => Written::new(
                t!("{product} is at End of Sale", product),
                vec![
                    text(
                        "Its vendor has ended the sale. It can no longer be listed on other marketplaces; listings and subscriptions stay. \
                         Its page says whether there is a replacement:",
                    ),
                    desk.page(),
                ],
            ),
            Self::SaleRestored { product, .. } => Written::new(
                t!("{product} is for sale again", product),
                vec![text("Its vendor has restored it."), desk.page()],
            ),
        };
        Ok(Some(written))
    }
}
