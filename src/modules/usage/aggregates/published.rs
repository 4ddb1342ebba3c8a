//! The published objects of aggregates.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Nullable, Text, Timestamptz},
};
use serde_json::{Value, json};

use crate::{
    kit::{
        actor::Account,
        api::{Object, Schema},
        choice::Choice as _,
        id::Id,
        problem::Result,
        statement::statement,
        time,
    },
    modules::{
        ids::{Item, Subscription},
        products::items::{Precision, Type},
    },
};

/// Between the subscription and the item in what a row is called by; nothing outside of the program sees it.
pub(super) const BETWEEN: char = '/';

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    subscription_id: String,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    external_uid: String,
    #[diesel(sql_type = Text)]
    item_id: String,
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Text)]
    mpn: String,
    #[diesel(sql_type = Text)]
    unit: String,
    #[diesel(sql_type = Text)]
    precision: String,
    #[diesel(sql_type = Text)]
    type_: Type,
    #[diesel(sql_type = Text)]
    reported: String,
    #[diesel(sql_type = Text)]
    accepted: String,
    #[diesel(sql_type = Nullable<Text>)]
    amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_reported: Option<DateTime<Utc>>,
}

/// Of several tiers the customer's. Amounts of several currencies have no sum.
const AGGREGATES: &str = "SELECT n.subscription_id, s.external_id, s.external_uid::text AS external_uid, n.item_id, i.name AS item, i.mpn, \
    i.unit, i.precision, i.type AS type_, trim_scale(x.reported)::text AS reported, trim_scale(x.accepted)::text AS accepted, \
    CASE WHEN x.currency = x.other THEN trim_scale(x.amount)::text END AS amount, \
    CASE WHEN x.currency = x.other THEN x.currency END AS currency, x.last_reported \
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n (subscription_id, item_id, place) \
    JOIN subscriptions s ON s.id = n.subscription_id JOIN items i ON i.id = n.item_id \
    CROSS JOIN LATERAL (SELECT coalesce(sum(u.quantity), 0) AS reported, coalesce(sum(u.quantity) FILTER (WHERE u.settled), 0) AS accepted, \
    sum(u.amount) FILTER (WHERE u.settled) AS amount, min(u.currency) FILTER (WHERE u.settled) AS currency, \
    max(u.currency) FILTER (WHERE u.settled) AS other, max(u.submitted_at) AS last_reported \
    FROM (SELECT t.quantity, t.amount, CASE WHEN f.schema <> 'QT' THEN f.currency END AS currency, f.submitted_at, \
    f.status IN ('accepted', 'closed') AS settled FROM usage_totals t JOIN usage_files f ON f.id = t.file_id \
    WHERE t.subscription_id = n.subscription_id AND t.item_id = n.item_id AND t.tier <= 0 \
    AND f.status IN ('pending', 'accepted', 'closed') AND $3 IN (f.vendor_id, f.owner_id)) u) x ORDER BY n.place";

/// The aggregates that are called so, over the files that a company is a party of.
pub fn aggregates(conn: &mut PgConnection, viewer: &Id<Account>, ids: &[String]) -> Result<Vec<Value>> {
    let (subscriptions, items): (Vec<&str>, Vec<&str>) = ids.iter().filter_map(|id| id.split_once(BETWEEN)).unzip();
    let rows: Vec<Row> = statement(AGGREGATES)
        .bind::<Array<Text>, _>(subscriptions)
        .bind::<Array<Text>, _>(items)
        .bind::<Text, _>(viewer)
        .load(conn)?;
    Ok(rows.into_iter().map(object).collect())
}

fn object(row: Row) -> Value {
    let metered = row.type_ == Type::Ppu;
    json!({
        "asset": { "id": row.subscription_id, "external_id": row.external_id, "external_uid": row.external_uid },
        "item": {
            "id": row.item_id,
            "local_id": row.item_id.replace('-', "_"),
            "mpn": row.mpn,
            "name": row.item,
            "unit": row.unit,
            "precision": row.precision,
            "type": row.type_.key(),
        },
        // text: they may have more digits than programs count with
        "consumed": (!metered).then_some(row.reported),
        "accepted": metered.then_some(row.accepted),
        "amount": row.amount,
        "currency": row.currency,
        "events": { "last_reported": { "at": row.last_reported.map(time::published) } },
    })
}

/// What [`aggregates`] makes.
pub fn aggregate_schema() -> Schema {
    let number = || Schema::pattern("^-?[0-9]+([.][0-9]+)?$");
    Object::new()
        .field("asset.id", Schema::id::<Subscription>())
        .field("asset.external_id", Schema::line(128))
        .field("asset.external_uid", Schema::format("uuid"))
        .field("item.id", Schema::id::<Item>())
        .field("item.local_id", Schema::text())
        .field("item.mpn", Schema::line(255))
        .field("item.name", Schema::line(255))
        .field("item.unit", Schema::text())
        .field("item.precision", Schema::choice::<Precision>())
        .field("item.type", Schema::choice::<Type>())
        .field("consumed", number().or_null().about("Of reservations: the exact quantity submitted and not rejected."))
        .field("accepted", number().or_null().about("Of pay-as-you-go items: the exact quantity accepted or closed."))
        .field("amount", number().or_null().about("The exact sum of accepted amounts, where all are in one currency."))
        .field("currency", Schema::pattern("^[A-Z]{3}$").or_null())
        .field(
            "events.last_reported.at",
            Schema::instant().or_null().about("When the latest of the files was first submitted."),
        )
        .named("UsageAggregate")
}
