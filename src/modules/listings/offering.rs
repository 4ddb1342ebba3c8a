//! What a marketplace offers of a product, and who may look at it because of that.

use crate::{
    kit::{actor::Account, db::Tx, id::Id, problem::Result},
    modules::products::{Product, sight},
};

/// What is listed of a product, or asked for, on the marketplaces of a company has changed.
pub struct Changed {
    pub owner: Id<Account>,
    pub product: Id<Product>,
}

/// Lets the owner of a marketplace see a product, or not, as its listings now say, and everybody who sees it there.
pub fn settle<P>(tx: &mut Tx<'_, P>, owner: &Id<Account>, product: &Id<Product>) -> Result<()> {
    sight::settle(tx, owner, product)?;
    tx.follow("listing changed", &Changed { owner: owner.clone(), product: product.clone() })
}
