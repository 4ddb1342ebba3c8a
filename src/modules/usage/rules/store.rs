//! Statements about rules, and about what they came to. [`RECEIVED`] is the one tenancy condition: a company has a rule for each product that
//! is or was listed on a marketplace of its own. What a rule came to belongs to the file.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Bool, Int4, Jsonb, Nullable, Numeric, Text, Timestamptz},
};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{
    Mode, Rule,
    verdict::{Counted, Facts, Failed, Period, Steepest},
};
use crate::{
    choice,
    kit::{
        actor::Account,
        db::{Looks, Read, Tx},
        environment::Environment,
        id::Id,
        problem::{Problem, Result, SPACE_PAUSE},
        statement::statement,
    },
    modules::{
        ids::Product,
        usage::{
            Status, UsageFile,
            store::{self as files, FileRow},
        },
    },
    schema::{accounts, usage_files, usage_rules, usage_rulings},
};

/// The products of which companies receive usage, each with the company's rule: `owner_id` is whose it is. A product whose usage is not
/// reported any more is among them while it has a rule. It is called as its public version is, or as its last file says.
pub const RECEIVED: &str = "(SELECT p.id, w.owner_id, p.vendor_id, n.name, coalesce(u.mode, 'manual') AS mode, u.most_percent, \
    coalesce(u.complete, false) AS complete, coalesce(u.active_only, false) AS active_only, coalesce(u.usual, false) AS usual, \
    coalesce(u.controlled, false) AS controlled, u.most_sum, coalesce(u.reason, '') AS reason, \
    coalesce(u.revision, 0) AS revision, coalesce(u.given, false) AS given, u.updated_at, w.since AS created_at, folded(n.name || ' ' || p.id) AS search \
    FROM (SELECT l.owner_id, l.product_id, min(l.created_at) AS since FROM listings l GROUP BY l.owner_id, l.product_id) w \
    JOIN products p ON p.id = w.product_id LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
    LEFT JOIN usage_rules u ON u.owner_id = w.owner_id AND u.product_id = p.id \
    CROSS JOIN LATERAL (SELECT coalesce(v.name, (SELECT f.product_name FROM usage_files f WHERE f.product_id = p.id \
        AND f.owner_id = w.owner_id AND f.submitted_at IS NOT NULL ORDER BY f.submitted_at DESC LIMIT 1), p.id COLLATE people) AS name) n \
    WHERE p.usage_schema IS NOT NULL OR u.given)";

/// A product with the rule of the company that receives its usage.
#[derive(Debug, Clone)]
pub struct RuleRow {
    pub product: Id<Product>,
    pub name: String,
    pub vendor_id: Id<Account>,
    pub vendor: String,
    pub rule: Rule,
    /// Whether there is a rule that has not been deleted.
    pub given: bool,
    /// Grows with every change, including deletion; 0 until there is a rule.
    pub revision: i32,
    pub updated_at: Option<DateTime<Utc>>,
}

/// The rule of the actor's company for a product of which it receives usage.
pub fn find<P>(read: &mut Read<'_, P>, product: &Id<Product>) -> Result<RuleRow> {
    let me = read.actor.identity.company.id.clone();
    of(read, &me, product)
}

fn of(look: &mut impl Looks, owner: &Id<Account>, product: &Id<Product>) -> Result<RuleRow> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        id: Id<Product>,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        vendor_id: Id<Account>,
        #[diesel(sql_type = Text)]
        vendor: String,
        #[diesel(sql_type = Text)]
        mode: Mode,
        #[diesel(sql_type = Nullable<Numeric>)]
        most_percent: Option<Decimal>,
        #[diesel(sql_type = Bool)]
        complete: bool,
        #[diesel(sql_type = Bool)]
        active_only: bool,
        #[diesel(sql_type = Bool)]
        usual: bool,
        #[diesel(sql_type = Bool)]
        controlled: bool,
        #[diesel(sql_type = Nullable<Numeric>)]
        most_sum: Option<Decimal>,
        #[diesel(sql_type = Text)]
        reason: String,
        #[diesel(sql_type = Bool)]
        given: bool,
        #[diesel(sql_type = Int4)]
        revision: i32,
        #[diesel(sql_type = Nullable<Timestamptz>)]
        updated_at: Option<DateTime<Utc>>,
    }
    let row: Row = statement(format!(
        "SELECT r.id, r.name, r.vendor_id, a.name AS vendor, r.mode, r.most_percent, r.complete, r.active_only, r.usual, r.controlled, r.most_sum, r.reason, \
         r.given, r.revision, r.updated_at FROM {RECEIVED} r JOIN accounts a ON a.id = r.vendor_id WHERE r.owner_id = $1 AND r.id = $2"
    ))
    .bind::<Text, _>(owner)
    .bind::<Text, _>(product)
    .get_result(look.conn())?;
    let rule = Rule {
        mode: row.mode,
        most_percent: row.most_percent,
        complete: row.complete,
        active_only: row.active_only,
        usual: row.usual,
        controlled: row.controlled,
        most_sum: row.most_sum,
        reason: row.reason,
    };
    Ok(RuleRow {
        product: row.id,
        name: row.name,
        vendor_id: row.vendor_id,
        vendor: row.vendor,
        rule,
        given: row.given,
        revision: row.revision,
        updated_at: row.updated_at,
    })
}

/// A locked rule; with none, people decide.
#[derive(Debug, Clone)]
pub struct Locked {
    pub rule: Rule,
    pub given: bool,
    pub revision: i32,
}

/// Locks the rule of the actor's company for a product that it receives usage of. If two people make the first rule at once, one waits here
/// for the other.
pub fn lock<P>(tx: &mut Tx<'_, P>, product: &Id<Product>) -> Result<Locked> {
    let me = tx.account()?;
    of(tx, &me, product)?;
    statement(
        "INSERT INTO usage_rules (owner_id, product_id, mode, given, created_at, updated_at) VALUES ($1, $2, 'manual', false, $3, $3) \
         ON CONFLICT (owner_id, product_id) DO NOTHING",
    )
    .bind::<Text, _>(&me)
    .bind::<Text, _>(product)
    .bind::<Timestamptz, _>(tx.at)
    .execute(tx.conn)?;
    let (rule, given, revision): (Rule, bool, i32) = usage_rules::table
        .find((&me, product))
        .select((Rule::as_select(), usage_rules::given, usage_rules::revision))
        .for_update()
        .first(tx.conn)?;
    Ok(Locked { rule, given, revision })
}

/// Changes a rule that [`lock`] holds.
pub fn update<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, new: &Rule) -> Result<()> {
    put(tx, product, new, true)
}

/// Deletes a rule that [`lock`] holds. Its row stays, so that no revision is used twice.
pub fn delete<P>(tx: &mut Tx<'_, P>, product: &Id<Product>) -> Result<()> {
    put(tx, product, &Rule::by_hand(), false)
}

fn put<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, new: &Rule, given: bool) -> Result<()> {
    let me = tx.account()?;
    diesel::update(usage_rules::table.find((&me, product)))
        .set((
            new,
            usage_rules::given.eq(given),
            usage_rules::revision.eq(usage_rules::revision + 1),
            usage_rules::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The rule under which a file of this company and product is decided now; it stays as it is until the transaction ends.
pub fn in_force<P>(tx: &mut Tx<'_, P>, owner: &Id<Account>, product: &Id<Product>) -> Result<Rule> {
    let found: Option<Rule> =
        usage_rules::table.find((owner, product)).select(Rule::as_select()).for_share().first(tx.conn).optional()?;
    Ok(found.unwrap_or_else(Rule::by_hand))
}

/// What the comparison with the period before finds in a file.
pub fn measure(look: &mut impl Looks, file: &FileRow) -> Result<Facts> {
    let headline = files::headline(look, &file.id)?;
    let odd = files::odd(look, &file.id, 1)?;
    let outliers = files::outliers(look, &file.id)?;
    let controlled = files::is_controlled(look, &file.id)?;
    let amounts = file.schema.has_amounts();
    let steepest = if amounts { None } else { files::steepest(look, &file.id)? };
    let counted = |missing| {
        let first = odd.iter().find(|one| one.missing == missing);
        first.map(|one| Counted { n: one.all, amount: one.all_amount.clone() }).unwrap_or_default()
    };
    Ok(Facts {
        was: headline.was_from.zip(headline.was_to).map(|(from, to)| Period { from, to, zone: file.clock() }),
        currency: file.currency.clone(),
        amount: headline.amount,
        percent: headline.percent,
        steepest: steepest.map(|one| Steepest { item: one.item, percent: one.percent }),
        amounts,
        missing: counted(true),
        inactive: counted(false),
        outliers: Counted { n: outliers.n, amount: outliers.amount },
        controlled,
    })
}

choice! {
    /// The outcome of a rule.
    Outcome { Accepted = "accepted" / "Accepted", Rejected = "rejected" / "Rejected", Left = "left" / "Left to you" }
}

/// A submitted file that is still to be looked at.
#[derive(Debug, Clone, QueryableByName)]
pub struct Asked {
    #[diesel(sql_type = Text)]
    pub file_id: Id<UsageFile>,
    #[diesel(sql_type = Int4)]
    pub round: i32,
    /// How often it was begun, with this time.
    #[diesel(sql_type = Int4)]
    pub attempts: i32,
}

/// Has a locked file looked at that is submitted now; whether a rule decides before people do, so that nobody is told of it yet.
pub fn ask<P>(tx: &mut Tx<'_, P>, file: &FileRow) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        untold: bool,
    }
    let asked: Option<Row> = statement(
        "INSERT INTO usage_rulings (file_id, round, asked_at, untold) SELECT $1, $2, $3, EXISTS (SELECT FROM usage_rules \
         WHERE owner_id = $4 AND product_id = $5 AND mode <> 'manual') ON CONFLICT (file_id, round) DO NOTHING RETURNING untold",
    )
    .bind::<Text, _>(&file.id)
    .bind::<Int4, _>(file.round)
    .bind::<Timestamptz, _>(tx.at)
    .bind::<Text, _>(&file.owner_id)
    .bind::<Text, _>(&file.product_id)
    .get_result(tx.conn)
    .optional()?;
    Ok(asked.is_some_and(|row| row.untold))
}

/// How long a lease lasts, in seconds: longer than all statements of a ruling together may take.
const LEASE: i32 = 30;

/// Takes the file that waits longest, unless somebody holds it.
pub fn take<P>(tx: &mut Tx<'_, P>) -> Result<Option<Asked>> {
    Ok(statement(
        "UPDATE usage_rulings r SET leased_until = now() + $1 * interval '1 second', attempts = r.attempts + 1 \
         FROM (SELECT file_id, round FROM usage_rulings WHERE ruled_at IS NULL AND (leased_until IS NULL OR leased_until < now()) \
         ORDER BY asked_at, file_id LIMIT 1 FOR UPDATE SKIP LOCKED) w WHERE r.file_id = w.file_id AND r.round = w.round \
         RETURNING r.file_id, r.round, r.attempts",
    )
    .bind::<Int4, _>(LEASE)
    .get_result(tx.conn)
    .optional()?)
}

/// When a disk is full, a file is tried again in a minute instead of being left to people.
pub fn put_off<P>(tx: &mut Tx<'_, P>, asked: &Asked) -> Result<()> {
    statement(
        "UPDATE usage_rulings SET leased_until = now() + $3 * interval '1 second', attempts = greatest(attempts - 1, 0) \
         WHERE file_id = $1 AND round = $2 AND ruled_at IS NULL",
    )
    .bind::<Text, _>(&asked.file_id)
    .bind::<Int4, _>(asked.round)
    .bind::<Int4, _>(SPACE_PAUSE)
    .execute(tx.conn)?;
    Ok(())
}

/// Locks what waits. None when another program was faster; otherwise whether the owner is still to be told.
pub fn hold<P>(tx: &mut Tx<'_, P>, asked: &Asked) -> Result<Option<bool>> {
    Ok(usage_rulings::table
        .find((&asked.file_id, asked.round))
        .filter(usage_rulings::ruled_at.is_null())
        .select(usage_rulings::untold)
        .for_update()
        .first(tx.conn)
        .optional()?)
}

/// Lets the rulings on files of one product go one after another: of two parts of a period the second is measured with the first. Until
/// the transaction ends.
pub fn in_turn<P>(tx: &mut Tx<'_, P>, product: &Id<Product>) -> Result<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('usage rule ' || $1, 0))")
        .bind::<Text, _>(product)
        .execute(tx.conn)?;
    Ok(())
}

/// A file that the job looks at, as it is now; not locked.
pub fn file<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<FileRow> {
    Ok(usage_files::table.find(id).select(FileRow::as_select()).first(tx.conn)?)
}

/// Whether somebody has decided about a file and may still take it back.
pub fn being_decided<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        held: bool,
    }
    let row: Row =
        statement("SELECT EXISTS (SELECT FROM held_decisions WHERE request = $1 AND refused IS NULL) AS held")
            .bind::<Text, _>(id)
            .get_result(tx.conn)?;
    Ok(row.held)
}

/// The name of a file's vendor, for people who are told of the file.
pub fn vendor<P>(tx: &mut Tx<'_, P>, file: &FileRow) -> Result<String> {
    Ok(accounts::table.find(&file.vendor_id).select(accounts::name).first(tx.conn)?)
}

/// The name of a file's receiver.
pub fn owner<P>(tx: &mut Tx<'_, P>, file: &FileRow) -> Result<String> {
    Ok(accounts::table.find(&file.owner_id).select(accounts::name).first(tx.conn)?)
}

/// The stored outcome of a rule that decided.
pub struct Ruled<'a> {
    pub rule: &'a Rule,
    pub outcome: Outcome,
    pub failed: &'a [Failed],
}

fn json(value: impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Problem::internal)
}

/// Keeps what was found in a file that [`hold`] holds, and what a rule came to, if one decided.
pub fn keep<P>(tx: &mut Tx<'_, P>, asked: &Asked, facts: Option<&Facts>, ruled: Option<&Ruled<'_>>) -> Result<()> {
    let failed = ruled.map_or(&[][..], |ruled| ruled.failed);
    diesel::update(usage_rulings::table.find((&asked.file_id, asked.round)))
        .set((
            usage_rulings::ruled_at.eq(tx.at),
            usage_rulings::leased_until.eq(None::<DateTime<Utc>>),
            usage_rulings::facts.eq(facts.map(json).transpose()?),
            usage_rulings::rule.eq(ruled.map(|ruled| json(ruled.rule)).transpose()?),
            usage_rulings::outcome.eq(ruled.map(|ruled| ruled.outcome)),
            usage_rulings::failed.eq(json(failed)?),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The outcome of a rule for the last upload of a file, as the row has it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = usage_rulings)]
pub struct RulingRow {
    untold: bool,
    ruled_at: Option<DateTime<Utc>>,
    rule: Option<Value>,
    outcome: Option<Outcome>,
    failed: Value,
}

/// The outcome of a rule for the last upload of a file.
#[derive(Debug, Clone)]
pub enum Ruling {
    /// It is applied in a moment.
    Waiting,
    Ruled {
        outcome: Outcome,
        /// As it was then, and what of it was not met: for the company whose rule it is.
        by: Option<(Rule, Vec<Failed>)>,
    },
}

impl RulingRow {
    /// As a company may see it; none where no rule had a say. Limits are nobody's business but that of whose they are.
    pub fn seen(self, owner: bool) -> Result<Option<Ruling>> {
        let Some(outcome) = self.outcome else {
            return Ok((owner && self.untold && self.ruled_at.is_none()).then_some(Ruling::Waiting));
        };
        if !owner {
            return Ok((outcome != Outcome::Left).then_some(Ruling::Ruled { outcome, by: None }));
        }
        let rule: Rule = serde_json::from_value(self.rule.unwrap_or_default()).map_err(Problem::internal)?;
        let failed: Vec<Failed> = serde_json::from_value(self.failed).map_err(Problem::internal)?;
        Ok(Some(Ruling::Ruled { outcome, by: Some((rule, failed)) }))
    }
}

/// A file that was submitted to the actor's company, with what was found in it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Measured {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Timestamptz)]
    pub period_from: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub period_to: DateTime<Utc>,
    /// In which its days begin; empty is UTC.
    #[diesel(sql_type = Text)]
    pub zone: String,
    #[diesel(sql_type = BigInt)]
    pub records: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    #[diesel(sql_type = Jsonb)]
    facts: Value,
}

impl Measured {
    pub fn facts(&self) -> Result<Facts> {
        serde_json::from_value(self.facts.clone()).map_err(Problem::internal)
    }
}

/// The most files on which a rule is tried.
const TRIED: i32 = 12;

/// The last files of a product that were submitted to the actor's company, the newest first, as far as it sees their records.
pub fn last<P>(read: &mut Read<'_, P>, product: &Id<Product>) -> Result<Vec<Measured>> {
    let me = &read.actor.identity.company.id;
    Ok(statement(
        "SELECT f.id, f.name, f.environment, f.status, f.period_from, f.period_to, f.zone, f.records::bigint AS records, f.amount, f.currency, r.facts \
         FROM usage_files f JOIN usage_rulings r ON r.file_id = f.id AND r.round = f.round AND r.facts IS NOT NULL \
         WHERE f.product_id = $1 AND f.owner_id = $2 AND f.submitted_at IS NOT NULL \
         AND f.status IN ('rejected', 'pending', 'accepted', 'closed') ORDER BY r.asked_at DESC, f.id LIMIT $3",
    )
    .bind::<Text, _>(product)
    .bind::<Text, _>(me)
    .bind::<Int4, _>(TRIED)
    .load(read.conn)?)
}
