//! The published objects of chunks.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Int4, Nullable, Text, Timestamptz},
};
use serde_json::{Map, Value, json};

use super::{Status, UsageChunk};
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
        customers::published::NO_HUB,
        usage::{
            UsageFile,
            published::{event, named},
        },
    },
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    status: Status,
    #[diesel(sql_type = Text)]
    file_id: String,
    #[diesel(sql_type = Text)]
    file: String,
    #[diesel(sql_type = Nullable<Text>)]
    hub_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    hub: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    external_account: Option<String>,
    #[diesel(sql_type = Text)]
    marketplace_id: String,
    #[diesel(sql_type = Text)]
    marketplace: String,
    #[diesel(sql_type = Text)]
    owner_id: String,
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Int4)]
    records: i32,
    #[diesel(sql_type = Int4)]
    closed: i32,
    #[diesel(sql_type = Nullable<Text>)]
    amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<String>,
    #[diesel(sql_type = Text)]
    billing_reference: String,
    #[diesel(sql_type = Text)]
    billing_note: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<DateTime<Utc>>,
}

/// Of a chunk that was closed with its file, what the file says.
const CHUNKS: &str = "SELECT k.id, k.status, k.file_id, f.name AS file, k.hub_id, h.name AS hub, b.external_account, f.marketplace_id, \
    m.name AS marketplace, f.owner_id, o.name AS owner, k.external_id, k.records, \
    CASE WHEN k.status = 'closed' THEN k.records ELSE k.closed END AS closed, k.amount, f.currency, \
    coalesce(nullif(k.billing_reference, ''), CASE WHEN k.status = 'closed' THEN f.billing_reference ELSE '' END) AS billing_reference, \
    CASE WHEN k.billing_reference <> '' THEN k.billing_note WHEN k.status = 'closed' THEN f.billing_note ELSE '' END AS billing_note, \
    k.created_at, k.closed_at \
    FROM unnest($1::text[]) WITH ORDINALITY AS n (id, place) JOIN usage_chunks k ON k.id = n.id JOIN usage_files f ON f.id = k.file_id \
    JOIN marketplaces m ON m.id = f.marketplace_id JOIN accounts o ON o.id = f.owner_id LEFT JOIN hubs h ON h.id = k.hub_id \
    LEFT JOIN marketplace_hubs b ON b.marketplace_id = f.marketplace_id AND b.hub_id = k.hub_id \
    WHERE f.owner_id = $2 AND f.submitted_at IS NOT NULL ORDER BY n.place";

/// The chunks with these ids of a company's marketplaces.
pub fn chunks(conn: &mut PgConnection, viewer: &Id<Account>, ids: &[String]) -> Result<Vec<Value>> {
    let rows: Vec<Row> = statement(CHUNKS).bind::<Array<Text>, _>(ids).bind::<Text, _>(viewer).load(conn)?;
    Ok(rows.into_iter().map(object).collect())
}

fn object(row: Row) -> Value {
    let hub = named(row.hub_id.as_deref().unwrap_or(NO_HUB), row.hub.as_deref().unwrap_or_default());
    let mut events = Map::new();
    events.insert("created".into(), json!({ "at": time::published(row.created_at) }));
    if let Some(at) = row.closed_at {
        events.insert("closed".into(), json!({ "at": time::published(at) }));
    }
    json!({
        "id": row.id,
        "status": row.status.key(),
        "usagefile": named(&row.file_id, &row.file),
        "binding": { "hub": hub, "external_id": row.external_account.unwrap_or_default() },
        "marketplace": named(&row.marketplace_id, &row.marketplace),
        "provider": named(&row.owner_id, &row.owner),
        "external_id": row.external_id,
        "outdated": false,
        "records": { "valid": row.records, "closed": row.closed },
        // text: it may have more digits than programs count with
        "amount": row.amount,
        "currency": row.currency,
        "external_billing_id": row.billing_reference,
        "external_billing_note": row.billing_note,
        "events": events,
    })
}

/// What [`chunks`] makes.
pub fn chunk_schema() -> Schema {
    let records = Object::new().field("valid", Schema::at_least(0)).field("closed", Schema::at_least(0));
    Object::new()
        .field("id", Schema::id::<UsageChunk>())
        .field("status", Schema::choice::<Status>())
        .field("usagefile.id", Schema::id::<UsageFile>())
        .field("usagefile.name", Schema::line(100))
        .field("binding.hub", Schema::reference())
        .field("binding.external_id", Schema::text().about("The hub's account on the marketplace."))
        .field("marketplace", Schema::reference())
        .field("provider", Schema::reference())
        .field("external_id", Schema::line(200))
        .field("outdated", Schema::flag())
        .field("records", records.inline())
        .field("amount", Schema::text().or_null().about("The exact sum of all amounts, where the file has one."))
        .field("currency", Schema::pattern("^[A-Z]{3}$").or_null())
        .field("external_billing_id", Schema::line(200))
        .field("external_billing_note", Schema::line(200))
        .field("events.created", event())
        .maybe("events.closed", event())
        .named("UsageChunk")
}
