//! The published objects of tier accounts: as they are, as they were, and as requests name them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Int4, Jsonb, Nullable, Text, Timestamptz},
};
use serde_json::{Map, Value, json};

use super::{Status, TierAccount, Type, data::Data, requests, snapshot::Snapshot};
use crate::kit::{
    actor::Account,
    api::{Object, Schema},
    choice::Choice as _,
    environment::Environment,
    id::Id,
    input::{Input as _, json},
    problem::{Problem, Result},
    statement::statement,
    time,
};

/// A tier account in one of its versions, with the names around it.
#[derive(QueryableByName)]
pub struct Version {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Int4)]
    number: i32,
    #[diesel(sql_type = Text)]
    type_: Type,
    #[diesel(sql_type = Text)]
    status: Status,
    /// A [`Snapshot`].
    #[diesel(sql_type = Jsonb)]
    data: Value,
    #[diesel(sql_type = Array<Text>)]
    scopes: Vec<String>,
    #[diesel(sql_type = Text)]
    owner_id: String,
    #[diesel(sql_type = Text)]
    owner: String,
    /// Nothing where there is none, or the company may not look at it.
    #[diesel(sql_type = Nullable<Text>)]
    parent_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    parent: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    parent_external_id: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    created_by_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    created_by: Option<String>,
    /// When the version was made.
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    author_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    author: Option<String>,
    /// Of the account by now.
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

/// As what the live subscriptions that the viewer knows use an account; a reseller that none uses would be the first tier.
macro_rules! scopes {
    ($account:literal, $viewer:literal) => {
        concat!(
            "(CASE WHEN ",
            $account,
            ".type = 'customer' THEN ARRAY['customer'] ELSE coalesce((SELECT array_agg(DISTINCT u.role ORDER BY u.role) \
             FROM tier_account_uses u WHERE u.tier_account_id = ",
            $account,
            ".id AND u.live > 0 AND ",
            $viewer,
            " IN (",
            $account,
            ".owner_id, u.vendor_id)), ARRAY['tier1']) END)"
        )
    };
}
pub(super) use scopes;

impl Version {
    /// What follows `FROM wanted n (id, number, place)`, and what is selected of it; `$1` is the company that looks.
    const SELECT: &'static str = concat!(
        "SELECT r.id, v.number, r.type AS type_, r.status, v.data, ",
        scopes!("r", "$1"),
        " AS scopes, r.owner_id, o.name AS owner, p.id AS parent_id, p.name AS parent, p.external_id AS parent_external_id, \
         r.created_at, f.author_id AS created_by_id, c.name AS created_by, v.at, v.author_id, a.name AS author, r.updated_at"
    );
    /// The limit keeps PostgreSQL from reading all versions of an account to find the one.
    const JOINS: &'static str = "JOIN tier_accounts r ON r.id = n.id JOIN accounts o ON o.id = r.owner_id \
        CROSS JOIN LATERAL (SELECT * FROM tier_account_versions v WHERE v.tier_account_id = r.id \
        AND v.number = coalesce(n.number, r.version) LIMIT 1) v \
        JOIN tier_account_versions f ON f.tier_account_id = r.id AND f.number = 1 \
        LEFT JOIN users c ON c.id = f.author_id LEFT JOIN users a ON a.id = v.author_id \
        LEFT JOIN tier_accounts p ON p.id = v.data ->> 'parent' AND (p.owner_id = $1 OR EXISTS (SELECT FROM tier_account_sight s \
        WHERE s.viewer_id = $1 AND s.tier_account_id = p.id))";

    /// The versions of accounts that the company may know, in the order of `wanted`; without a number the present one.
    pub fn load(conn: &mut PgConnection, viewer: &Id<Account>, wanted: &[(&str, Option<i32>)]) -> Result<Vec<Self>> {
        let (ids, numbers): (Vec<&str>, Vec<Option<i32>>) = wanted.iter().copied().unzip();
        Ok(statement(format!(
            "{} FROM unnest($2::text[], $3::int[]) WITH ORDINALITY AS n (id, number, place) {} ORDER BY n.place",
            Self::SELECT,
            Self::JOINS
        ))
        .bind::<Text, _>(viewer)
        .bind::<Array<Text>, _>(ids)
        .bind::<Array<Nullable<Int4>>, _>(numbers)
        .load(conn)?)
    }

    pub fn number(&self) -> i32 {
        self.number
    }

    /// The published object.
    pub fn object(self) -> Result<Value> {
        let Snapshot { data, .. } = serde_json::from_value(self.data).map_err(Problem::internal)?;
        let mut object = json::publish(Data::TABLE, data.values());
        let mut events = Map::new();
        events.insert("created".into(), event(self.created_at, self.created_by_id, self.created_by));
        events.insert("updated".into(), event(self.at, self.author_id, self.author));
        if self.status == Status::Decommissioned {
            events.insert("decommissioned".into(), event(self.updated_at, None, None));
        }
        let parts = [
            ("id", json!(self.id)),
            ("version", json!(self.number)),
            ("type", json!(self.type_.key())),
            ("scopes", json!(self.scopes)),
            ("owner", json!({ "id": self.owner_id, "name": self.owner })),
            // no account is of one hub
            ("hub", json!({ "id": NO_HUB, "name": "None" })),
            ("events", Value::Object(events)),
        ];
        object.extend(parts.into_iter().map(|(name, part)| (name.to_owned(), part)));
        if let Some(id) = self.parent_id {
            let parent = json!({ "id": id, "name": self.parent, "external_id": self.parent_external_id });
            object.insert("parent".into(), parent);
        }
        Ok(Value::Object(object))
    }
}

/// The key for no hub.
pub const NO_HUB: &str = "HB-0000-0000";

fn account_fields() -> Object {
    let parent = Object::new()
        .field("id", Schema::id::<TierAccount>())
        .field("name", Schema::text())
        .field("external_id", Schema::text());
    Object::new()
        .field("id", Schema::id::<TierAccount>())
        .field("version", Schema::at_least(1))
        .field("type", Schema::choice::<Type>())
        .published::<Data>()
        .field("scopes", Schema::list(Schema::words(["customer", "tier1", "tier2"])))
        .field("owner", Schema::reference())
        .field("hub", Schema::reference())
        .maybe("parent", parent.inline())
        .field("events.created", event_schema())
        .field("events.updated", event_schema())
        .maybe("events.decommissioned", event_schema())
}

/// What [`Version::object`] makes.
pub fn account_schema() -> Schema {
    account_fields().named("TierAccount")
}

/// What [`requests`] makes.
pub fn request_schema() -> Schema {
    let account = account_fields().field("environment", Schema::choice::<Environment>());
    Object::new()
        .field("id", Schema::id::<requests::Request>())
        .field("type", Schema::words(["update"]))
        .field("status", Schema::choice::<requests::Status>())
        .field("account", account.named("RequestedTierAccount"))
        .field("vendor", Schema::reference())
        .field("provider", Schema::reference())
        .field("product", Schema::reference())
        .field("events.created", event_schema())
        .field("events.updated", event_schema())
        .maybe("reason", Schema::text())
        .named("TierAccountRequest")
}

/// What [`event`] makes.
fn event_schema() -> Schema {
    Object::new().field("at", Schema::instant()).maybe("by", Schema::reference()).named("Event")
}

/// When something came about, and by whom; nobody where it is not known, or the program did it.
pub fn event(at: DateTime<Utc>, id: Option<String>, name: Option<String>) -> Value {
    let mut event = json!({ "at": time::published(at) });
    if let (Value::Object(event), Some(id)) = (&mut event, id) {
        event.insert("by".into(), json!({ "id": id, "name": name.unwrap_or_default() }));
    }
    event
}

/// The accounts with these ids, as they are.
pub fn accounts(conn: &mut PgConnection, viewer: &Id<Account>, ids: &[String]) -> Result<Vec<Value>> {
    let wanted: Vec<_> = ids.iter().map(|id| (id.as_str(), None)).collect();
    Version::load(conn, viewer, &wanted)?.into_iter().map(Version::object).collect()
}

/// Versions by `TA-…/3`.
pub fn versions(conn: &mut PgConnection, viewer: &Id<Account>, ids: &[String]) -> Result<Vec<Value>> {
    let wanted: Vec<_> =
        ids.iter().filter_map(|id| id.split_once('/')).map(|(id, number)| (id, number.parse().ok())).collect();
    Version::load(conn, viewer, &wanted)?.into_iter().map(Version::object).collect()
}

#[derive(QueryableByName)]
struct RequestRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Text)]
    environment: String,
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = Int4)]
    version: i32,
    #[diesel(sql_type = Text)]
    product_id: String,
    #[diesel(sql_type = Text)]
    product: String,
    #[diesel(sql_type = Text)]
    vendor_id: String,
    #[diesel(sql_type = Text)]
    vendor: String,
    #[diesel(sql_type = Text)]
    owner_id: String,
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    decided_by_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    decided_by: Option<String>,
}

/// The requests with these ids, each with its account as it was after the change.
pub fn requests(conn: &mut PgConnection, viewer: &Id<Account>, ids: &[String]) -> Result<Vec<Value>> {
    let rows: Vec<RequestRow> = statement(
        "SELECT r.id, r.status, r.environment, r.tier_account_id AS account, r.after_version AS version, r.product_id, \
         p.name AS product, r.vendor_id, v.name AS vendor, r.owner_id, o.name AS owner, r.reason, r.created_at, r.updated_at, \
         r.decided_by_id, d.name AS decided_by FROM unnest($1) WITH ORDINALITY AS n (id, place) \
         JOIN tier_account_requests r ON r.id = n.id JOIN products p ON p.id = r.product_id \
         JOIN accounts v ON v.id = r.vendor_id JOIN accounts o ON o.id = r.owner_id LEFT JOIN users d ON d.id = r.decided_by_id \
         ORDER BY n.place",
    )
    .bind::<Array<Text>, _>(ids)
    .load(conn)?;
    let wanted: Vec<_> = rows.iter().map(|row| (row.account.as_str(), Some(row.version))).collect();
    let mut accounts = HashMap::new();
    for version in Version::load(conn, viewer, &wanted)? {
        accounts.insert((version.id.clone(), version.number), version);
    }
    let missing = || Problem::internal("every state of an account is kept");
    let mut objects = HashMap::new();
    for (key, version) in accounts {
        objects.insert(key, version.object()?);
    }
    rows.into_iter()
        .map(|row| {
            let key = (row.account.clone(), row.version);
            let mut account = objects.get(&key).cloned().ok_or_else(missing)?;
            account["environment"] = json!(row.environment);
            // the author of the version
            let author = account["events"]["updated"]["by"].clone();
            let part = |name: &str| author[name].as_str().map(str::to_owned);
            let mut object = json!({
                "id": row.id,
                "type": "update",
                "status": row.status,
                "account": account,
                "vendor": { "id": row.vendor_id, "name": row.vendor },
                "provider": { "id": row.owner_id, "name": row.owner },
                "product": { "id": row.product_id, "name": row.product },
                "events": {
                    "created": event(row.created_at, part("id"), part("name")),
                    "updated": event(row.updated_at, row.decided_by_id, row.decided_by),
                },
            });
            if !row.reason.is_empty() {
                object["reason"] = json!(row.reason);
            }
            Ok(object)
        })
        .collect()
}
