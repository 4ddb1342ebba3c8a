//! Statements about subscriptions. [`owned_by`] is the one tenancy condition: its vendor sees one, who ordered it, and whose
//! marketplace it was ordered on.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{Array, Nullable, Numeric, Text, Timestamptz},
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Status, Subscription, lifecycle::Move, orderable::InUse, quantity::Quantity};
use crate::{
    accounts::store::draw,
    kit::{
        actor::Account,
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        environment::Environment,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        violation::{Violation, Why},
    },
    modules::{
        contracts::{Contract, Status as ContractStatus},
        customers::TierAccount,
        ids::Hub,
        marketplaces::{Marketplace, store::only_hub},
        orders::{message::Message, tiers::Tiers},
        products::{
            Product, Status as ProductStatus,
            items::Item,
            parameters::{Parameter, values::Values},
            sight,
            store::ProductRow,
            versions::{self, Snapshot},
        },
    },
    schema::{
        accounts, contracts, listings, marketplaces, product_versions, products, subscription_items, subscriptions,
        unique_values,
    },
};

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    subscriptions::vendor_id
        .eq(account)
        .or(subscriptions::buyer_id.eq(account))
        .or(subscriptions::distributor_id.is_not_distinct_from(account))
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = subscriptions)]
pub struct SubscriptionRow {
    pub id: Id<Subscription>,
    pub status: Status,
    pub environment: Environment,
    pub external_id: String,
    pub external_uid: Uuid,
    pub product_id: Id<Product>,
    pub version: i32,
    pub vendor_id: Id<Account>,
    pub buyer_id: Id<Account>,
    pub distributor_id: Option<Id<Account>>,
    pub marketplace_id: Option<Id<Marketplace>>,
    pub contract_id: Option<Id<Contract>>,
    pub customer_id: Id<TierAccount>,
    pub tier1_id: Id<TierAccount>,
    pub tier2_id: Option<Id<TierAccount>>,
    pub customer_name: String,
    parameter_values: serde_json::Value,
    template: Option<serde_json::Value>,
    pub number: i32,
    pub activated_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Through which it was ordered.
    pub hub_id: Option<Id<Hub>>,
}

impl SubscriptionRow {
    /// The version that a change takes it to: the newest public one, but never an older one than it has, which it may read also when
    /// the vendor has made it private; in preview the one it has.
    pub fn next_version(&self, product: &ProductRow) -> i32 {
        let newest = product.public_version.filter(|_| self.environment != Environment::Preview);
        newest.map_or(self.version, |newest| newest.max(self.version))
    }

    pub fn values(&self) -> Result<Values> {
        Values::read(&self.parameter_values)
    }

    pub fn message(&self) -> Option<Message> {
        self.template.clone().and_then(|json| serde_json::from_value(json).ok())
    }
}

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
    let me = tx.who.identity().ok_or(Problem::NotFound)?.company.id.clone();
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

/// What a version of a product froze.
pub fn frozen(look: &mut impl Looks, product: &Id<Product>, version: i32) -> Result<Snapshot> {
    Ok(versions::store::find(look, product, version)?.1)
}

/// What a subscription stands on.
#[derive(Debug, Clone, Copy)]
pub struct Ground {
    /// Whether its distribution contract still lets it change; always in preview.
    pub contracted: bool,
    /// Whether its product offers Administrative Hold.
    pub administrative_hold: bool,
}

impl Ground {
    fn of(contract: Option<ContractStatus>, administrative_hold: bool) -> Self {
        Self { contracted: contract.is_none_or(|status| status == ContractStatus::Active), administrative_hold }
    }
}

/// What a subscription that is locked stands on.
pub fn ground<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow) -> Result<Ground> {
    let (contract, hold) = subscriptions::table
        .inner_join(products::table.on(products::id.eq(subscriptions::product_id)))
        .left_join(contracts::table.on(contracts::id.nullable().eq(subscriptions::contract_id)))
        .filter(subscriptions::id.eq(&of.id))
        .select((contracts::status.nullable(), products::administrative_hold))
        .first(tx.conn)?;
    Ok(Ground::of(contract, hold))
}

/// A subscription with the names around it.
#[derive(Debug, Clone)]
pub struct Detail {
    pub row: SubscriptionRow,
    pub product: String,
    pub vendor: String,
    pub buyer: String,
    pub marketplace: Option<String>,
    pub ground: Ground,
    /// Whether the viewer sees the product.
    pub sees_product: bool,
    /// Whether usage of the product is reported.
    pub metered: bool,
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Subscription>) -> Result<Detail> {
    type Head = (SubscriptionRow, (String, String, String, Option<String>), (Option<ContractStatus>, bool, bool), bool);
    let me = &read.actor.identity.company.id;
    let buyers = diesel::alias!(accounts as buyers);
    let (row, (product, vendor, buyer, marketplace), (contract, hold, metered), seen) = subscriptions::table
        .inner_join(
            product_versions::table.on(product_versions::product_id
                .eq(subscriptions::product_id)
                .and(product_versions::number.eq(subscriptions::version))),
        )
        .inner_join(products::table.on(products::id.eq(subscriptions::product_id)))
        .inner_join(accounts::table.on(accounts::id.eq(subscriptions::vendor_id)))
        .inner_join(buyers.on(buyers.field(accounts::id).eq(subscriptions::buyer_id)))
        .left_join(marketplaces::table.on(marketplaces::id.nullable().eq(subscriptions::marketplace_id)))
        .left_join(contracts::table.on(contracts::id.nullable().eq(subscriptions::contract_id)))
        .filter(subscriptions::id.eq(id))
        .filter(owned_by(me))
        .select((
            SubscriptionRow::as_select(),
            (product_versions::name, accounts::name, buyers.field(accounts::name), marketplaces::name.nullable()),
            (contracts::status.nullable(), products::administrative_hold, products::usage_schema.is_not_null()),
            sight::seen_by(me),
        ))
        .first::<Head>(read.conn)?;
    let (ground, sees_product) = (Ground::of(contract, hold), seen || row.vendor_id == *me);
    Ok(Detail { row, product, vendor, buyer, marketplace, ground, sees_product, metered })
}

/// Holds the contract of a subscription as it stands until the transaction ends: before the subscription itself, as everybody does
/// who ends one.
pub fn hold_contract<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>) -> Result<()> {
    let contract: Option<Option<Id<Contract>>> =
        subscriptions::table.find(id).select(subscriptions::contract_id).first(tx.conn).optional()?;
    if let Some(contract) = contract.flatten() {
        contracts::table.find(&contract).select(contracts::id).for_share().first::<String>(tx.conn)?;
    }
    Ok(())
}

pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>) -> Result<SubscriptionRow> {
    let me = tx.who.identity().ok_or(Problem::NotFound)?.company.id.clone();
    Ok(subscriptions::table
        .filter(subscriptions::id.eq(id))
        .filter(owned_by(&me))
        .select(SubscriptionRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// A subscription whose request is held by a rule or by a form's link.
pub fn lock_any<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>) -> Result<SubscriptionRow> {
    Ok(subscriptions::table.find(id).select(SubscriptionRow::as_select()).for_update().first(tx.conn)?)
}

/// A subscription to be made.
pub struct NewSubscription<'a> {
    pub environment: Environment,
    pub external_id: &'a str,
    pub external_uid: Uuid,
    pub offer: &'a Offer,
    pub buyer: &'a Id<Account>,
    pub tiers: &'a Tiers,
}

/// Keys of the schema that two orders at once can break.
pub const KEYS: Constraints = &[("subscriptions_buyer_id_external_uid_key", || uid_taken().into())];

/// Another subscription of the company bears the external UID.
pub fn uid_taken() -> Violation {
    Violation::new("external_uid", Why::new("taken", "Another of your subscriptions already has this external UID"))
}

pub fn insert<P>(tx: &mut Tx<'_, P>, new: &NewSubscription<'_>) -> Result<Id<Subscription>> {
    let distributor = new.offer.marketplace.as_ref().map(|_| new.buyer);
    let hub = match &new.offer.marketplace {
        Some(marketplace) => only_hub(tx, marketplace)?,
        None => None,
    };
    draw("AS", |id| {
        diesel::insert_into(subscriptions::table)
            .values((
                (
                    subscriptions::id.eq(id),
                    subscriptions::status.eq(Status::Processing),
                    subscriptions::environment.eq(new.environment),
                    subscriptions::external_id.eq(new.external_id),
                    subscriptions::external_uid.eq(new.external_uid),
                    subscriptions::product_id.eq(&new.offer.product),
                    subscriptions::version.eq(new.offer.version),
                    subscriptions::vendor_id.eq(&new.offer.vendor),
                    subscriptions::buyer_id.eq(new.buyer),
                    subscriptions::distributor_id.eq(distributor),
                ),
                subscriptions::marketplace_id.eq(&new.offer.marketplace),
                subscriptions::hub_id.eq(&hub),
                subscriptions::contract_id.eq(&new.offer.contract),
                subscriptions::customer_id.eq(&new.tiers.customer.id),
                subscriptions::tier1_id.eq(&new.tiers.tier1.id),
                subscriptions::tier2_id.eq(new.tiers.tier2.as_ref().map(|tier| &tier.id)),
                subscriptions::customer_name.eq(&new.tiers.customer.data.name),
                subscriptions::created_at.eq(tx.at),
                subscriptions::updated_at.eq(tx.at),
            ))
            .on_conflict(subscriptions::id)
            .do_nothing()
            .execute(tx.conn)
            .map_err(named(KEYS))
    })
}

/// Whether another subscription of the company bears this external UID.
pub fn bears_uid<P>(tx: &mut Tx<'_, P>, buyer: &Id<Account>, uid: Uuid) -> Result<bool> {
    let taken =
        subscriptions::table.filter(subscriptions::buyer_id.eq(buyer)).filter(subscriptions::external_uid.eq(uid));
    Ok(diesel::select(diesel::dsl::exists(taken)).get_result(tx.conn)?)
}

/// Moves a locked subscription. `since`: from when it counts as active if it was not before, the effective day of its purchase.
pub fn advance<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>, planned: &Move, since: DateTime<Utc>) -> Result<()> {
    let moved = statement(
        "UPDATE subscriptions SET status = $3, updated_at = $4, \
         activated_at = CASE WHEN $3 = 'active' THEN coalesce(activated_at, $5) ELSE activated_at END \
         WHERE id = $1 AND status = $2",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(planned.from())
    .bind::<Text, _>(planned.to())
    .bind::<Timestamptz, _>(planned.at())
    .bind::<Timestamptz, _>(since)
    .execute(tx.conn)?;
    if moved == 1 { Ok(()) } else { Err(Problem::internal("a locked subscription moved under its lock")) }
}

/// Moves a set of locked subscriptions that stand in one status.
pub fn advance_all<P>(tx: &mut Tx<'_, P>, ids: &[Id<Subscription>], planned: &Move) -> Result<()> {
    let ids: Vec<&str> = ids.iter().map(Id::as_str).collect();
    let moved = statement("UPDATE subscriptions SET status = $3, updated_at = $4 WHERE id = ANY($1) AND status = $2")
        .bind::<Array<Text>, _>(&ids)
        .bind::<Text, _>(planned.from())
        .bind::<Text, _>(planned.to())
        .bind::<Timestamptz, _>(planned.at())
        .execute(tx.conn)?;
    if moved == ids.len() { Ok(()) } else { Err(Problem::internal("a locked subscription moved under its lock")) }
}

/// The number of the next request of a locked subscription.
pub fn next_number<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>) -> Result<i32> {
    Ok(diesel::update(subscriptions::table.find(id))
        .set((subscriptions::number.eq(subscriptions::number + 1), subscriptions::updated_at.eq(tx.at)))
        .returning(subscriptions::number)
        .get_result(tx.conn)?)
}

/// What an approved request leaves in its subscription.
pub struct Filled<'a> {
    pub values: &'a Values,
    pub message: Option<&'a Message>,
    /// A purchase and a change say also what was ordered, at which version, for whom.
    pub ordered: Option<(i32, &'a Tiers, Vec<InUse>)>,
}

pub fn fill<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>, filled: &Filled<'_>) -> Result<()> {
    diesel::update(subscriptions::table.find(id))
        .set((subscriptions::parameter_values.eq(filled.values.json()?), subscriptions::updated_at.eq(tx.at)))
        .execute(tx.conn)?;
    if let Some(message) = filled.message {
        let json = serde_json::to_value(message).map_err(Problem::internal)?;
        diesel::update(subscriptions::table.find(id)).set(subscriptions::template.eq(json)).execute(tx.conn)?;
    }
    let Some((version, tiers, items)) = &filled.ordered else { return Ok(()) };
    diesel::update(subscriptions::table.find(id))
        .set((
            subscriptions::version.eq(version),
            subscriptions::customer_id.eq(&tiers.customer.id),
            subscriptions::tier1_id.eq(&tiers.tier1.id),
            subscriptions::tier2_id.eq(tiers.tier2.as_ref().map(|tier| &tier.id)),
            subscriptions::customer_name.eq(&tiers.customer.data.name),
        ))
        .execute(tx.conn)?;
    diesel::delete(subscription_items::table.filter(subscription_items::subscription_id.eq(id))).execute(tx.conn)?;
    let kept: Vec<&InUse> = items.iter().filter(|one| !one.quantity.is_none()).collect();
    statement(
        "INSERT INTO subscription_items (subscription_id, item_id, quantity, committed_until) \
         SELECT $1, n.item, n.quantity, n.until FROM unnest($2, $3, $4) AS n (item, quantity, until)",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(kept.iter().map(|one| &one.item).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(kept.iter().map(|one| one.quantity.kept()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(kept.iter().map(|one| one.committed_until).collect::<Vec<_>>())
    .execute(tx.conn)?;
    Ok(())
}

/// What is in use of a subscription whose sight was checked.
pub fn in_use(look: &mut impl Looks, id: &Id<Subscription>) -> Result<Vec<InUse>> {
    let rows: Vec<(Id<Item>, Decimal, Option<DateTime<Utc>>)> = subscription_items::table
        .filter(subscription_items::subscription_id.eq(id))
        .order(subscription_items::item_id)
        .select((subscription_items::item_id, subscription_items::quantity, subscription_items::committed_until))
        .load(look.conn())?;
    let one = |(item, quantity, committed_until)| InUse { item, quantity: Quantity::of(quantity), committed_until };
    Ok(rows.into_iter().map(one).collect())
}

/// The parameter whose value another subscription has already.
pub fn taken_value<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Subscription>,
    values: &[(Id<Parameter>, String)],
) -> Result<Option<Id<Parameter>>> {
    for (parameter, value) in values {
        let taken = unique_values::table
            .filter(unique_values::parameter_id.eq(parameter))
            .filter(unique_values::value.eq(value))
            .filter(unique_values::subscription_id.ne(id));
        if diesel::select(diesel::dsl::exists(taken)).get_result(tx.conn)? {
            return Ok(Some(parameter.clone()));
        }
    }
    Ok(None)
}

/// Keeps the values that no other subscription may have; the parameter whose value another one has already.
pub fn claim_values<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Subscription>,
    values: &[(Id<Parameter>, String)],
) -> Result<Option<Id<Parameter>>> {
    diesel::delete(unique_values::table.filter(unique_values::subscription_id.eq(id))).execute(tx.conn)?;
    for (parameter, value) in values {
        let kept = diesel::insert_into(unique_values::table)
            .values((
                unique_values::parameter_id.eq(parameter),
                unique_values::value.eq(value),
                unique_values::subscription_id.eq(id),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn)?;
        if kept == 0 {
            return Ok(Some(parameter.clone()));
        }
    }
    Ok(None)
}

/// A subscription that is over frees its values.
pub fn free_values<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>) -> Result<()> {
    diesel::delete(unique_values::table.filter(unique_values::subscription_id.eq(id))).execute(tx.conn)?;
    Ok(())
}
