//! What waits for a company, each counted up to a limit and shown with its first few.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Bool, Int4, Nullable, Text, Timestamptz},
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
    #[diesel(sql_type = Int4)]
    sort: i32,
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The other party, or the note on an invitation.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Int4)]
    pub version: i32,
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
    /// What waits so for the company `$1`: what waits longest, or ends first, is first.
    const fn sql(self) -> &'static str {
        match self {
            Self::Sign => {
                "SELECT w.id, i.name, w.version, w.at FROM ( \
                 (SELECT c.id, c.issuer_id, v.number AS version, coalesce(v.activated_at, v.created_at) AS at \
                  FROM contracts c JOIN agreement_versions v ON v.agreement_id = c.agreement_id AND v.status = 'active' \
                  AND v.number > c.version WHERE c.signee_id = $1 AND c.status = 'active') UNION ALL \
                 (SELECT c.id, c.issuer_id, c.version, c.created_at FROM contracts c \
                  WHERE c.signee_id = $1 AND c.status = 'pending' AND c.predecessor_id IS NOT NULL) UNION ALL \
                 (SELECT c.id, c.issuer_id, c.version, e.offered_at FROM contracts c \
                  JOIN contract_extensions e ON e.contract_id = c.id AND e.status = 'offered' \
                  WHERE c.signee_id = $1 AND c.status = 'active')) w \
                 JOIN accounts i ON i.id = w.issuer_id ORDER BY w.at, w.id"
            }
            Self::Approve => {
                "SELECT c.id, s.name, c.version, c.created_at AS at FROM contracts c JOIN accounts s ON s.id = c.signee_id \
                 WHERE c.issuer_id = $1 AND c.status = 'pending' AND c.type = 'distribution' AND c.predecessor_id IS NULL \
                 ORDER BY c.created_at, c.id"
            }
            Self::Link => {
                "SELECT c.id, c.note AS name, c.version, l.expires_at AS at \
                 FROM contracts c JOIN activation_links l ON l.contract_id = c.id AND l.replaced_at IS NULL \
                 WHERE c.issuer_id = $1 AND c.status = 'pending' AND l.expires_at < now() + interval '7 days' \
                 AND (c.expire_at IS NULL OR c.expire_at > now()) ORDER BY at, c.id"
            }
            Self::End => {
                "SELECT * FROM ( \
                 (SELECT c.id, coalesce(s.name, '') AS name, c.version, c.expire_at AS at FROM contracts c \
                  LEFT JOIN accounts s ON s.id = c.signee_id WHERE c.issuer_id = $1 AND c.status = 'active' \
                  AND c.expire_at BETWEEN now() AND now() + interval '30 days' ORDER BY c.expire_at LIMIT 100) UNION ALL \
                 (SELECT c.id, i.name, c.version, c.expire_at FROM contracts c JOIN accounts i ON i.id = c.issuer_id \
                  WHERE c.signee_id = $1 AND c.status = 'active' \
                  AND c.expire_at BETWEEN now() AND now() + interval '30 days' ORDER BY c.expire_at LIMIT 100)) ending \
                 ORDER BY at, id"
            }
            Self::List => {
                "SELECT r.id, v.name, r.version, r.submitted_at AS at FROM listing_requests r \
                 JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version \
                 WHERE r.owner_id = $1 AND r.status IN ('reviewing', 'deploying') AND r.environment <> 'test' \
                 ORDER BY r.submitted_at, r.id"
            }
            Self::Mend => {
                "SELECT r.id, p.name, r.version, r.updated_at AS at FROM listing_requests r \
                 JOIN products p ON p.id = r.product_id \
                 WHERE r.vendor_id = $1 AND r.status = 'draft' AND r.environment <> 'test' ORDER BY r.updated_at, r.id"
            }
            Self::Fulfil => {
                "SELECT r.id, r.customer_name AS name, r.version, r.created_at AS at FROM fulfillment_requests r \
                 WHERE r.vendor_id = $1 AND r.status IN ('pending', 'revoking') AND r.environment <> 'test' \
                 ORDER BY r.created_at, r.id"
            }
            Self::Answer => {
                "SELECT r.id, r.customer_name AS name, r.version, r.updated_at AS at FROM fulfillment_requests r \
                 WHERE r.buyer_id = $1 AND r.status = 'inquiring' AND r.environment <> 'test' ORDER BY r.updated_at, r.id"
            }
            Self::Decide => {
                "SELECT r.id, r.account_name AS name, r.after_version AS version, r.created_at AS at \
                 FROM tier_account_requests r WHERE r.vendor_id = $1 AND r.status = 'pending' ORDER BY r.created_at, r.id"
            }
            Self::Settle => {
                "SELECT r.id, r.account_name AS name, 1 AS version, r.created_at AS at FROM tier_config_requests r \
                 WHERE r.vendor_id = $1 AND r.status = 'pending' AND r.environment <> 'test' ORDER BY r.created_at, r.id"
            }
        }
    }
}

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

/// A pile of each of these sorts of what waits for the actor's company, in one statement. What a person may see decides the sorts, so
/// there are few texts of it.
pub fn waiting<P: Permission>(read: &mut Read<'_, P>, sorts: &[Sort]) -> Result<HashMap<Sort, Pile>> {
    let mut piles: HashMap<Sort, Pile> = sorts.iter().map(|sort| (*sort, Pile::default())).collect();
    if sorts.is_empty() {
        return Ok(piles);
    }
    let parts: Vec<String> = (sorts.iter().enumerate())
        .map(|(place, sort)| format!("SELECT {place} AS sort, p.* FROM ({} LIMIT {}) p", sort.sql(), COUNTED + 1))
        .collect();
    let found: Vec<Waiting> = statement(format!("SELECT * FROM ({}) w ORDER BY w.at, w.id", parts.join(" UNION ALL ")))
        .bind::<Text, _>(read.actor.account())
        .load(read.conn)?;
    for one in found {
        let sort = usize::try_from(one.sort).ok().and_then(|place| sorts.get(place));
        let Some(pile) = sort.and_then(|sort| piles.get_mut(sort)) else { continue };
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
