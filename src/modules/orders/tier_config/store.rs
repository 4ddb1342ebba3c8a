//! Statements about tier configurations and their requests. [`owned_by`] is the one tenancy condition: the vendor sees one, who
//! ordered, and whose marketplace it was ordered on.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{auto_type, case_when},
    prelude::*,
    sql_types::{Array, Text},
};

use super::{Request, RequestStatus, Status, TierConfig, Type, lifecycle::ConfigMove};
use crate::{
    accounts::store::draw,
    kit::{
        actor::{Account, User},
        db::{Looks, Read, Tx},
        environment::Environment,
        id::{Id, Kind},
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        customers::TierAccount,
        marketplaces::Marketplace,
        orders::{fulfillment, message::Message, party::Part, subscriptions::store::SubscriptionRow, tiers::Tier},
        products::{Product, parameters::values::Values, versions::Snapshot},
    },
    schema::{accounts, product_versions, products, tier_config_requests, tier_configs, users},
};

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    tier_configs::vendor_id
        .eq(account)
        .or(tier_configs::buyer_id.eq(account))
        .or(tier_configs::distributor_id.is_not_distinct_from(account))
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tier_configs)]
pub struct ConfigRow {
    pub id: Id<TierConfig>,
    pub status: Status,
    pub tier_account_id: Id<TierAccount>,
    pub account_name: String,
    pub level: i32,
    pub upper_id: Option<Id<TierConfig>>,
    pub product_id: Id<Product>,
    pub vendor_id: Id<Account>,
    pub buyer_id: Id<Account>,
    pub distributor_id: Option<Id<Account>>,
    pub marketplace_id: Option<Id<Marketplace>>,
    pub environment: Environment,
    parameter_values: serde_json::Value,
    template: Option<serde_json::Value>,
    pub number: i32,
    pub activated_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl ConfigRow {
    pub fn values(&self) -> Result<Values> {
        Values::read(&self.parameter_values)
    }

    pub fn message(&self) -> Option<Message> {
        self.template.clone().and_then(|json| serde_json::from_value(json).ok())
    }

    pub fn parts(&self, company: &Id<Account>) -> Vec<Part> {
        Part::of(company, &self.vendor_id, &self.buyer_id)
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tier_config_requests)]
pub struct RequestRow {
    pub id: Id<Request>,
    pub type_: Type,
    pub status: RequestStatus,
    pub tier_config_id: Id<TierConfig>,
    parameter_values: serde_json::Value,
    pub note: String,
    pub question: String,
    pub reason: String,
    pub assignee_id: Option<Id<User>>,
    pub answered: bool,
    pub form_nonce: Option<Vec<u8>>,
    pub effective_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}

impl RequestRow {
    pub fn values(&self) -> Result<Values> {
        Values::read(&self.parameter_values)
    }
}

/// A configuration with the names around it.
#[derive(Debug, Clone)]
pub struct Detail {
    pub row: ConfigRow,
    pub product: String,
    pub vendor: String,
    pub buyer: String,
}

diesel::alias!(accounts as buyers: BuyersAlias);

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<TierConfig>) -> Result<Detail> {
    let me = &read.actor.identity.company.id;
    let (row, product, vendor, buyer) = tier_configs::table
        .inner_join(products::table.on(products::id.eq(tier_configs::product_id)))
        .inner_join(accounts::table.on(accounts::id.eq(tier_configs::vendor_id)))
        .inner_join(buyers.on(buyers.field(accounts::id).eq(tier_configs::buyer_id)))
        .filter(tier_configs::id.eq(id))
        .filter(owned_by(me))
        .select((ConfigRow::as_select(), products::name, accounts::name, buyers.field(accounts::name)))
        .first(read.conn)?;
    Ok(Detail { row, product, vendor, buyer })
}

/// A request with its configuration, who works on it, and, while it can be approved, what the product's newest public version froze, or the
/// newest one.
pub fn find_request<P>(
    read: &mut Read<'_, P>,
    id: &Id<Request>,
) -> Result<(RequestRow, Detail, Option<String>, Option<Snapshot>)> {
    type Found = (RequestRow, ConfigRow, (String, String, String), (Option<String>, Option<serde_json::Value>));
    let me = &read.actor.identity.company.id;
    let (request, row, (product, vendor, buyer), (assignee, frozen)) = tier_config_requests::table
        .inner_join(tier_configs::table.on(tier_configs::id.eq(tier_config_requests::tier_config_id)))
        .inner_join(products::table.on(products::id.eq(tier_configs::product_id)))
        .inner_join(accounts::table.on(accounts::id.eq(tier_configs::vendor_id)))
        .inner_join(buyers.on(buyers.field(accounts::id).eq(tier_configs::buyer_id)))
        .left_join(users::table.on(users::id.nullable().eq(tier_config_requests::assignee_id)))
        .left_join(
            product_versions::table.on(product_versions::product_id.eq(products::id).and(
                (product_versions::number.nullable().eq(products::public_version))
                    .or(products::public_version.is_null().and(product_versions::number.eq(products::version))),
            )),
        )
        .filter(tier_config_requests::id.eq(id))
        .filter(owned_by(me))
        .select((
            RequestRow::as_select(),
            ConfigRow::as_select(),
            (products::name, accounts::name, buyers.field(accounts::name)),
            (
                users::name.nullable(),
                case_when(
                    tier_config_requests::status.eq(RequestStatus::Pending),
                    product_versions::snapshot.nullable(),
                ),
            ),
        ))
        .first::<Found>(read.conn)?;
    let frozen = frozen.map(serde_json::from_value).transpose().map_err(Problem::internal)?;
    Ok((request, Detail { row, product, vendor, buyer }, assignee, frozen))
}

/// A request by its id alone: for a form's link, whose code shows who may see it.
pub fn find_any(look: &mut impl Looks, id: &Id<Request>) -> Result<Option<(RequestRow, ConfigRow)>> {
    Ok(tier_config_requests::table
        .inner_join(tier_configs::table.on(tier_configs::id.eq(tier_config_requests::tier_config_id)))
        .filter(tier_config_requests::id.eq(id))
        .select((RequestRow::as_select(), ConfigRow::as_select()))
        .first(look.conn())
        .optional()?)
}

/// Locks a configuration of the actor's company.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<TierConfig>) -> Result<ConfigRow> {
    let me = tx.who.identity().ok_or(Problem::NotFound)?.company.id.clone();
    Ok(tier_configs::table
        .filter(tier_configs::id.eq(id))
        .filter(owned_by(&me))
        .select(ConfigRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// Locks a configuration for a rule or a form's link.
pub fn lock_any<P>(tx: &mut Tx<'_, P>, id: &Id<TierConfig>) -> Result<ConfigRow> {
    Ok(tier_configs::table.find(id).select(ConfigRow::as_select()).for_update().first(tx.conn)?)
}

/// Which configuration a request is of.
pub fn config_of<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<Id<TierConfig>> {
    Ok(tier_config_requests::table.find(id).select(tier_config_requests::tier_config_id).first(tx.conn)?)
}

/// A request of a locked configuration.
pub fn hold_request<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<RequestRow> {
    Ok(tier_config_requests::table.find(id).select(RequestRow::as_select()).for_update().first(tx.conn)?)
}

/// Locks a request for a rule or a form's link, and its configuration before it.
pub fn lock_any_request<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<(RequestRow, ConfigRow)> {
    let config = config_of(tx, id)?;
    let config = lock_any(tx, &config)?;
    Ok((hold_request(tx, id)?, config))
}

/// The configuration of an account for the product of a subscription, made when there is none, locked.
pub fn ensure<P>(
    tx: &mut Tx<'_, P>,
    of: &SubscriptionRow,
    level: i32,
    tier: &Tier,
    upper: Option<&Id<TierConfig>>,
) -> Result<ConfigRow> {
    let there = |conn: &mut PgConnection| {
        tier_configs::table
            .filter(tier_configs::tier_account_id.eq(&tier.id))
            .filter(tier_configs::product_id.eq(&of.product_id))
            .filter(tier_configs::level.eq(level))
            .filter(tier_configs::environment.eq(of.environment))
            .select(ConfigRow::as_select())
            .for_update()
            .first::<ConfigRow>(conn)
            .optional()
    };
    if let Some(row) = there(tx.conn)? {
        return Ok(row);
    }
    // two first orders at once: one makes it, the other finds it
    draw("TC", |id: &Id<TierConfig>| {
        let made = diesel::insert_into(tier_configs::table)
            .values((
                tier_configs::id.eq(id),
                tier_configs::status.eq(Status::Processing),
                tier_configs::tier_account_id.eq(&tier.id),
                tier_configs::account_name.eq(&tier.data.name),
                tier_configs::level.eq(level),
                tier_configs::upper_id.eq(upper),
                tier_configs::product_id.eq(&of.product_id),
                tier_configs::vendor_id.eq(&of.vendor_id),
                tier_configs::buyer_id.eq(&of.buyer_id),
                tier_configs::distributor_id.eq(&of.distributor_id),
                tier_configs::marketplace_id.eq(&of.marketplace_id),
                tier_configs::environment.eq(of.environment),
                tier_configs::created_at.eq(tx.at),
                tier_configs::updated_at.eq(tx.at),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn)?;
        let found = made == 1 || there(tx.conn)?.is_some();
        Ok(usize::from(found))
    })?;
    there(tx.conn)?.ok_or_else(|| Problem::internal("the configuration was made"))
}

/// What a request begins with.
pub struct NewRequest<'a> {
    pub type_: Type,
    pub status: RequestStatus,
    pub values: &'a Values,
    pub note: &'a str,
    pub nonce: Option<Vec<u8>>,
    pub due_at: DateTime<Utc>,
}

pub fn insert_request<P>(tx: &mut Tx<'_, P>, of: &ConfigRow, new: &NewRequest<'_>) -> Result<Id<Request>> {
    let number: i32 = diesel::update(tier_configs::table.find(&of.id))
        .set((tier_configs::number.eq(tier_configs::number + 1), tier_configs::updated_at.eq(tx.at)))
        .returning(tier_configs::number)
        .get_result(tx.conn)?;
    let id = Id::within(&of.id, number);
    diesel::insert_into(tier_config_requests::table)
        .values((
            tier_config_requests::id.eq(&id),
            tier_config_requests::type_.eq(new.type_),
            tier_config_requests::status.eq(new.status),
            tier_config_requests::tier_config_id.eq(&of.id),
            tier_config_requests::account_name.eq(&of.account_name),
            tier_config_requests::product_id.eq(&of.product_id),
            tier_config_requests::vendor_id.eq(&of.vendor_id),
            tier_config_requests::buyer_id.eq(&of.buyer_id),
            tier_config_requests::distributor_id.eq(&of.distributor_id),
            tier_config_requests::parameter_values.eq(new.values.json()?),
            tier_config_requests::note.eq(new.note),
            tier_config_requests::form_nonce.eq(&new.nonce),
            tier_config_requests::created_at.eq(tx.at),
            tier_config_requests::updated_at.eq(tx.at),
            tier_config_requests::due_at.eq(new.due_at),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

pub fn open_of<P>(tx: &mut Tx<'_, P>, id: &Id<TierConfig>) -> Result<Option<RequestRow>> {
    Ok(tier_config_requests::table
        .filter(tier_config_requests::tier_config_id.eq(id))
        .filter(tier_config_requests::status.eq_any(RequestStatus::OPEN))
        .select(RequestRow::as_select())
        .first(tx.conn)
        .optional()?)
}

/// The requests of a configuration whose sight was checked, the newest first.
pub fn requests<P>(read: &mut Read<'_, P>, id: &Id<TierConfig>) -> Result<Vec<RequestRow>> {
    Ok(tier_config_requests::table
        .filter(tier_config_requests::tier_config_id.eq(id))
        .order((tier_config_requests::created_at.desc(), tier_config_requests::id.desc()))
        .limit(100)
        .select(RequestRow::as_select())
        .load(read.conn)?)
}

/// The open requests of tier 1 that wait for this configuration of tier 2.
pub fn below(look: &mut impl Looks, upper: &Id<TierConfig>) -> Result<Vec<Id<Request>>> {
    Ok(tier_config_requests::table
        .inner_join(tier_configs::table.on(tier_configs::id.eq(tier_config_requests::tier_config_id)))
        .filter(tier_configs::upper_id.eq(upper))
        .filter(tier_config_requests::status.eq(RequestStatus::TiersSetup))
        .order(tier_config_requests::id)
        .select(tier_config_requests::id)
        .load(look.conn())?)
}

/// Moves a locked configuration; approved, it has new values and a new message.
pub fn advance_config<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<TierConfig>,
    planned: &ConfigMove,
    filled: Option<(&Values, Option<&Message>)>,
) -> Result<()> {
    let moved = diesel::update(tier_configs::table.find(id).filter(tier_configs::status.eq(planned.from())))
        .set((tier_configs::status.eq(planned.to()), tier_configs::updated_at.eq(planned.at()), {
            (planned.to() == Status::Active).then(|| tier_configs::activated_at.eq(planned.at()))
        }))
        .execute(tx.conn)?;
    if moved != 1 {
        return Err(Problem::internal("a locked configuration moved under its lock"));
    }
    let Some((values, message)) = filled else { return Ok(()) };
    let template = message.map(serde_json::to_value).transpose().map_err(Problem::internal)?;
    diesel::update(tier_configs::table.find(id))
        .set((tier_configs::parameter_values.eq(values.json()?), template.map(|json| tier_configs::template.eq(json))))
        .execute(tx.conn)?;
    Ok(())
}

/// Whether `r`, an order in Tiers Setup, waits for the configuration `c`.
const WAITS: &str = "r.status = 'tiers_setup' AND r.product_id = c.product_id AND r.environment = c.environment \
    AND c.tier_account_id = CASE c.level WHEN 2 THEN r.tier2_id ELSE r.tier1_id END";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

fn ids<K: Kind>(found: Vec<Found>) -> Result<Vec<Id<K>>> {
    found.into_iter().map(|found| found.id.parse().map_err(Problem::internal)).collect()
}

/// Locks the configurations that these orders wait for, tier 2 before tier 1: before the orders themselves, as everybody does.
pub fn hold_awaited<P>(tx: &mut Tx<'_, P>, orders: &[Id<fulfillment::Request>]) -> Result<()> {
    let orders: Vec<&str> = orders.iter().map(Id::as_str).collect();
    statement(format!(
        "SELECT c.id FROM tier_configs c WHERE EXISTS (SELECT FROM fulfillment_requests r WHERE r.id = ANY($1) AND {WAITS}) \
         ORDER BY c.level DESC, c.id FOR UPDATE"
    ))
    .bind::<Array<Text>, _>(&orders)
    .load::<Found>(tx.conn)?;
    Ok(())
}

/// Open set-ups that only these orders wait for, tier 1 before tier 2: whoever ends the orders ends them too.
pub fn unneeded(conn: &mut PgConnection, orders: &[Id<fulfillment::Request>]) -> Result<Vec<Id<Request>>> {
    let orders: Vec<&str> = orders.iter().map(Id::as_str).collect();
    let others = format!("EXISTS (SELECT FROM fulfillment_requests r WHERE r.id <> ALL($1) AND {WAITS})");
    // tier 1 may wait for a tier 2 that its own order does not name any more
    let below = format!(
        "EXISTS (SELECT FROM tier_configs c JOIN tier_config_requests b ON b.tier_config_id = c.id \
         AND b.status = 'tiers_setup' WHERE c.upper_id = q.tier_config_id AND {others})"
    );
    let found = statement(format!(
        "SELECT q.id FROM tier_config_requests q JOIN tier_configs c ON c.id = q.tier_config_id WHERE q.type = 'setup' \
         AND q.status IN ('draft', 'tiers_setup', 'pending', 'inquiring') \
         AND EXISTS (SELECT FROM fulfillment_requests r WHERE r.id = ANY($1) AND {WAITS}) AND NOT {others} AND NOT {below} \
         ORDER BY c.level, q.id"
    ))
    .bind::<Array<Text>, _>(&orders)
    .load(conn)?;
    ids(found)
}

/// Whether every configuration that an order of these tiers needs was set up once.
pub fn ready(
    look: &mut impl Looks,
    product: &Id<Product>,
    environment: Environment,
    wanted: &[(i32, &Id<TierAccount>)],
) -> Result<bool> {
    for (level, account) in wanted {
        let done = tier_configs::table
            .filter(tier_configs::tier_account_id.eq(account))
            .filter(tier_configs::product_id.eq(product))
            .filter(tier_configs::level.eq(level))
            .filter(tier_configs::environment.eq(environment))
            .filter(tier_configs::activated_at.is_not_null());
        if !diesel::select(diesel::dsl::exists(done)).get_result::<bool>(look.conn())? {
            return Ok(false);
        }
    }
    Ok(true)
}
