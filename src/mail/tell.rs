//! Telling the people of a company: who is told of what, by mail or in the portal, is decided in one statement, in the act's own
//! transaction, from the sort's default, what the company chose, and what each person chose.

use chrono::TimeDelta;
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Called, Concern, Desk, Letter, Pace, Place, letter, outbox,
    written::{Piece, Written, text},
};
use crate::{
    accounts,
    kit::{
        actor::{Account, User},
        choice::Choice as _,
        db::{System, Tx, now},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        typed,
    },
    schema::users,
    t,
};

/// Tells the people of the company that `letter` is for.
///
/// # Errors
/// When it is no letter that tells anybody.
pub fn tell<P, L: Letter>(tx: &mut Tx<'_, P>, letter: &L) -> Result<()> {
    tell_all(tx, std::slice::from_ref(letter))
}

/// The rows that tell somebody: a row for each letter and person. Nobody is told of what they may not see, whoever is chosen. `$11` is the person who acts: nobody is told in the portal of what
/// they did themselves. `$12` is the one person who is told, where only one is.
const TELL: &str = "\
    WITH told AS MATERIALIZED (\
        SELECT n.account, n.kind, n.facts::jsonb AS facts, n.object, n.concern, n.concern_object, \
               s.seen, u.id AS person, u.email, u.mail_pace AS pace, coalesce(r.way, n.way) AS way \
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[]) \
             AS n (account, kind, facts, object, concern, concern_object, told, seen, way) \
        LEFT JOIN notification_rules r ON r.account_id = n.account AND r.kind = n.kind \
        CROSS JOIN LATERAL (SELECT ARRAY[n.seen, regexp_replace(n.seen, '\\.view$', '.manage')] AS seen) s \
        CROSS JOIN LATERAL (\
            SELECT m.user_id FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.account_id = n.account \
            GROUP BY m.user_id HAVING bool_or(g.administrators OR g.permissions && s.seen) AND bool_or(CASE WHEN EXISTS (\
                SELECT FROM notification_rule_groups c WHERE c.account_id = n.account AND c.kind = n.kind) \
            THEN EXISTS (SELECT FROM notification_rule_groups c \
                         WHERE c.account_id = n.account AND c.kind = n.kind AND c.group_id = g.id) \
            ELSE g.administrators OR n.told = ANY(g.permissions) END)) m \
        JOIN users u ON u.id = m.user_id \
        WHERE u.email IS NOT NULL AND ($12::text IS NULL OR u.id = $12)), \
    mailed AS (\
        INSERT INTO outbox (id, recipient, kind, facts, account_id, object, for_id, created_at, due_at) \
        SELECT gen_random_uuid(), t.email, t.kind, t.facts, t.concern, t.concern_object, t.account, $10, $10 \
        FROM told t WHERE t.way IN ('both', 'mail') AND t.pace = 'at_once') \
    INSERT INTO notifications (id, account_id, user_id, kind, facts, object, seen, at, shown, hourly) \
    SELECT gen_random_uuid(), k.account, k.person, k.kind, k.facts, k.object, k.seen, $10, k.shown, k.hourly \
    FROM (SELECT t.*, \
                 (t.way IN ('both', 'portal') OR t.way = 'mail' AND t.pace = 'portal') AND t.person IS DISTINCT FROM $11 AS shown, \
                 t.way IN ('both', 'mail') AND t.pace = 'hourly' AS hourly \
          FROM told t) k WHERE k.shown OR k.hourly";

/// The same of many letters, in one statement, however many people there are. Should a mail never be delivered, the company that acts is
/// told; when nobody acts for one, the company whose concern the letter is.
///
/// # Errors
/// As [`tell`].
pub fn tell_all<P, L: Letter>(tx: &mut Tx<'_, P>, letters: &[L]) -> Result<()> {
    tell_some(tx, letters, None)
}

/// Tells one person of the company that `letter` is for, if that is somebody who is told of it at all.
///
/// # Errors
/// As [`tell`].
pub fn tell_one<P, L: Letter>(tx: &mut Tx<'_, P>, letter: &L, person: Id<User>) -> Result<()> {
    tell_some(tx, std::slice::from_ref(letter), Some(person))
}

fn tell_some<P, L: Letter>(tx: &mut Tx<'_, P>, letters: &[L], only: Option<Id<User>>) -> Result<()> {
    if letters.is_empty() {
        return Ok(());
    }
    let acting = tx.who.identity().map(|identity| (identity.company.id.clone(), identity.person.id.clone()));
    let mut columns: [Vec<String>; 8] = Default::default();
    let mut concerns: Vec<Option<String>> = Vec::new();
    for letter in letters {
        let facts = serde_json::to_value(letter).map_err(Problem::internal)?;
        let key = facts.get("about").and_then(|about| about.as_str()).unwrap_or_default();
        let notice = L::NOTICES.iter().find(|notice| notice.key == key);
        let (Some(notice), Some(Place { account, .. })) = (notice, letter.place()) else {
            return Err(Problem::internal("this letter tells nobody in a company"));
        };
        let concern = match &acting {
            Some((company, _)) => Concern { account: Some(company.clone()), object: letter.object() },
            None => letter.concern(tx.conn)?,
        };
        let row = [
            account.to_string(),
            key.to_owned(),
            facts.to_string(),
            letter.place().map(|place| place.named()).unwrap_or_default(),
            concern.object,
            notice.told.to_owned(),
            notice.seen.to_owned(),
            notice.way.key().to_owned(),
        ];
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
        concerns.push(concern.account.map(|account| account.to_string()));
    }
    let [accounts, kinds, facts, objects, concern_objects, told, seen, ways] = columns;
    statement(TELL)
        .bind::<Array<Text>, _>(accounts)
        .bind::<Array<Text>, _>(kinds)
        .bind::<Array<Text>, _>(facts)
        .bind::<Array<Text>, _>(objects)
        .bind::<Array<Nullable<Text>>, _>(concerns)
        .bind::<Array<Text>, _>(concern_objects)
        .bind::<Array<Text>, _>(told)
        .bind::<Array<Text>, _>(seen)
        .bind::<Array<Text>, _>(ways)
        .bind::<Timestamptz, _>(tx.at)
        .bind::<Nullable<Text>, _>(acting.map(|(_, person)| person))
        .bind::<Nullable<Text>, _>(only)
        .execute(tx.conn)?;
    Ok(())
}

/// How long what a person wants in one mail is gathered: from the first that waits, whatever comes after it.
const WINDOW: TimeDelta = TimeDelta::hours(1);
/// People whose hour is over that one run takes.
const AT_ONCE: i64 = 100;
/// What one mail names; of the others it says how many there are.
const NAMED: i64 = 20;

/// What waits of one person at one company.
#[derive(Debug, QueryableByName)]
struct Due {
    #[diesel(sql_type = Text)]
    account_id: Id<Account>,
    #[diesel(sql_type = Text)]
    user_id: Id<User>,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
}

/// Puts what waited for an hour into one mail for each person and company; says how many people there were.
///
/// # Errors
/// When it cannot be written.
pub fn bundle(tx: &mut Tx<'_, System>) -> Result<usize> {
    let due: Vec<Due> = statement(
        "SELECT n.account_id, n.user_id, u.email FROM (\
           SELECT DISTINCT account_id, user_id FROM notifications WHERE hourly AND bundle IS NULL AND at <= $1 LIMIT $2) n \
         JOIN users u ON u.id = n.user_id ORDER BY n.account_id, n.user_id",
    )
    .bind::<Timestamptz, _>(tx.at - WINDOW)
    .bind::<BigInt, _>(AT_ONCE)
    .load(tx.conn)?;
    for one in &due {
        // whatever two programs do at once, a row is taken by one of them; people come in one
        // order, so that two programs cannot block each other
        let mail = Uuid::now_v7();
        let taken = statement(
            "UPDATE notifications SET bundle = $3 WHERE account_id = $1 AND user_id = $2 AND hourly AND bundle IS NULL",
        )
        .bind::<Text, _>(&one.account_id)
        .bind::<Text, _>(&one.user_id)
        .bind::<SqlUuid, _>(mail)
        .execute(tx.conn)?;
        let (Some(email), true) = (&one.email, taken > 0) else { continue };
        let letter = Hour::HourTold { bundle: mail, account: one.account_id.clone() };
        let concern = letter.concern(tx.conn)?;
        outbox::insert(tx.conn, (mail, tx.at), (email, false), &letter, &concern)?;
    }
    Ok(due.len())
}

/// The mail of an hour.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Hour {
    /// What happened within an hour, for who wants it in one mail.
    HourTold { bundle: Uuid, account: Id<Account> },
}

/// One line of such a mail.
#[derive(Debug, QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Jsonb)]
    facts: serde_json::Value,
    #[diesel(sql_type = Text)]
    object: String,
    #[diesel(sql_type = BigInt)]
    all: i64,
}

impl Letter for Hour {
    const KEYS: &'static [&'static str] = &["hour_told"];
    const OTHERS: &'static [Called] = &[Called { key: "hour_told", label: "Hourly notifications" }];

    fn place(&self) -> Option<Place<'_>> {
        let Self::HourTold { account, .. } = self;
        Some(Place { account, section: "notifications", object: "" })
    }

    /// Only what the person may still see, and only of what is still there; nothing is left of it when the person has gone. Who refused
    /// reminders has none here either.
    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let Self::HourTold { bundle, account } = self;
        let reminders: Vec<&str> = desk.sorts.iter().flat_map(|sort| sort.reminders).copied().collect();
        let lines: Vec<Line> = statement(
            "SELECT n.kind, n.facts, n.object, count(*) OVER () AS all FROM notifications n \
             WHERE n.bundle = $1 AND EXISTS (SELECT FROM group_members m JOIN groups g ON g.id = m.group_id \
               WHERE m.account_id = n.account_id AND m.user_id = n.user_id \
               AND (g.administrators OR g.permissions && n.seen)) \
             AND (n.kind <> ALL($3) OR (SELECT u.reminders FROM users u WHERE u.id = n.user_id)) \
             ORDER BY n.at DESC, n.id DESC LIMIT $2",
        )
        .bind::<SqlUuid, _>(bundle)
        .bind::<BigInt, _>(NAMED)
        .bind::<Array<Text>, _>(reminders)
        .load(desk.conn)?;
        let Some(all) = lines.first().map(|line| usize::try_from(line.all).unwrap_or_default()) else {
            return Ok(None);
        };
        let company = typed::apart(&accounts::store::name(desk.conn, account)?).into_owned();
        let role = accounts::store::role(desk.conn, account)?;
        let mut pieces = vec![text(t!(
            "{n} event at {company} within an hour:" | "{n} events at {company} within an hour:",
            all,
            company
        ))];
        let more = all.saturating_sub(lines.len());
        for line in lines {
            pieces.push(text(letter::subject(desk.sorts, &line.kind, line.facts)));
            pieces.push(Piece::Link(format!("{}/{}/{account}/{}", desk.public_url, role.key(), line.object)));
        }
        if more > 0 {
            pieces.push(text(t!("And {n} more. See them all:", n = more)));
        } else {
            pieces.push(text(t!("See them all:")));
        }
        pieces.push(desk.page());
        Ok(Some(Written::new(
            t!("{n} notification from {company}" | "{n} notifications from {company}", all, company),
            pieces,
        )))
    }
}

/// How long a person can look back at what they were told, in days: shorter for what was read.
const READ_DAYS: i64 = 90;
const KEPT_DAYS: i64 = 365;

/// Clears away what was told long ago.
///
/// # Errors
/// When the database is away.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    let now = now(conn)?;
    Ok(statement("DELETE FROM notifications WHERE at < $1 OR at < $2 AND (read_at IS NOT NULL OR NOT shown)")
        .bind::<Timestamptz, _>(now - TimeDelta::days(KEPT_DAYS))
        .bind::<Timestamptz, _>(now - TimeDelta::days(READ_DAYS))
        .execute(conn)?)
}

/// How a person wants its mails.
///
/// # Errors
/// When there is no such person.
pub fn pace(conn: &mut PgConnection, user: &Id<User>) -> Result<Pace> {
    Ok(users::table.find(user).select(users::mail_pace).first(conn)?)
}

/// Says how a person wants its mails; what waits already goes out when its hour is over.
///
/// # Errors
/// When it cannot be written.
pub fn set_pace(conn: &mut PgConnection, user: &Id<User>, pace: Pace) -> Result<bool> {
    let other = users::table.find(user).filter(users::mail_pace.ne(pace));
    let changed = diesel::update(other).set(users::mail_pace.eq(pace)).execute(conn)?;
    Ok(changed > 0)
}
