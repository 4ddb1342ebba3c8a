//! What a company may order, and where.

use diesel::{
    prelude::*,
    sql_types::{Nullable, Text},
};

use crate::{
    kit::{
        actor::Account,
        db::{Looks, Read, Tx},
        environment::Environment,
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::{
        contracts::Contract,
        marketplaces::Marketplace,
        products::{Product, Status as ProductStatus},
    },
    schema::{contracts, listings, products},
};

/// Something that can be ordered, where.
#[derive(Debug, Clone, QueryableByName)]
pub struct Offer {
    /// The listing; in preview the product.
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub product: Id<Product>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = diesel::sql_types::Int4)]
    pub version: i32,
    #[diesel(sql_type = Text)]
    pub status: ProductStatus,
    #[diesel(sql_type = Text)]
    pub vendor: Id<Account>,
    #[diesel(sql_type = Text)]
    pub vendor_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub marketplace: Option<Id<Marketplace>>,
    #[diesel(sql_type = Text)]
    pub marketplace_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub contract: Option<Id<Contract>>,
    /// The contract is a test, so what is ordered is one as well.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    test: bool,
}

impl Offer {
    /// Where an order of it belongs that is meant for `wanted`.
    pub fn environment(&self, wanted: Environment) -> Environment {
        if self.test { Environment::Test } else { wanted }
    }
}

const LISTED: &str = "SELECT l.id, p.id AS product, v.name, v.number AS version, p.status, p.vendor_id AS vendor, \
    a.name AS vendor_name, m.id AS marketplace, m.name AS marketplace_name, c.id AS contract, c.kind = 'test' AS test \
    FROM listings l JOIN products p ON p.id = l.product_id \
    JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
    JOIN accounts a ON a.id = p.vendor_id JOIN marketplaces m ON m.id = l.marketplace_id \
    JOIN contracts c ON c.id = l.contract_id AND c.status = 'active' WHERE l.owner_id = $1 AND l.status = 'listed'";

const PREVIEWED: &str = "SELECT p.id, p.id AS product, v.name, v.number AS version, p.status, p.vendor_id AS vendor, \
    a.name AS vendor_name, NULL AS marketplace, '' AS marketplace_name, NULL AS contract, false AS test FROM products p \
    JOIN product_versions v ON v.product_id = p.id AND v.number = p.version JOIN accounts a ON a.id = p.vendor_id \
    WHERE p.vendor_id = $1";

/// The most that lists of choices show.
const MOST: usize = 500;

/// What the actor's company may order: products listed on its marketplaces, or for a vendor its own, with any version.
pub fn offers<P>(read: &mut Read<'_, P>, preview: bool) -> Result<Vec<Offer>> {
    let me = read.actor.identity.company.id.clone();
    offers_of(read, &me, preview)
}

/// What a company may order, for whoever loads data in its name.
pub fn offers_of(look: &mut impl Looks, buyer: &Id<Account>, preview: bool) -> Result<Vec<Offer>> {
    let sql = if preview { PREVIEWED } else { LISTED };
    Ok(statement(format!("{sql} ORDER BY v.name, 1 LIMIT {MOST}")).bind::<Text, _>(buyer.as_str()).load(look.conn())?)
}

/// The same offer as it stands now, held until the transaction ends; `None` when it is one no longer.
pub fn hold_offer<P>(tx: &mut Tx<'_, P>, offer: &Offer) -> Result<Option<Offer>> {
    let me = tx.account()?;
    products::table.find(&offer.product).select(products::id).for_share().first::<String>(tx.conn)?;
    let sql = match &offer.contract {
        None => format!("{PREVIEWED} AND p.id = $2"),
        Some(contract) => {
            contracts::table.find(contract).select(contracts::id).for_share().first::<String>(tx.conn)?;
            listings::table.find(&offer.id).select(listings::id).for_share().first::<String>(tx.conn)?;
            format!("{LISTED} AND l.id = $2")
        }
    };
    Ok(statement(sql).bind::<Text, _>(me.as_str()).bind::<Text, _>(&offer.id).get_result(tx.conn).optional()?)
}
