//! What waits for a company, each counted up to a limit and shown with its first few.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz},
};

use crate::kit::{
    actor::{Permission, Role},
    choice::Choice as _,
    db::{Read, Tx},
    environment::Environment,
    grid::Apart,
    problem::{Problem, Result},
    statement::statement,
};

/// How far things that wait are counted; then it says "99+".
pub const COUNTED: i64 = 99;
/// How many are named.
pub const SHOWN: usize = 5;

#[derive(Debug, Clone, QueryableByName)]
pub struct Waiting {
    #[diesel(sql_type = Text)]
    sort: String,
    /// What is offered of a contract: `version`, `renewal`, `extension`.
    #[diesel(sql_type = Text)]
    pub what: String,
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The other party, or the note on an invitation.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// A sort of thing that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Contracts of ours, as signee, that wait for a signature: a newer version, a successor, a later end.
    Sign,
    /// Enrolments that wait for our approval.
    Approve,
    /// Invitations of ours whose link ends within a week, or has ended.
    Link,
    /// Active contracts, on either side, that end within thirty days.
    End,
    /// Listing requests on our marketplaces that somebody has to act on.
    List,
    /// Listing requests of ours that came back.
    Mend,
    /// Requests of subscriptions that wait for us to fulfil them.
    Fulfil,
    /// Orders of ours that wait for data.
    Answer,
    /// Changes of customers that wait for our decision.
    Decide,
    /// Tier configurations that wait for us.
    Settle,
}

/// A real order, listing or change: a number that somebody plans a day by holds no test, and their lists show them.
const REAL: &[Environment] = &[Environment::Production];
/// A signature binds in both, so contracts of either wait; tests stand behind.
const BOTH: &[Environment] = &[Environment::Production, Environment::Test];

/// How a sort is named in the statement, in which environments it waits, and what waits for the company `$1` in `{environment}`: what
/// waits longest, or ends first, stands first.
const SORTS: [(Sort, &str, &[Environment], &str); 10] = [
    (
        Sort::Sign,
        "sign",
        BOTH,
        "SELECT s.what, s.id, i.name, s.version, s.at FROM (\
         (SELECT 'version' AS what, c.id, c.issuer_id, \
          v.number AS version, coalesce(v.activated_at, v.created_at) AS at \
          FROM contracts c JOIN agreement_versions v ON v.agreement_id = c.agreement_id AND v.status = 'active' \
          AND v.number > c.version WHERE c.signee_id = $1 AND c.kind = '{environment}' AND c.status = 'active') UNION ALL \
         (SELECT 'renewal', c.id, c.issuer_id, c.version, c.created_at \
          FROM contracts c WHERE c.signee_id = $1 AND c.kind = '{environment}' AND c.status = 'pending' AND c.predecessor_id IS NOT NULL) UNION ALL \
         (SELECT 'extension', c.id, c.issuer_id, c.version, e.offered_at \
          FROM contracts c JOIN contract_extensions e ON e.contract_id = c.id \
          AND e.status = 'offered' WHERE c.signee_id = $1 AND c.kind = '{environment}' AND c.status = 'active')) s \
         JOIN accounts i ON i.id = s.issuer_id ORDER BY s.at, s.id",
    ),
    (
        Sort::Approve,
        "approve",
        BOTH,
        "SELECT '' AS what, c.id, s.name, c.version, c.created_at AS at FROM contracts c JOIN accounts s ON s.id = c.signee_id \
         WHERE c.issuer_id = $1 AND c.kind = '{environment}' AND c.status = 'pending' AND c.type = 'distribution' \
         AND c.predecessor_id IS NULL ORDER BY c.created_at, c.id",
    ),
    (
        Sort::Link,
        "link",
        BOTH,
        "SELECT '' AS what, c.id, c.note AS name, c.version, l.expires_at AS at \
         FROM contracts c JOIN activation_links l ON l.contract_id = c.id AND l.replaced_at IS NULL \
         WHERE c.issuer_id = $1 AND c.kind = '{environment}' AND c.status = 'pending' \
         AND l.expires_at < now() + interval '7 days' AND (c.expire_at IS NULL OR c.expire_at > now()) ORDER BY l.expires_at, c.id",
    ),
    (
        Sort::End,
        "end",
        BOTH,
        "SELECT '' AS what, e.* FROM (\
         (SELECT c.id, coalesce(s.name, '') AS name, c.version, c.expire_at AS at FROM contracts c \
          LEFT JOIN accounts s ON s.id = c.signee_id WHERE c.issuer_id = $1 AND c.kind = '{environment}' AND c.status = 'active' \
          AND c.expire_at BETWEEN now() AND now() + interval '30 days' ORDER BY c.expire_at, c.id LIMIT 100) UNION ALL \
         (SELECT c.id, i.name, c.version, c.expire_at FROM contracts c JOIN accounts i ON i.id = c.issuer_id \
          WHERE c.signee_id = $1 AND c.kind = '{environment}' AND c.status = 'active' \
          AND c.expire_at BETWEEN now() AND now() + interval '30 days' ORDER BY c.expire_at, c.id LIMIT 100)) e ORDER BY e.at, e.id",
    ),
    (
        Sort::List,
        "list",
        REAL,
        // each status in the order of its index, and names of those alone that are counted
        "SELECT '' AS what, r.id, v.name, r.version, r.at FROM (SELECT * FROM (\
         (SELECT id, product_id, version, submitted_at AS at FROM listing_requests \
          WHERE owner_id = $1 AND status = 'reviewing' AND environment = '{environment}' ORDER BY submitted_at, id LIMIT 100) UNION ALL \
         (SELECT id, product_id, version, submitted_at FROM listing_requests \
          WHERE owner_id = $1 AND status = 'deploying' AND environment = '{environment}' ORDER BY submitted_at, id LIMIT 100)) r \
         ORDER BY r.at, r.id LIMIT 100) r JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version \
         ORDER BY r.at, r.id",
    ),
    (
        Sort::Mend,
        "mend",
        REAL,
        "SELECT '' AS what, r.id, p.name, r.version, r.updated_at AS at FROM listing_requests r JOIN products p ON p.id = r.product_id \
         WHERE r.vendor_id = $1 AND r.status = 'draft' AND r.environment = '{environment}' ORDER BY r.updated_at, r.id",
    ),
    (
        Sort::Fulfil,
        "fulfil",
        REAL,
        "SELECT '' AS what, r.* FROM (\
         (SELECT id, customer_name AS name, version, created_at AS at FROM fulfillment_requests \
          WHERE vendor_id = $1 AND status = 'pending' AND environment = '{environment}' ORDER BY created_at, id LIMIT 100) UNION ALL \
         (SELECT id, customer_name, version, created_at FROM fulfillment_requests \
          WHERE vendor_id = $1 AND status = 'revoking' AND environment = '{environment}' ORDER BY created_at, id LIMIT 100)) r \
         ORDER BY r.at, r.id",
    ),
    (
        Sort::Answer,
        "answer",
        REAL,
        "SELECT '' AS what, r.id, r.customer_name AS name, r.version, r.updated_at AS at FROM fulfillment_requests r \
         WHERE r.buyer_id = $1 AND r.status = 'inquiring' AND r.environment = '{environment}' ORDER BY r.updated_at, r.id",
    ),
    (
        Sort::Decide,
        "decide",
        REAL,
        "SELECT '' AS what, r.id, r.account_name AS name, r.after_version AS version, r.created_at AS at FROM tier_account_requests r \
         WHERE r.vendor_id = $1 AND r.status = 'pending' AND r.environment = '{environment}' ORDER BY r.created_at, r.id",
    ),
    (
        Sort::Settle,
        "settle",
        REAL,
        "SELECT '' AS what, r.id, r.account_name AS name, 1 AS version, r.created_at AS at FROM tier_config_requests r \
         WHERE r.vendor_id = $1 AND r.status = 'pending' AND r.environment = '{environment}' ORDER BY r.created_at, r.id",
    ),
];

/// The first few, and how many there are, tests apart.
#[derive(Debug)]
pub struct Pile {
    /// There are more than the first few.
    pub more: bool,
    pub figure: String,
    pub first: Vec<Waiting>,
}

impl Pile {
    fn of(mut rows: Vec<Waiting>) -> Self {
        let count = |test| rows.iter().filter(|row| row.environment.is_test() == test).count() as i64;
        let figure = Apart::both(count(false), count(true), COUNTED).to_string();
        let more = rows.len() > SHOWN;
        rows.truncate(SHOWN);
        Self { more, figure, first: rows }
    }
}

/// A pile of each of these sorts of what waits for the actor's company, in one statement. What a person may see decides the sorts, so
/// there are few texts of it.
pub fn waiting<P: Permission>(read: &mut Read<'_, P>, sorts: &[Sort]) -> Result<HashMap<Sort, Pile>> {
    let asked = SORTS.iter().filter(|(sort, ..)| sorts.contains(sort));
    let mut parts = Vec::new();
    for (_, name, environments, waiting) in asked.clone() {
        for environment in environments.iter().map(|one| one.key()) {
            parts.push(format!(
                "SELECT '{name}' AS sort, w.what::text AS what, w.id, w.name, w.version::bigint AS version, w.at, '{environment}' AS environment \
                 FROM ({} LIMIT {}) w",
                waiting.replace("{environment}", environment),
                COUNTED + 1
            ));
        }
    }
    if parts.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<Waiting> =
        statement(format!("SELECT * FROM ({}) w ORDER BY w.environment, w.at, w.id", parts.join(" UNION ALL ")))
            .bind::<Text, _>(read.actor.account())
            .load(read.conn)?;
    let mut rows: HashMap<String, Vec<Waiting>> = HashMap::new();
    for one in found {
        rows.entry(one.sort.clone()).or_default().push(one);
    }
    Ok(asked.map(|(sort, name, ..)| (*sort, Pile::of(rows.remove(*name).unwrap_or_default()))).collect())
}

/// Something that somebody else did since the person was last here.
#[derive(Debug, Clone, QueryableByName)]
pub struct News {
    #[diesel(sql_type = Text)]
    pub section: String,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    /// The event's name.
    #[diesel(sql_type = Text)]
    pub event: String,
    #[diesel(sql_type = Text)]
    pub who: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// What the other companies did with our requests since then, the latest first.
pub fn news<P: Permission>(read: &mut Read<'_, P>, since: DateTime<Utc>) -> Result<Vec<News>> {
    let vendor = read.actor.identity.company.role == Role::Vendor;
    let (buyer, owner) = if vendor { ("vendor_id", "vendor_id") } else { ("buyer_id", "owner_id") };
    let newest = |section: &str, id: &str, name: &str, table: &str, own: &str| {
        format!(
            "(SELECT '{section}' AS section, {id} AS id, {name} AS name, r.environment, r.updated_at AS at FROM {table} r \
             WHERE r.{own} = $1 AND r.updated_at > $2 ORDER BY r.updated_at DESC LIMIT 20)"
        )
    };
    let parts = [
        newest("fulfillment", "r.id", "r.customer_name", "fulfillment_requests", buyer),
        newest("customer-requests", "r.id", "r.account_name", "tier_account_requests", owner),
        newest("listing-requests", "r.id", "r.product_id", "listing_requests", owner),
    ];
    Ok(statement(format!(
        "SELECT x.section, x.id, x.name, x.environment, e.name AS event, coalesce(e.actor_name || coalesce(', ' || a.name, ''), '') AS who, x.at \
         FROM ({}) x CROSS JOIN LATERAL (SELECT e.name, e.account_id, e.actor_name FROM events e WHERE e.object = x.id \
         AND (e.private_to_id IS NULL OR e.private_to_id = $1) ORDER BY e.number DESC LIMIT 1) e \
         LEFT JOIN accounts a ON a.id = e.account_id WHERE e.account_id IS DISTINCT FROM $1 ORDER BY x.at DESC, x.id LIMIT 8",
        parts.join(" UNION ALL ")
    ))
    .bind::<Text, _>(read.actor.account().as_str().to_owned())
    .bind::<Timestamptz, _>(since)
    .load(read.conn)?)
}

/// What is said to whoever comes to Home: when that person was here, and what its company has begun.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Welcome {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub seen_at: Option<DateTime<Utc>>,
    /// When the visit before that one was.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub seen_before_at: Option<DateTime<Utc>>,
    /// Whether the company has any agreement yet, and any contract: else Home says how to begin.
    #[diesel(sql_type = Bool)]
    pub agreement: bool,
    #[diesel(sql_type = Bool)]
    pub contract: bool,
}

pub fn welcome<P: Permission>(read: &mut Read<'_, P>) -> Result<Welcome> {
    let identity = &read.actor.identity;
    Ok(statement(
        "SELECT m.seen_at, m.seen_before_at, EXISTS (SELECT FROM agreements WHERE owner_id = $1) AS agreement, \
         EXISTS (SELECT FROM contracts WHERE issuer_id = $1) AS contract \
         FROM memberships m WHERE m.account_id = $1 AND m.user_id = $2",
    )
    .bind::<Text, _>(&identity.company.id)
    .bind::<Text, _>(&identity.person.id)
    .get_result(read.conn)?)
}

/// A visit is over after so long without Home.
const VISIT: &str = "30 minutes";

/// Notes that the person looks at Home now.
pub fn note_seen<P: Permission>(tx: &mut Tx<'_, P>) -> Result<()> {
    let identity = tx.who.identity().ok_or(Problem::NotFound)?;
    let (account, user) = (identity.company.id.clone(), identity.person.id.clone());
    statement(format!(
        "UPDATE memberships SET seen_at = now(), seen_before_at = CASE WHEN seen_at < now() - interval '{VISIT}' \
         THEN seen_at ELSE seen_before_at END WHERE account_id = $1 AND user_id = $2"
    ))
    .bind::<Text, _>(account)
    .bind::<Text, _>(user)
    .execute(tx.conn)?;
    Ok(())
}

/// Something that was opened before, by its name now.
#[derive(Debug, Clone, QueryableByName)]
pub struct Opened {
    #[diesel(sql_type = Text)]
    pub place: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
}

/// The names of what was opened, in that order, as far as the company may still look at it. `places`: `section/id`.
pub fn opened<P: Permission>(read: &mut Read<'_, P>, places: &[String]) -> Result<Vec<Opened>> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    Ok(statement(
        "SELECT w.place, n.said[1] AS name, coalesce(n.said[2], 'production') AS environment \
         FROM (SELECT w.place, w.at, split_part(w.place, '/', 1) AS section, split_part(w.place, '/', 2) AS id \
         FROM unnest($2::text[]) WITH ORDINALITY AS w(place, at)) w CROSS JOIN LATERAL (SELECT CASE w.section \
         WHEN 'customers' THEN (SELECT ARRAY[t.name] FROM tier_accounts t WHERE t.id = w.id AND (t.owner_id = $1 OR EXISTS \
          (SELECT FROM tier_account_uses u WHERE u.tier_account_id = t.id AND u.vendor_id = $1 AND u.live > 0))) \
         WHEN 'subscriptions' THEN (SELECT ARRAY[s.customer_name, s.environment] FROM subscriptions s WHERE s.id = w.id \
          AND $1 IN (s.vendor_id, s.buyer_id, s.distributor_id)) \
         WHEN 'fulfillment' THEN (SELECT ARRAY[r.customer_name, r.environment] FROM fulfillment_requests r WHERE r.id = w.id \
          AND $1 IN (r.vendor_id, r.buyer_id, r.distributor_id)) \
         WHEN 'customer-requests' THEN (SELECT ARRAY[r.account_name, r.environment] FROM tier_account_requests r WHERE r.id = w.id \
          AND $1 IN (r.vendor_id, r.owner_id)) \
         WHEN 'tier-configs' THEN (SELECT ARRAY[c.account_name, c.environment] FROM tier_configs c WHERE c.id = w.id \
          AND $1 IN (c.vendor_id, c.buyer_id, c.distributor_id)) \
         WHEN 'tier-config-requests' THEN (SELECT ARRAY[r.account_name, r.environment] FROM tier_config_requests r WHERE r.id = w.id \
          AND $1 IN (r.vendor_id, r.buyer_id, r.distributor_id)) \
         WHEN 'products' THEN coalesce((SELECT ARRAY[p.name] FROM products p WHERE p.id = w.id AND p.vendor_id = $1), \
          (SELECT ARRAY[v.name, s.environment] FROM sight s JOIN products p ON p.id = s.product_id JOIN product_versions v ON v.product_id = p.id \
          AND v.number = p.public_version WHERE s.viewer_id = $1 AND s.product_id = w.id LIMIT 1)) \
         WHEN 'listing-requests' THEN (SELECT ARRAY[v.name, r.environment] FROM listing_requests r JOIN product_versions v ON v.product_id = r.product_id \
          AND v.number = r.version WHERE r.id = w.id AND $1 IN (r.vendor_id, r.owner_id)) \
         WHEN 'contracts' THEN (SELECT ARRAY[a.name, c.kind] FROM contracts c JOIN agreements a ON a.id = c.agreement_id WHERE c.id = w.id \
          AND $1 IN (c.issuer_id, c.signee_id)) \
         WHEN 'agreements' THEN (SELECT ARRAY[g.name] FROM agreements g WHERE g.id = w.id AND g.owner_id = $1) \
         WHEN 'marketplaces' THEN (SELECT ARRAY[m.name] FROM marketplaces m WHERE m.id = w.id AND m.owner_id = $1) \
         WHEN 'hubs' THEN (SELECT ARRAY[h.name] FROM hubs h WHERE h.id = w.id AND h.owner_id = $1) END AS said) n \
         WHERE n.said IS NOT NULL ORDER BY w.at",
    )
    .bind::<Text, _>(read.actor.account().as_str().to_owned())
    .bind::<Array<Text>, _>(places)
    .load(read.conn)?)
}

/// Whether the company has any agreement or contract yet: else Home says how to begin.
pub fn begun<P: Permission>(read: &mut Read<'_, P>) -> Result<Begun> {
    Ok(statement(
        "SELECT EXISTS (SELECT FROM agreements WHERE owner_id = $1) AS agreement, \
         EXISTS (SELECT FROM contracts WHERE issuer_id = $1) AS contract",
    )
    .bind::<Text, _>(read.actor.account().as_str().to_owned())
    .get_result(read.conn)?)
}

#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Begun {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub agreement: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub contract: bool,
}
