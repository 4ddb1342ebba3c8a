//! Statements about the requests of configurations.

use chrono::{DateTime, Utc};
use diesel::{dsl::case_when, prelude::*};

use super::{ConfigRow, Detail, buyers, lock_any, owned_by};
use crate::{
    kit::{
        actor::User,
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        orders::tier_config::{Request, RequestStatus, TierConfig, Type},
        products::{parameters::values::Values, versions::Snapshot},
    },
    schema::{accounts, product_versions, products, tier_config_requests, tier_configs, users},
};

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
