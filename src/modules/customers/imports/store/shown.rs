//! What pages and files show of an import.

use diesel::prelude::*;
use uuid::Uuid;

use super::check::Change;
use crate::modules::customers::imports::Fate;
use crate::{
    kit::{choice::Choice as _, db::Read, id::Id, problem::Result},
    modules::customers::{Status, TierAccount, store::AccountRow},
    schema::{customer_import_rows, tier_accounts},
};

/// How many rows of an import whose sight was checked have which result; and how many have a warning.
pub fn counts<P>(read: &mut Read<'_, P>, id: Uuid) -> Result<(Vec<(Fate, i64)>, i64)> {
    let counted = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .group_by(customer_import_rows::result)
        .select((customer_import_rows::result, diesel::dsl::count_star()))
        .load::<(Fate, i64)>(read.conn)?;
    let warned = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .filter(customer_import_rows::warning.ne(""))
        .count()
        .get_result(read.conn)?;
    let counted =
        Fate::ALL.iter().filter_map(|fate| counted.iter().find(|(other, _)| other == fate).copied()).collect();
    Ok((counted, warned))
}

/// A row of an import as its page and its file with results show it.
#[derive(Debug, Clone, Queryable)]
pub struct RowLine {
    pub number: i32,
    pub cells: Vec<String>,
    pub result: Fate,
    pub message: String,
    pub warning: String,
    changes: serde_json::Value,
    pub account: Option<Id<TierAccount>>,
    pub external_uid: Option<Uuid>,
    /// Of the account, by now.
    account_name: Option<String>,
    account_external_id: Option<String>,
    pub round: i32,
}

impl RowLine {
    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }

    /// As the file says, or else as the account is called.
    pub fn name(&self) -> String {
        match (self.cell(9), &self.account_name) {
            ("", Some(name)) => name.clone(),
            ("", None) => format!("{} {}", self.cell(16), self.cell(17)).trim().to_owned(),
            (name, _) => name.to_owned(),
        }
    }

    /// The id of its account, as far as it is known.
    pub fn id(&self) -> &str {
        self.account.as_ref().map_or(self.cell(0), Id::as_str)
    }

    pub fn external_id(&self) -> &str {
        match (self.cell(1), &self.account_external_id) {
            ("", Some(known)) => known,
            (said, _) => said,
        }
    }

    pub fn changes(&self) -> Vec<Change> {
        serde_json::from_value(self.changes.clone()).unwrap_or_default()
    }

    /// Its errors, its changes and similar accounts, in one line.
    pub fn details(&self) -> String {
        let changes = self.changes().into_iter().map(|one| format!("{}: {} → {}", one.label, one.old, one.new));
        let told = self.message.lines().chain(self.warning.lines()).map(str::to_owned);
        told.chain(changes).collect::<Vec<_>>().join(" · ")
    }
}

/// Which rows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    All,
    Of(Fate),
    Warned,
}

/// Where a page of rows begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    Behind(i32),
    /// The last ones before this row.
    Before(i32),
}

/// Rows of an import whose sight was checked, in the order of the file.
pub fn rows<P>(read: &mut Read<'_, P>, id: Uuid, only: Only, from: Begin, limit: i64) -> Result<Vec<RowLine>> {
    let mut query = customer_import_rows::table
        .left_join(tier_accounts::table.on(tier_accounts::id.nullable().eq(customer_import_rows::tier_account_id)))
        .filter(customer_import_rows::import_id.eq(id))
        .limit(limit)
        .select((
            customer_import_rows::number,
            customer_import_rows::cells,
            customer_import_rows::result,
            customer_import_rows::message,
            customer_import_rows::warning,
            customer_import_rows::changes,
            customer_import_rows::tier_account_id,
            tier_accounts::external_uid.nullable(),
            tier_accounts::name.nullable(),
            tier_accounts::external_id.nullable(),
            customer_import_rows::round,
        ))
        .into_boxed();
    query = match from {
        Begin::Behind(number) => {
            query.filter(customer_import_rows::number.gt(number)).order(customer_import_rows::number.asc())
        }
        Begin::Before(number) => {
            query.filter(customer_import_rows::number.lt(number)).order(customer_import_rows::number.desc())
        }
    };
    query = match only {
        Only::All => query,
        Only::Of(fate) => query.filter(customer_import_rows::result.eq(fate)),
        Only::Warned => query.filter(customer_import_rows::warning.ne("")),
    };
    let mut rows: Vec<RowLine> = query.load(read.conn)?;
    if matches!(from, Begin::Before(_)) {
        rows.reverse();
    }
    Ok(rows)
}

/// The rows of an export in the columns of an import, behind an id.
pub fn exported<P>(read: &mut Read<'_, P>, behind: Option<&Id<TierAccount>>, limit: i64) -> Result<Vec<AccountRow>> {
    let me = &read.actor.identity.company.id;
    let mut query = tier_accounts::table
        .filter(tier_accounts::owner_id.eq(me))
        .filter(tier_accounts::status.eq(Status::Active))
        .order(tier_accounts::id)
        .limit(limit)
        .select(AccountRow::as_select())
        .into_boxed();
    if let Some(behind) = behind {
        query = query.filter(tier_accounts::id.gt(behind));
    }
    Ok(query.load(read.conn)?)
}
