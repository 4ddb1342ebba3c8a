//! What waits for a company, each counted up to a limit and shown with its first few.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz},
};

use crate::kit::{
    actor::{Permission, Role},
    db::{Read, Tx},
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
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The other party, or the note on an invitation.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
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

impl Sort {
    /// How [`WAITING`] names it.
    const ALL: [(Self, &'static str); 10] = [
        (Self::Sign, "sign"),
        (Self::Approve, "approve"),
        (Self::Link, "link"),
        (Self::End, "end"),
        (Self::List, "list"),
        (Self::Mend, "mend"),
        (Self::Fulfil, "fulfil"),
        (Self::Answer, "answer"),
        (Self::Decide, "decide"),
        (Self::Settle, "settle"),
    ];
}

/// What waits for the company `$1`, of the sorts `$2`: of each the 100 that wait longest, or that end first. A sort that is not asked
/// for costs nothing: its condition is looked at before its table.
const WAITING: &str = "\
    SELECT w.sort, w.id, w.name, w.version::bigint AS version, w.at FROM (\
    (SELECT 'sign' AS sort, s.id, i.name, s.version, s.at FROM (\
      (SELECT c.id, c.issuer_id, v.number AS version, coalesce(v.activated_at, v.created_at) AS at \
       FROM contracts c JOIN agreement_versions v ON v.agreement_id = c.agreement_id AND v.status = 'active' \
       AND v.number > c.version WHERE c.signee_id = $1 AND c.status = 'active') UNION ALL \
      (SELECT c.id, c.issuer_id, c.version, c.created_at FROM contracts c \
       WHERE c.signee_id = $1 AND c.status = 'pending' AND c.predecessor_id IS NOT NULL) UNION ALL \
      (SELECT c.id, c.issuer_id, c.version, e.offered_at FROM contracts c JOIN contract_extensions e ON e.contract_id = c.id \
       AND e.status = 'offered' WHERE c.signee_id = $1 AND c.status = 'active')) s \
     JOIN accounts i ON i.id = s.issuer_id WHERE 'sign' = ANY($2) ORDER BY s.at, s.id LIMIT 100) UNION ALL \
    (SELECT 'approve', c.id, s.name, c.version, c.created_at FROM contracts c JOIN accounts s ON s.id = c.signee_id \
     WHERE 'approve' = ANY($2) AND c.issuer_id = $1 AND c.status = 'pending' AND c.type = 'distribution' \
     AND c.predecessor_id IS NULL ORDER BY c.created_at, c.id LIMIT 100) UNION ALL \
    (SELECT 'link', c.id, c.note, c.version, l.expires_at \
     FROM contracts c JOIN activation_links l ON l.contract_id = c.id AND l.replaced_at IS NULL \
     WHERE 'link' = ANY($2) AND c.issuer_id = $1 AND c.status = 'pending' AND l.expires_at < now() + interval '7 days' \
     AND (c.expire_at IS NULL OR c.expire_at > now()) ORDER BY l.expires_at, c.id LIMIT 100) UNION ALL \
    (SELECT 'end', c.id, coalesce(s.name, ''), c.version, c.expire_at FROM contracts c \
     LEFT JOIN accounts s ON s.id = c.signee_id WHERE 'end' = ANY($2) AND c.issuer_id = $1 AND c.status = 'active' \
     AND c.expire_at BETWEEN now() AND now() + interval '30 days' ORDER BY c.expire_at, c.id LIMIT 100) UNION ALL \
    (SELECT 'end', c.id, i.name, c.version, c.expire_at FROM contracts c JOIN accounts i ON i.id = c.issuer_id \
     WHERE 'end' = ANY($2) AND c.signee_id = $1 AND c.status = 'active' \
     AND c.expire_at BETWEEN now() AND now() + interval '30 days' ORDER BY c.expire_at, c.id LIMIT 100) UNION ALL \
    (SELECT 'list', r.id, v.name, r.version, r.submitted_at FROM listing_requests r \
     JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version \
     WHERE 'list' = ANY($2) AND r.owner_id = $1 AND r.status IN ('reviewing', 'deploying') AND r.environment <> 'test' \
     ORDER BY r.submitted_at, r.id LIMIT 100) UNION ALL \
    (SELECT 'mend', r.id, p.name, r.version, r.updated_at FROM listing_requests r JOIN products p ON p.id = r.product_id \
     WHERE 'mend' = ANY($2) AND r.vendor_id = $1 AND r.status = 'draft' AND r.environment <> 'test' \
     ORDER BY r.updated_at, r.id LIMIT 100) UNION ALL \
    (SELECT 'fulfil', r.id, r.customer_name, r.version, r.created_at FROM fulfillment_requests r \
     WHERE 'fulfil' = ANY($2) AND r.vendor_id = $1 AND r.status IN ('pending', 'revoking') AND r.environment <> 'test' \
     ORDER BY r.created_at, r.id LIMIT 100) UNION ALL \
    (SELECT 'answer', r.id, r.customer_name, r.version, r.updated_at FROM fulfillment_requests r \
     WHERE 'answer' = ANY($2) AND r.buyer_id = $1 AND r.status = 'inquiring' AND r.environment <> 'test' \
     ORDER BY r.updated_at, r.id LIMIT 100) UNION ALL \
    (SELECT 'decide', r.id, r.account_name, r.after_version, r.created_at FROM tier_account_requests r \
     WHERE 'decide' = ANY($2) AND r.vendor_id = $1 AND r.status = 'pending' ORDER BY r.created_at, r.id LIMIT 100) UNION ALL \
    (SELECT 'settle', r.id, r.account_name, 1, r.created_at FROM tier_config_requests r \
     WHERE 'settle' = ANY($2) AND r.vendor_id = $1 AND r.status = 'pending' AND r.environment <> 'test' \
     ORDER BY r.created_at, r.id LIMIT 100)) w ORDER BY w.at, w.id";

const _: () = assert!(COUNTED + 1 == 100, "as many as WAITING reads of each sort");

/// The first few, and how many there are.
#[derive(Debug, Default)]
pub struct Pile {
    pub count: usize,
    pub first: Vec<Waiting>,
}

impl Pile {
    pub fn figure(&self) -> String {
        if self.count as i64 > COUNTED { format!("{COUNTED}+") } else { self.count.to_string() }
    }
}

/// A pile of everything of these sorts that waits for the actor's company; what waits longest is first.
pub fn waiting<P: Permission>(read: &mut Read<'_, P>, sorts: &[Sort]) -> Result<HashMap<Sort, Pile>> {
    let named = Sort::ALL.into_iter().filter(|(sort, _)| sorts.contains(sort));
    let found: Vec<Waiting> = statement(WAITING)
        .bind::<Text, _>(read.actor.account())
        .bind::<Array<Text>, _>(named.clone().map(|(_, name)| name).collect::<Vec<_>>())
        .load(read.conn)?;
    let mut piles: HashMap<Sort, Pile> = named.clone().map(|(sort, _)| (sort, Pile::default())).collect();
    for one in found {
        let sort = named.clone().find(|(_, name)| *name == one.sort).map(|(sort, _)| sort);
        let Some(pile) = sort.and_then(|sort| piles.get_mut(&sort)) else { continue };
        pile.count += 1;
        if pile.first.len() < SHOWN {
            pile.first.push(one);
        }
    }
    Ok(piles)
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
            "(SELECT '{section}' AS section, {id} AS id, {name} AS name, r.updated_at AS at FROM {table} r \
             WHERE r.{own} = $1 AND r.updated_at > $2 ORDER BY r.updated_at DESC LIMIT 20)"
        )
    };
    let parts = [
        newest("fulfillment", "r.id", "r.customer_name", "fulfillment_requests", buyer),
        newest("customer-requests", "r.id", "r.account_name", "tier_account_requests", owner),
        newest("listing-requests", "r.id", "r.product_id", "listing_requests", owner),
    ];
    Ok(statement(format!(
        "SELECT x.section, x.id, x.name, e.name AS event, coalesce(e.actor_name || coalesce(', ' || a.name, ''), '') AS who, x.at \
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
}

/// The names of what was opened, in that order, as far as the company may still look at it. `places`: `section/id`.
pub fn opened<P: Permission>(read: &mut Read<'_, P>, places: &[String]) -> Result<Vec<Opened>> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    Ok(statement(
        "SELECT w.place, n.name FROM (SELECT w.place, w.at, split_part(w.place, '/', 1) AS section, split_part(w.place, '/', 2) AS id \
         FROM unnest($2::text[]) WITH ORDINALITY AS w(place, at)) w CROSS JOIN LATERAL (SELECT CASE w.section \
         WHEN 'customers' THEN (SELECT t.name FROM tier_accounts t WHERE t.id = w.id AND (t.owner_id = $1 OR EXISTS \
          (SELECT FROM tier_account_uses u WHERE u.tier_account_id = t.id AND u.vendor_id = $1 AND u.live > 0))) \
         WHEN 'subscriptions' THEN (SELECT s.customer_name FROM subscriptions s WHERE s.id = w.id \
          AND $1 IN (s.vendor_id, s.buyer_id, s.distributor_id)) \
         WHEN 'fulfillment' THEN (SELECT r.customer_name FROM fulfillment_requests r WHERE r.id = w.id \
          AND $1 IN (r.vendor_id, r.buyer_id, r.distributor_id)) \
         WHEN 'customer-requests' THEN (SELECT r.account_name FROM tier_account_requests r WHERE r.id = w.id \
          AND $1 IN (r.vendor_id, r.owner_id)) \
         WHEN 'tier-configs' THEN (SELECT c.account_name FROM tier_configs c WHERE c.id = w.id \
          AND $1 IN (c.vendor_id, c.buyer_id, c.distributor_id)) \
         WHEN 'tier-config-requests' THEN (SELECT r.account_name FROM tier_config_requests r WHERE r.id = w.id \
          AND $1 IN (r.vendor_id, r.buyer_id, r.distributor_id)) \
         WHEN 'products' THEN coalesce((SELECT p.name FROM products p WHERE p.id = w.id AND p.vendor_id = $1), \
          (SELECT v.name FROM sight s JOIN products p ON p.id = s.product_id JOIN product_versions v ON v.product_id = p.id \
          AND v.number = p.public_version WHERE s.viewer_id = $1 AND s.product_id = w.id LIMIT 1)) \
         WHEN 'listing-requests' THEN (SELECT v.name FROM listing_requests r JOIN product_versions v ON v.product_id = r.product_id \
          AND v.number = r.version WHERE r.id = w.id AND $1 IN (r.vendor_id, r.owner_id)) \
         WHEN 'contracts' THEN (SELECT a.name FROM contracts c JOIN agreements a ON a.id = c.agreement_id WHERE c.id = w.id \
          AND $1 IN (c.issuer_id, c.signee_id)) \
         WHEN 'agreements' THEN (SELECT g.name FROM agreements g WHERE g.id = w.id AND g.owner_id = $1) \
         WHEN 'marketplaces' THEN (SELECT m.name FROM marketplaces m WHERE m.id = w.id AND m.owner_id = $1) \
         WHEN 'hubs' THEN (SELECT h.name FROM hubs h WHERE h.id = w.id AND h.owner_id = $1) END AS name) n \
         WHERE n.name IS NOT NULL ORDER BY w.at",
    )
    .bind::<Text, _>(read.actor.account().as_str().to_owned())
    .bind::<Array<Text>, _>(places)
    .load(read.conn)?)
}
