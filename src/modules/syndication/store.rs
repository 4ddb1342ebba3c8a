//! Statements about enrolments from the catalog.

use diesel::{
    prelude::*,
    sql_types::{Array, Text},
};

use crate::{
    kit::{
        actor::Account,
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        typed::apart,
        words::Words,
    },
    modules::{
        agreements::{Agreement, Type},
        catalog::store::{Offer, offers},
        contracts::{Contract, Status, rights},
        ids::{Marketplace, Product},
    },
    schema::{contracts, listings, marketplaces},
    t,
};

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[
    ("contract_sources_one", || {
        Problem::stale("There is nothing to enroll in", "Your company is already enrolled. Nothing was signed.")
    }),
    ("contract_sources_target_id_enroller_id_fkey", || Problem::stale(NOTHING, GONE)),
];

/// What is said when nothing can be signed.
pub const NOTHING: &str = "There is nothing to enroll in";
const GONE: &str = "The marketplace you chose is no longer there. Nothing was signed.";

/// Marketplaces of the actor's company.
pub fn own<P>(read: &mut Read<'_, P>) -> Result<Vec<(Id<Marketplace>, String)>> {
    let me = &read.actor.identity.company.id;
    Ok(marketplaces::table
        .filter(marketplaces::owner_id.eq(me))
        .order((marketplaces::name, marketplaces::id))
        .limit(200)
        .select((marketplaces::id, marketplaces::name))
        .load(read.conn)?)
}

/// A marketplace of the company, by its name.
///
/// # Errors
/// Stale when it is not there.
pub fn target(look: &mut impl Looks, company: &Id<Account>, id: &Id<Marketplace>) -> Result<String> {
    let own = marketplaces::table.find(id).filter(marketplaces::owner_id.eq(company));
    let name: Option<String> = own.select(marketplaces::name).first(look.conn()).optional()?;
    name.ok_or_else(|| Problem::stale(NOTHING, GONE))
}

/// An open contract on one of the products, by the same agreement and for the same marketplace.
#[derive(Debug, Clone, QueryableByName)]
pub struct Taken {
    #[diesel(sql_type = Text)]
    pub product: Id<Product>,
    #[diesel(sql_type = Text)]
    pub contract: Id<Contract>,
    #[diesel(sql_type = Text)]
    pub status: Status,
}

fn taken(
    look: &mut impl Looks,
    company: &Id<Account>,
    (agreement, marketplace): (&Id<Agreement>, &Id<Marketplace>),
    products: &[Id<Product>],
) -> Result<Vec<Taken>> {
    let products: Vec<&str> = products.iter().map(Id::as_str).collect();
    Ok(statement(
        "SELECT x.product_id AS product, x.contract_id AS contract, c.status FROM contract_sources x \
         JOIN contracts c ON c.id = x.contract_id WHERE x.enroller_id = $1 AND x.product_id = ANY($4) AND x.agreement_id = $2 \
         AND x.target_id = $3 AND x.open",
    )
    .bind::<Text, _>(company)
    .bind::<Text, _>(agreement)
    .bind::<Text, _>(marketplace)
    .bind::<Array<Text>, _>(products)
    .load(look.conn())?)
}

/// What a company that chose these products can enroll in by an agreement for a marketplace of its own, and why not in the rest.
#[derive(Debug, Clone)]
pub struct Choice {
    pub offers: Vec<Offer>,
    pub left: Vec<Words>,
}

/// What can be enrolled in now.
pub fn choice(
    look: &mut impl Looks,
    company: &Id<Account>,
    (agreement, marketplace): (&Id<Agreement>, &Id<Marketplace>),
    products: &[Id<Product>],
) -> Result<Choice> {
    let mut offers = offers(look, company, products, Type::Syndication)?;
    offers.retain(|offer| offer.agreement == *agreement);
    let taken = taken(look, company, (agreement, marketplace), products)?;
    let mut left: Vec<Words> = products
        .iter()
        .filter(|product| !offers.iter().any(|offer| offer.product == **product))
        .map(|product| t!("{product} is not offered by this agreement right now.", product))
        .collect();
    for one in &taken {
        if let Some(at) = offers.iter().position(|offer| offer.product == one.product) {
            let offer = offers.remove(at);
            left.push(t!(
                "{product}: your company already has contract {contract} for this marketplace, which is {status}.",
                product = apart(&offer.called),
                contract = one.contract,
                status = Words::within(one.status),
            ));
        }
    }
    Ok(Choice { offers, left })
}

/// The same with everything held that it rests on: enrolments of one company by one service agreement go one after the other.
///
/// # Errors
/// Stale when the service contract has ended.
pub fn hold_choice<P>(
    tx: &mut Tx<'_, P>,
    company: &Id<Account>,
    chosen: (&Id<Agreement>, &Id<Marketplace>),
    products: &[Id<Product>],
) -> Result<Choice> {
    let issuer: Option<Id<Account>> = statement(
        "SELECT c.issuer_id FROM contracts c JOIN agreements a ON a.parent_id = c.agreement_id AND a.type = 'syndication' \
         WHERE a.id = $1 AND c.signee_id = $2 AND c.type = 'service' AND c.status = 'active' FOR UPDATE OF c",
    )
    .bind::<Text, _>(chosen.0)
    .bind::<Text, _>(company)
    .values::<Text, Id<Account>>(tx.conn)?
    .pop();
    let Some(issuer) = issuer else {
        return Err(Problem::stale(
            NOTHING,
            "The service contract by which this was offered is no longer active. Nothing was signed.",
        ));
    };
    // what its issuer's right rests on before what it sells by: in this order they end
    rights::hold(tx, &issuer)?;
    let before = choice(tx, company, chosen, products)?;
    let through: Vec<&str> = before.offers.iter().filter_map(|offer| offer.through.as_ref()).map(Id::as_str).collect();
    let held = contracts::table.filter(contracts::id.eq_any(through)).order(contracts::id).select(contracts::id);
    held.for_share().load::<String>(tx.conn)?;
    let rests: Vec<&str> = before.offers.iter().map(|offer| offer.listing.as_str()).collect();
    let held = listings::table.filter(listings::id.eq_any(rests)).order(listings::id).select(listings::id);
    held.for_share().load::<String>(tx.conn)?;
    choice(tx, company, chosen, products)
}

/// Writes what a contract is about.
pub fn insert_source<P>(
    tx: &mut Tx<'_, P>,
    contract: &Id<Contract>,
    offer: &Offer,
    (company, marketplace): (&Id<Account>, &Id<Marketplace>),
) -> Result<()> {
    use crate::schema::contract_sources;
    diesel::insert_into(contract_sources::table)
        .values((
            contract_sources::contract_id.eq(contract),
            contract_sources::agreement_id.eq(&offer.agreement),
            contract_sources::product_id.eq(&offer.product),
            contract_sources::vendor_id.eq(&offer.vendor_id),
            contract_sources::listing_id.eq(&offer.listing),
            contract_sources::marketplace_id.eq(&offer.marketplace_id),
            contract_sources::distributor_id.eq(&offer.distributor_id),
            contract_sources::through_id.eq(&offer.through),
            contract_sources::enroller_id.eq(company),
            contract_sources::target_id.eq(marketplace),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}
