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
    /// The listing; of what is sold by syndication its contract; in preview the product.
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The listing that it rests on.
    #[diesel(sql_type = Nullable<Text>)]
    listing: Option<String>,
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
    /// The owner of that marketplace.
    #[diesel(sql_type = Nullable<Text>)]
    pub distributor: Option<Id<Account>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub contract: Option<Id<Contract>>,
    /// The contract is a test, so what is ordered is one as well.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    test: bool,
}

impl Offer {
    /// Whether it is sold by syndication, on somebody else's marketplace.
    pub fn syndicated(&self) -> bool {
        self.contract.as_ref().is_some_and(|contract| contract.as_str() == self.id)
    }

    /// Where an order of it belongs that is meant for `wanted`.
    pub fn environment(&self, wanted: Environment) -> Environment {
        if self.test { Environment::Test } else { wanted }
    }
}

/// What is listed on the company's own marketplaces.
const LISTED: &str = "SELECT l.id, l.id AS listing, p.id AS product, v.name, v.number AS version, p.status, p.vendor_id AS vendor, \
    a.name AS vendor_name, m.id AS marketplace, m.name AS marketplace_name, l.owner_id AS distributor, c.id AS contract, \
    c.kind = 'test' AS test FROM listings l JOIN products p ON p.id = l.product_id \
    JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
    JOIN accounts a ON a.id = p.vendor_id JOIN marketplaces m ON m.id = l.marketplace_id \
    JOIN contracts c ON c.id = l.contract_id AND c.status = 'active' \
    WHERE l.owner_id = $1 AND l.status = 'listed' AND l.paused_at IS NULL";

/// What the company sells by syndication: while its contract is Active, and every one that this goes through, and the listing that it
/// rests on is listed under an Active contract and is not paused.
const SYNDICATED: &str = "SELECT s.contract_id AS id, l.id AS listing, p.id AS product, v.name, v.number AS version, p.status, \
    p.vendor_id AS vendor, a.name AS vendor_name, m.id AS marketplace, m.name AS marketplace_name, s.distributor_id AS distributor, \
    c.id AS contract, c.kind = 'test' OR d.kind = 'test' AS test FROM contract_sources s \
    JOIN contracts c ON c.id = s.contract_id AND c.status = 'active' \
    JOIN listings l ON l.id = s.listing_id AND l.status = 'listed' AND l.paused_at IS NULL \
    JOIN contracts d ON d.id = l.contract_id AND d.status = 'active' JOIN products p ON p.id = s.product_id \
    JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
    JOIN accounts a ON a.id = p.vendor_id JOIN marketplaces m ON m.id = s.marketplace_id \
    WHERE s.enroller_id = $1 AND s.open AND NOT EXISTS (WITH RECURSIVE above AS ( \
        SELECT t.contract_id, t.through_id FROM contract_sources t WHERE t.contract_id = s.through_id UNION \
        SELECT t.contract_id, t.through_id FROM above JOIN contract_sources t ON t.contract_id = above.through_id) \
        SELECT FROM above JOIN contracts k ON k.id = above.contract_id WHERE k.status <> 'active')";

const PREVIEWED: &str = "SELECT p.id, NULL AS listing, p.id AS product, v.name, v.number AS version, p.status, p.vendor_id AS vendor, \
    a.name AS vendor_name, NULL AS marketplace, '' AS marketplace_name, NULL AS distributor, NULL AS contract, false AS test FROM products p \
    JOIN product_versions v ON v.product_id = p.id AND v.number = p.version JOIN accounts a ON a.id = p.vendor_id \
    WHERE p.vendor_id = $1";

/// The most that lists of choices show.
const MOST: usize = 500;

/// What the actor's company may order: products listed on its marketplaces and what it sells by syndication, or for a vendor its own,
/// with any version.
pub fn offers<P>(read: &mut Read<'_, P>, preview: bool) -> Result<Vec<Offer>> {
    let me = read.actor.identity.company.id.clone();
    offers_of(read, &me, preview)
}

/// What a company may order, for whoever loads data in its name.
pub fn offers_of(look: &mut impl Looks, buyer: &Id<Account>, preview: bool) -> Result<Vec<Offer>> {
    let all = if preview { PREVIEWED.to_owned() } else { format!("{LISTED} UNION ALL {SYNDICATED}") };
    Ok(statement(format!("{all} ORDER BY name, id LIMIT {MOST}")).bind::<Text, _>(buyer.as_str()).load(look.conn())?)
}

/// The same offer as it stands now, held until the transaction ends; `None` when it is one no longer.
pub fn hold_offer<P>(tx: &mut Tx<'_, P>, offer: &Offer) -> Result<Option<Offer>> {
    let me = tx.account()?;
    products::table.find(&offer.product).select(products::id).for_share().first::<String>(tx.conn)?;
    if let (Some(contract), Some(listing)) = (&offer.contract, &offer.listing) {
        contracts::table.find(contract).select(contracts::id).for_share().first::<String>(tx.conn)?;
        listings::table.find(listing).select(listings::id).for_share().first::<String>(tx.conn)?;
    }
    let sql = match &offer.contract {
        None => format!("{PREVIEWED} AND p.id = $2"),
        Some(_) if offer.syndicated() => format!("{SYNDICATED} AND s.contract_id = $2"),
        Some(_) => format!("{LISTED} AND l.id = $2"),
    };
    Ok(statement(sql).bind::<Text, _>(me.as_str()).bind::<Text, _>(&offer.id).get_result(tx.conn).optional()?)
}
