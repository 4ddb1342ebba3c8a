//! Writing accounts: each state is kept as a version.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Int4, Nullable, Text, Timestamptz, Uuid as DbUuid},
};
use uuid::Uuid;

use super::{AccountRow, Owner};
use crate::{
    kit::{
        choice::Choice as _,
        db::{Read, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::{Statement, Values, statement},
    },
    modules::customers::{TierAccount, Type, data::Data, lifecycle::Move, snapshot::Snapshot},
    schema::{tier_account_versions, tier_accounts},
};

/// An account to be made.
#[derive(Debug, Clone)]
pub struct New {
    pub type_: Type,
    pub parent: Option<Id<TierAccount>>,
    pub data: Data,
}

/// Ids are drawn at random: how often to draw again before giving up.
const DRAWS: usize = 50;

/// Writes new accounts with their first versions, in two statements however many they are; their ids, in the same order.
pub fn insert_all<P>(tx: &mut Tx<'_, P>, owner: &Owner, new: &[New]) -> Result<Vec<Id<TierAccount>>> {
    let states: Vec<Snapshot> = new
        .iter()
        .map(|one| Snapshot {
            parent: one.parent.as_ref().map(ToString::to_string),
            data: Data { external_uid: Some(one.data.external_uid.unwrap_or_else(Uuid::now_v7)), ..one.data.clone() },
        })
        .collect();
    let mut ids: Vec<Option<Id<TierAccount>>> = vec![None; new.len()];
    for _ in 0..DRAWS {
        let mut drawn: HashMap<Id<TierAccount>, usize> = HashMap::new();
        for place in (0..new.len()).filter(|place| ids[*place].is_none()) {
            // drawn twice in one breath: the place that lost it draws again in the next round
            drawn.insert(Id::draw("TA"), place);
        }
        if drawn.is_empty() {
            break;
        }
        let (drawn, places): (Vec<_>, Vec<_>) = drawn.into_iter().unzip();
        let chosen: Vec<&Snapshot> = places.iter().map(|place| &states[*place]).collect();
        let types: Vec<&str> = places.iter().map(|place| new[*place].type_.key()).collect();
        let made: Vec<Found> = written(
            statement(format!(
                "INSERT INTO tier_accounts (owner_id, created_at, updated_at, type, id, {COLUMNS}) \
                 SELECT $1, $2, $2, n.* FROM unnest($3, $4, {UNNESTED}) AS n ON CONFLICT (id) DO NOTHING RETURNING id",
                UNNESTED = numbered(5),
            ))
            .bind::<Text, _>(&owner.id)
            .bind::<Timestamptz, _>(tx.at)
            .bind::<Array<Text>, _>(types)
            .bind::<Array<Text>, _>(&drawn),
            &chosen,
        )
        .load(tx.conn)?;
        let free: HashSet<Id<TierAccount>> = made.into_iter().map(|found| found.id).collect();
        for (id, place) in drawn.into_iter().zip(places) {
            if free.contains(&id) {
                ids[place] = Some(id);
            }
        }
    }
    let ids: Vec<Id<TierAccount>> =
        ids.into_iter().collect::<Option<_>>().ok_or_else(|| Problem::internal("no free id was drawn"))?;
    let numbers = vec![1; ids.len()];
    keep_versions(tx, owner, &ids, &numbers, &states)?;
    Ok(ids)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: Id<TierAccount>,
}

/// What is known of an account, as columns, in the order in which [`written`] binds them.
const COLUMNS: &str = "parent_id, external_uid, name, external_id, tax_id, country, state, city, postal_code, \
    address_line1, address_line2, first_name, last_name, email, phone, phone_extension";

/// The placeholders of [`COLUMNS`], beginning with this number.
fn numbered(first: usize) -> String {
    (first..first + 16).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

/// Binds the columns of many states, one array for each.
fn written<'a, V: Values>(query: Statement<V>, states: &[&'a Snapshot]) -> Statement<impl Values + use<'a, V>> {
    let texts = |of: fn(&Data) -> &str| states.iter().map(|state| of(&state.data)).collect::<Vec<&'a str>>();
    query
        .bind::<Array<Nullable<Text>>, _>(states.iter().map(|state| state.parent.as_deref()).collect::<Vec<_>>())
        .bind::<Array<Nullable<DbUuid>>, _>(states.iter().map(|state| state.data.external_uid).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(texts(|data| &data.name))
        .bind::<Array<Text>, _>(texts(|data| &data.external_id))
        .bind::<Array<Text>, _>(texts(|data| &data.tax_id))
        .bind::<Array<Text>, _>(texts(|data| &data.country))
        .bind::<Array<Text>, _>(texts(|data| &data.state))
        .bind::<Array<Text>, _>(texts(|data| &data.city))
        .bind::<Array<Text>, _>(texts(|data| &data.postal_code))
        .bind::<Array<Text>, _>(texts(|data| &data.address_line1))
        .bind::<Array<Text>, _>(texts(|data| &data.address_line2))
        .bind::<Array<Text>, _>(texts(|data| &data.first_name))
        .bind::<Array<Text>, _>(texts(|data| &data.last_name))
        .bind::<Array<Text>, _>(texts(|data| &data.email))
        .bind::<Array<Text>, _>(texts(|data| &data.phone.number))
        .bind::<Array<Text>, _>(texts(|data| &data.phone.extension))
}

/// Writes what locked accounts are now, each as its next version, in two statements however many they are.
pub fn update_all<P>(tx: &mut Tx<'_, P>, owner: &Owner, all: &[(&AccountRow, Snapshot)]) -> Result<()> {
    let states: Vec<&Snapshot> = all.iter().map(|(_, state)| state).collect();
    let ids: Vec<Id<TierAccount>> = all.iter().map(|(row, _)| row.id.clone()).collect();
    let set: Vec<String> = COLUMNS.split(", ").map(|column| format!("{column} = n.{column}")).collect();
    written(
        statement(format!(
            "UPDATE tier_accounts t SET {}, version = t.version + 1, updated_at = $1 \
             FROM unnest($2, {}) AS n (id, {COLUMNS}) WHERE t.id = n.id",
            set.join(", "),
            numbered(3),
        ))
        .bind::<Timestamptz, _>(tx.at)
        .bind::<Array<Text>, _>(&ids),
        &states,
    )
    .execute(tx.conn)?;
    let numbers: Vec<i32> = all.iter().map(|(row, _)| row.version + 1).collect();
    let states: Vec<Snapshot> = all.iter().map(|(_, state)| state.clone()).collect();
    keep_versions(tx, owner, &ids, &numbers, &states)
}

/// Writes a planned move of a locked account.
pub fn advance<P>(tx: &mut Tx<'_, P>, id: &Id<TierAccount>, planned: &Move) -> Result<()> {
    let moved = diesel::update(tier_accounts::table.find(id).filter(tier_accounts::status.eq(planned.from())))
        .set((tier_accounts::status.eq(planned.to()), tier_accounts::updated_at.eq(planned.at())))
        .execute(tx.conn)?;
    if moved == 1 { Ok(()) } else { Err(Problem::internal("a locked account moved under its lock")) }
}

/// Every state is kept, by whom it was made.
fn keep_versions<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    ids: &[Id<TierAccount>],
    numbers: &[i32],
    states: &[Snapshot],
) -> Result<()> {
    let data: Vec<String> =
        states.iter().map(serde_json::to_string).collect::<Result<_, _>>().map_err(Problem::internal)?;
    statement(
        "INSERT INTO tier_account_versions (tier_account_id, number, data, author, at, author_id) \
         SELECT n.id, n.number, n.data::jsonb, $1, $2, $6 FROM unnest($3, $4, $5) AS n (id, number, data)",
    )
    .bind::<Text, _>(&owner.author)
    .bind::<Timestamptz, _>(tx.at)
    .bind::<Array<Text>, _>(ids)
    .bind::<Array<Int4>, _>(numbers)
    .bind::<Array<Text>, _>(data)
    .bind::<Text, _>(&owner.author_id)
    .execute(tx.conn)?;
    Ok(())
}

/// A state that an account was in.
pub struct Version {
    pub number: i32,
    pub snapshot: Snapshot,
    pub author: String,
    pub at: DateTime<Utc>,
}

/// The states of an account whose sight was checked, the newest first.
pub fn versions<P>(read: &mut Read<'_, P>, id: &Id<TierAccount>) -> Result<Vec<Version>> {
    let rows = tier_account_versions::table
        .filter(tier_account_versions::tier_account_id.eq(id))
        .order(tier_account_versions::number.desc())
        .limit(100)
        .select((
            tier_account_versions::number,
            tier_account_versions::data,
            tier_account_versions::author,
            tier_account_versions::at,
        ))
        .load::<(i32, serde_json::Value, String, DateTime<Utc>)>(read.conn)?;
    rows.into_iter()
        .map(|(number, data, author, at)| {
            let snapshot = serde_json::from_value(data).map_err(Problem::internal)?;
            Ok(Version { number, snapshot, author, at })
        })
        .collect()
}
