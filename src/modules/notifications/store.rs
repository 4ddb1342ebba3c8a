//! Statements about what people were told, and about what companies say of it.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Integer, Jsonb, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::data::Ruling;
use crate::{
    accounts::Group,
    kit::{
        actor::{Account, Permission},
        db::{Looks, Read, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    mail::{
        Way,
        letterhead::{self, Letterhead},
    },
    schema::{notification_rule_groups, notification_rules, outbox},
};

/// Whose notifications: a person's at one company.
const OWN: &str = "n.account_id = $1 AND n.user_id = $2 AND n.shown";
/// Only what the person may still see, as an administrator (`$3`) or by these permissions (`$4`).
const SEEN: &str = "($3 OR n.seen && $4)";

/// What a person was told.
#[derive(Debug, QueryableByName)]
pub struct Told {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Jsonb)]
    pub facts: serde_json::Value,
    /// The page it is about, as section/id.
    #[diesel(sql_type = Text)]
    pub object: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    pub read: bool,
}

/// A place in the list: unread before read, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub read: bool,
    pub at: DateTime<Utc>,
    pub id: Uuid,
}

/// What the acting person was told, unread first, the newest first, behind `behind`; one more than `most` says that there is more.
pub fn told<P: Permission>(read: &mut Read<'_, P>, behind: Option<Place>, most: usize) -> Result<Vec<Told>> {
    let text = format!(
        "SELECT n.id, n.kind, n.facts, n.object, n.at, n.read_at IS NOT NULL AS read FROM notifications n WHERE {OWN} AND {SEEN} \
         AND ((n.read_at IS NOT NULL)::int > $5 OR (n.read_at IS NOT NULL)::int = $5 AND (n.at, n.id) < ($6, $7)) \
         ORDER BY (n.read_at IS NOT NULL)::int, n.at DESC, n.id DESC LIMIT $8"
    );
    let (half, at, id) = behind
        .map_or((-1, DateTime::<Utc>::UNIX_EPOCH, Uuid::nil()), |place| (i32::from(place.read), place.at, place.id));
    let identity = &read.actor.identity;
    Ok(statement(text)
        .bind::<Text, _>(read.actor.account())
        .bind::<Text, _>(&identity.person.id)
        .bind::<Bool, _>(identity.administrator)
        .bind::<Array<Text>, _>(&identity.permissions)
        .bind::<Integer, _>(half)
        .bind::<Timestamptz, _>(at)
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(i64::try_from(most + 1).unwrap_or(i64::MAX))
        .load(read.conn)?)
}

/// How many the acting person has not read, up to one more than is shown; none once the session has ended, or the person works for the
/// company no more. What the person may see is looked up anew.
pub fn unread<P: Permission>(read: &mut Read<'_, P>, session: Uuid) -> Result<Option<i64>> {
    Ok(statement(
        "SELECT (SELECT count(*) FROM (SELECT FROM notifications n WHERE n.account_id = $1 AND n.user_id = $2 AND n.shown \
           AND n.read_at IS NULL AND (h.administrator OR n.seen && h.permissions) LIMIT 100) u) AS unread \
         FROM sessions s JOIN memberships m ON m.user_id = s.user_id AND m.account_id = $1, \
         LATERAL (SELECT coalesce(bool_or(g.administrators), false) AS administrator, \
                         coalesce(array_agg(p.permission) FILTER (WHERE p.permission IS NOT NULL), '{}') AS permissions \
                  FROM group_members gm JOIN groups g ON g.id = gm.group_id \
                  LEFT JOIN LATERAL unnest(g.permissions) p(permission) ON true \
                  WHERE gm.account_id = $1 AND gm.user_id = $2) h \
         WHERE s.id = $3 AND s.user_id = $2 AND NOT EXISTS (SELECT FROM session_places p \
           WHERE p.session_id = s.id AND p.account_id = $1 AND p.ended_at > s.proved_at) \
         AND (EXISTS (SELECT FROM sso_proofs x JOIN sso_providers o ON o.account_id = x.account_id \
           WHERE x.session_id = s.id AND x.account_id = $1 AND o.active) \
           OR s.own AND NOT EXISTS (SELECT FROM sso_providers o WHERE o.account_id = $1 AND o.enforced_at IS NOT NULL \
             AND NOT EXISTS (SELECT FROM sso_exceptions e WHERE e.account_id = $1 AND e.user_id = s.user_id)))",
    )
    .bind::<Text, _>(read.actor.account())
    .bind::<Text, _>(&read.actor.identity.person.id)
    .bind::<SqlUuid, _>(session).value::<BigInt, _>(read.conn).optional()?)
}

/// Says that the acting person has read one; gives the page it is about.
///
/// # Errors
/// [`NotFound`](crate::kit::problem::Problem::NotFound) for somebody else's, or one that the person may no longer see.
pub fn read_one<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<String> {
    let identity = tx.who.member()?;
    let text = format!(
        "UPDATE notifications n SET read_at = coalesce(n.read_at, $5) WHERE {OWN} AND {SEEN} AND n.id = $6 RETURNING n.object"
    );
    Ok(statement(text)
        .bind::<Text, _>(&identity.company.id)
        .bind::<Text, _>(&identity.person.id)
        .bind::<Bool, _>(identity.administrator)
        .bind::<Array<Text>, _>(&identity.permissions)
        .bind::<Timestamptz, _>(tx.at)
        .bind::<SqlUuid, _>(id)
        .value::<Text, _>(tx.conn)?)
}

/// Marks everything that the acting person had been shown by then as read. Returns how many.
pub fn read_all<P>(tx: &mut Tx<'_, P>, until: DateTime<Utc>) -> Result<usize> {
    let identity = tx.who.member()?;
    let text =
        format!("UPDATE notifications n SET read_at = $5 WHERE {OWN} AND {SEEN} AND n.read_at IS NULL AND n.at <= $6");
    Ok(statement(text)
        .bind::<Text, _>(&identity.company.id)
        .bind::<Text, _>(&identity.person.id)
        .bind::<Bool, _>(identity.administrator)
        .bind::<Array<Text>, _>(&identity.permissions)
        .bind::<Timestamptz, _>(tx.at)
        .bind::<Timestamptz, _>(until)
        .execute(tx.conn)?)
}

/// What a company says of one sort.
#[derive(Debug, Clone, QueryableByName)]
pub struct Rule {
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub way: Way,
    /// The groups that are told, by id and name in the same order; none: everybody whose groups let them act on it.
    #[diesel(sql_type = Array<Text>)]
    pub groups: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    pub names: Vec<String>,
    #[diesel(sql_type = Integer)]
    pub revision: i32,
}

/// Everything that the actor's company says of sorts.
pub fn rules<P: Permission>(read: &mut Read<'_, P>) -> Result<Vec<Rule>> {
    Ok(statement(
        "SELECT r.kind, r.way, r.revision, \
         ARRAY(SELECT g.id FROM notification_rule_groups c JOIN groups g ON g.id = c.group_id \
               WHERE c.account_id = r.account_id AND c.kind = r.kind ORDER BY g.administrators DESC, g.name, g.id) AS groups, \
         ARRAY(SELECT g.name::text FROM notification_rule_groups c JOIN groups g ON g.id = c.group_id \
               WHERE c.account_id = r.account_id AND c.kind = r.kind ORDER BY g.administrators DESC, g.name, g.id) AS names \
         FROM notification_rules r WHERE r.account_id = $1",
    )
    .bind::<Text, _>(read.actor.account())
    .load(read.conn)?)
}

/// How a company has its people told of one sort, and which groups: nothing while it has said nothing. It is held until the act is done.
pub fn lock_rule<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, kind: &str) -> Result<Option<(Way, Vec<Id<Group>>)>> {
    let way: Option<Way> = notification_rules::table
        .find((account, kind))
        .select(notification_rules::way)
        .for_update()
        .first(tx.conn)
        .optional()?;
    let Some(way) = way else { return Ok(None) };
    let groups = notification_rule_groups::table
        .filter(notification_rule_groups::account_id.eq(account))
        .filter(notification_rule_groups::kind.eq(kind))
        .select(notification_rule_groups::group_id)
        .load(tx.conn)?;
    Ok(Some((way, groups)))
}

/// Saves a company's rule for one kind of event, unless somebody saved after `revision`, which is 0 if there was none. Returns whether it
/// was saved.
pub fn set_rule<P>(
    tx: &mut Tx<'_, P>,
    account: &Id<Account>,
    kind: &str,
    revision: i32,
    said: &Ruling,
) -> Result<bool> {
    let written = statement(
        "INSERT INTO notification_rules (account_id, kind, way) VALUES ($1, $2, $3) ON CONFLICT (account_id, kind) \
         DO UPDATE SET way = $3, revision = notification_rules.revision + 1 WHERE notification_rules.revision = $4",
    )
    .bind::<Text, _>(account)
    .bind::<Text, _>(kind)
    .bind::<Text, _>(said.way)
    .bind::<Integer, _>(revision)
    .execute(tx.conn)?;
    if written == 0 {
        return Ok(false);
    }
    let before = notification_rule_groups::table
        .filter(notification_rule_groups::account_id.eq(account))
        .filter(notification_rule_groups::kind.eq(kind));
    diesel::delete(before).execute(tx.conn)?;
    statement(
        "INSERT INTO notification_rule_groups (account_id, kind, group_id) \
         SELECT $1, $2, n.group_id FROM unnest($3::text[]) AS n(group_id)",
    )
    .bind::<Text, _>(account)
    .bind::<Text, _>(kind)
    .bind::<Array<Text>, _>(&said.groups)
    .execute(tx.conn)?;
    Ok(true)
}

/// How a company's mails begin and end, and the revision of that.
pub fn letterhead(look: &mut impl Looks, account: &Id<Account>) -> Result<(Letterhead, i32)> {
    letterhead::of(look.conn(), account)
}

/// Saves how a company's mails begin and end, unless somebody saved after `revision`. Returns whether it was saved.
pub fn set_letterhead<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, revision: i32, said: &Letterhead) -> Result<bool> {
    let written = statement(
        "INSERT INTO letterheads (account_id, opening, closing) VALUES ($1, $2, $3) ON CONFLICT (account_id) \
         DO UPDATE SET opening = $2, closing = $3, revision = letterheads.revision + 1 WHERE letterheads.revision = $4",
    )
    .bind::<Text, _>(account)
    .bind::<Text, _>(&said.opening)
    .bind::<Text, _>(&said.closing)
    .bind::<Integer, _>(revision)
    .execute(tx.conn)?;
    Ok(written > 0)
}

/// When the last mail of this kind went to this address.
pub fn last_mailed<P>(tx: &mut Tx<'_, P>, recipient: &str, kind: &str) -> Result<Option<DateTime<Utc>>> {
    Ok(outbox::table
        .filter(outbox::recipient.eq(recipient))
        .filter(outbox::kind.eq(kind))
        .select(diesel::dsl::max(outbox::created_at))
        .first::<Option<DateTime<Utc>>>(tx.conn)?)
}
