//! The published objects of usage records.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Int2, Int4, Jsonb, Nullable, Text, Timestamptz},
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
        ids::{Item, Product, Subscription},
        products::items::{Precision, Type},
        usage::{
            Status, UsageFile, UsageRecord,
            closings::store::{BESIDE, BILLED, Billed, CLOSED},
            lifecycle::Part,
            published::part,
            read::RECONCILED_BY,
            record_id, record_of,
            store::{Other, TURNED, TURNED_CELLS, Turned},
        },
    },
};

/// What a record's status is published as, by where its file stands. Files with errors have no records, so nothing is ever found as invalid.
pub const STATUSES: &[(&str, &str)] = &[
    ("valid", "ready"),
    ("valid", "pending"),
    ("approved", "accepted"),
    ("rejected", "rejected"),
    ("closed", "closed"),
    ("invalid", "invalid"),
];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    file_id: Id<UsageFile>,
    #[diesel(sql_type = Int4)]
    number: i32,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    note: String,
    #[diesel(sql_type = Text)]
    product_id: String,
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
    type_: String,
    #[diesel(sql_type = Text)]
    subscription_id: String,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    external_uid: String,
    #[diesel(sql_type = Text)]
    quantity: String,
    #[diesel(sql_type = Nullable<Text>)]
    amount: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    start_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    end_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Int2>)]
    tier: Option<i16>,
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(sql_type = Text)]
    category_name: String,
    #[diesel(sql_type = Jsonb)]
    extra: Value,
    #[diesel(sql_type = Text)]
    file: String,
    #[diesel(sql_type = Text)]
    status: Status,
    #[diesel(sql_type = Text)]
    schema: String,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<String>,
    #[diesel(sql_type = Text)]
    vendor_id: String,
    #[diesel(embed)]
    billed: Billed,
    #[diesel(embed)]
    turned: Turned,
}

fn statement_of_records() -> String {
    format!(
        "SELECT r.file_id, r.number, r.key, r.note, r.product_id, r.item_id, i.name AS item, i.mpn, i.unit, i.precision, i.type AS type_, \
         r.subscription_id, s.external_id, s.external_uid::text AS external_uid, trim_scale(r.quantity)::text AS quantity, \
         trim_scale(r.amount)::text AS amount, r.start_at, r.end_at, r.tier, r.category, \
         coalesce((SELECT c.name FROM usage_categories c WHERE c.file_id = r.file_id AND c.id = r.category), r.category) AS category_name, \
         r.extra, f.name AS file, f.status, f.schema, \
         f.currency, f.vendor_id, {CLOSED} AS closed, {BILLED}, {TURNED_CELLS} \
         FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS n (file_id, number, place) \
         JOIN usage_records r ON r.file_id = n.file_id AND r.number = n.number \
         JOIN items i ON i.id = r.item_id JOIN subscriptions s ON s.id = r.subscription_id {BESIDE} {TURNED} ORDER BY n.place"
    )
}

/// The records with these ids of files that a company sees; none where it does not see the records of a file.
pub fn records(conn: &mut PgConnection, viewer: &Id<Account>, ids: &[String]) -> Result<Vec<Value>> {
    let places = ids.iter().filter_map(|id| record_of(&id.parse().ok()?));
    let (files, numbers): (Vec<Id<UsageFile>>, Vec<i32>) = places.unzip();
    let rows: Vec<Row> =
        statement(statement_of_records()).bind::<Array<Text>, _>(files).bind::<Array<Int4>, _>(numbers).load(conn)?;
    let seen = |row: Row| {
        let part = part(&row.vendor_id, viewer);
        row.status.shows_records(part).then(|| object(row, part))
    };
    Ok(rows.into_iter().filter_map(seen).collect())
}

/// Another record, by both of its ids.
fn other(other: &Other) -> Value {
    json!({ "id": record_id(&other.file, other.number), "record_id": other.key })
}

fn object(row: Row, part: Part) -> Value {
    let status = if row.billed.closed { Status::Closed } else { row.status };
    let status = STATUSES.iter().find(|(_, stored)| *stored == status.key()).map(|(published, _)| published);
    let reconciled_by = row.extra.get(RECONCILED_BY).cloned();
    // it stands at the subscription that it belongs to
    let params = row.extra.as_object().into_iter().flatten().filter(|(name, _)| *name != RECONCILED_BY);
    let params = params.map(|(name, value)| json!({ "parameter_name": name, "parameter_value": value }));
    let local_id = row.item_id.replace('-', "_");
    let mut object = json!({
        "id": record_id(&row.file_id, row.number),
        "status": status,
        "record_id": row.key,
        "record_note": row.note,
        "start_date": time::published(row.start_at),
        "end_date": time::published(row.end_at),
        // text: they may have more digits than programs count with
        "usage": row.quantity,
        "amount": row.amount,
        "multiplier": 1,
        "tier": row.tier,
        "params": params.collect::<Vec<Value>>(),
    });
    object["item"] = json!({
        "id": row.item_id,
        "local_id": local_id,
        "mpn": row.mpn,
        "name": row.item,
        "unit": row.unit,
        "precision": row.precision,
        "type": row.type_,
    });
    object["asset"] =
        json!({ "id": row.subscription_id, "external_id": row.external_id, "external_uid": row.external_uid });
    if let Some(value) = reconciled_by {
        object["asset"]["recon_id"] = value;
    }
    object["usagefile"] = json!({
        "id": row.file_id,
        "name": row.file,
        "schema": row.schema.to_lowercase(),
        "currency": row.currency,
    });
    // the same once more, where older clients look for it
    for (name, value) in [
        ("product_id", row.product_id),
        ("item_id", row.item_id),
        ("resource_local_id", local_id),
        ("asset_id", row.subscription_id),
        ("asset_external_id", row.external_id),
        ("asset_external_uid", row.external_uid),
    ] {
        object[name] = value.into();
    }
    if !row.category.is_empty() {
        object["category"] = json!({ "id": row.category, "name": row.category_name });
    }
    let (reverses, reversals) = (row.turned.reverses(), row.turned.reversed_by(part));
    for (name, found) in [("reverses", reverses.as_ref()), ("reversed_by", reversals.first())] {
        if let Some(found) = found {
            object[name] = other(found);
        }
    }
    if !reversals.is_empty() {
        object["reversals"] = reversals.iter().map(other).collect::<Vec<Value>>().into();
    }
    if row.billed.closed {
        object["closed_at"] = row.billed.closed_at.map(time::published).into();
        object["external_billing_id"] = row.billed.billing_reference.into();
        object["external_billing_note"] = row.billed.billing_note.into();
    }
    object
}

/// What [`records`] makes.
pub fn record_schema() -> Schema {
    let number = || Schema::pattern("^-?[0-9]+([.][0-9]+)?$");
    let other = || {
        let object = Object::new().field("id", Schema::id::<UsageRecord>()).field("record_id", Schema::line(255));
        object.named("UsageRecordReference")
    };
    let param = Object::new().field("parameter_name", Schema::text()).field("parameter_value", Schema::text());
    Object::new()
        .field("id", Schema::id::<UsageRecord>())
        .field("status", Schema::words(["valid", "approved", "rejected", "closed"]))
        .field("record_id", Schema::line(255).about("The vendor's own ID."))
        .field("record_note", Schema::text())
        .field("start_date", Schema::instant())
        .field("end_date", Schema::instant().about("The first instant that no longer belongs to it."))
        .field("usage", number().about("The exact quantity. A reversal has the negative of the reversed record's."))
        .field("amount", number().or_null().about("The exact amount, where usage is reported with amounts."))
        .field("multiplier", Schema::whole())
        .field("tier", Schema::between(0, 2).or_null().about("0 is the customer. 1 and 2 are the tiers above."))
        .field(
            "params",
            Schema::list(param.named("UsageParameter")).about("The report's own columns, named as they are there."),
        )
        .maybe("category", Schema::reference())
        .maybe("reverses", other().about("The record that it reverses."))
        .maybe("reversed_by", other().about("The first record that reverses it."))
        .maybe("reversals", Schema::list(other()).about("All records that reverse it, or a part of it."))
        .field("item.id", Schema::id::<Item>())
        .field("item.local_id", Schema::text())
        .field("item.mpn", Schema::line(255))
        .field("item.name", Schema::line(255))
        .field("item.unit", Schema::text())
        .field("item.precision", Schema::choice::<Precision>())
        .field("item.type", Schema::choice::<Type>())
        .field("asset.id", Schema::id::<Subscription>())
        .field("asset.external_id", Schema::line(128))
        .field("asset.external_uid", Schema::format("uuid"))
        .maybe("asset.recon_id", Schema::text().about("What the report's column asset_recon_id has."))
        .field("usagefile.id", Schema::id::<UsageFile>())
        .field("usagefile.name", Schema::line(100))
        .field("usagefile.schema", Schema::words(["qt", "tr", "cr", "pr"]))
        .field("usagefile.currency", Schema::pattern("^[A-Z]{3}$").or_null())
        .field("product_id", Schema::id::<Product>())
        .field("item_id", Schema::id::<Item>())
        .field("resource_local_id", Schema::text())
        .field("asset_id", Schema::id::<Subscription>())
        .field("asset_external_id", Schema::line(128))
        .field("asset_external_uid", Schema::format("uuid"))
        .maybe("closed_at", Schema::instant())
        .maybe("external_billing_id", Schema::line(200))
        .maybe("external_billing_note", Schema::line(200))
        .named("UsageRecord")
}
