//! Grids over one table whose rows bear the companies they belong to, the text they are found by, and when they were made.

use diesel::{QueryableByName, pg::Pg};

use super::{Column as _, Grid, Hits, Query, Sql};
use crate::kit::{
    actor::{Permission, Role},
    db::Read,
    problem::Result,
};

/// What such a grid reads. Expressions are over `r`, a row of the table.
pub struct Shape {
    pub table: &'static str,
    /// The column that holds the company, as a portal's role sees it.
    pub own: fn(Role) -> &'static str,
    /// What is selected, besides `sort_value`, over `r` and the joins.
    pub cells: &'static str,
    pub joins: &'static str,
    /// Filters by choice, each with its column.
    pub choices: &'static [(&'static str, &'static str)],
    /// Filters by part of a name: an `EXISTS (… WHERE … AND text` that stays open for the pattern.
    pub named: &'static [(&'static str, &'static str)],
}

impl Shape {
    /// The condition of tenancy: one equality on an index.
    fn owned<P: Permission>(&self, sql: &mut Sql, read: &Read<'_, P>) {
        sql.push(&format!("r.{} = ", (self.own)(read.actor.identity.company.role)));
        sql.text(read.actor.account().as_str());
    }

    fn narrow<P: Permission, G: Grid>(&self, sql: &mut Sql, read: &Read<'_, P>, query: &Query<G>) {
        for (key, values) in query.filters() {
            let value = values.first().map_or("", String::as_str);
            match key {
                "from" => sql.day("r.created_at", value, read.actor.zone(), false),
                "to" => sql.day("r.created_at", value, read.actor.zone(), true),
                _ => {}
            }
            if let Some((_, column)) = self.choices.iter().find(|(choice, _)| *choice == key) {
                sql.push(&format!(" AND r.{column} IN "));
                sql.list(values);
            }
            if let Some((_, exists)) = self.named.iter().find(|(named, _)| *named == key) {
                sql.push(&format!(" AND {exists}"));
                sql.contains(value);
                sql.push(")");
            }
        }
        if !query.search.is_empty() {
            sql.push(" AND r.search");
            sql.contains(&query.search);
        }
    }

    pub fn ids<P: Permission, G: Grid>(&self, read: &Read<'_, P>, query: &Query<G>) -> Sql {
        let mut sql = Sql::default();
        sql.push(&format!("SELECT r.id FROM {} r WHERE ", self.table));
        self.owned(&mut sql, read);
        self.narrow(&mut sql, read, query);
        sql
    }

    pub fn among<P: Permission, G: Grid, R: QueryableByName<Pg> + 'static>(
        &self,
        read: &mut Read<'_, P>,
        query: &Query<G>,
        hits: &Hits,
        limit: usize,
    ) -> Result<Vec<R>> {
        let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
        let mut sql = Sql::default();
        sql.push(&format!(
            "SELECT {}, r.sort_value FROM (SELECT r.*, {expression} AS sort_key, ({expression})::text AS sort_value FROM {} r WHERE ",
            self.cells, self.table
        ));
        self.owned(&mut sql, read);
        hits.narrow(&mut sql, "r.id", |sql| self.narrow(sql, read, query));
        query.keyset(&mut sql, "r.id");
        sql.push(&format!(
            "{} LIMIT {limit}) r {}{}",
            query.order(expression, "r.id"),
            self.joins,
            query.order("r.sort_key", "r.id")
        ));
        sql.load(read.conn)
    }
}

/// The columns of a grid: key, label, what is sorted by and its type; those that give way have `minor`.
#[macro_export]
macro_rules! columns {
    ($(#[$meta:meta])* $name:ident by $default:ident {
        $($member:ident = $key:literal / $label:literal $(, sorted $sql:literal as $type:literal)? $(($minor:ident))?;)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($member),+ }

        impl $crate::kit::grid::Column for $name {
            const ALL: &'static [Self] = &[$(Self::$member),+];
            const DEFAULT_SORT: $crate::kit::grid::Sort<Self> =
                $crate::kit::grid::Sort { column: Self::$default, descending: true };
            fn key(self) -> &'static str { match self { $(Self::$member => $key),+ } }
            fn label(self) -> &'static str { match self { $(Self::$member => $label),+ } }
            fn sorts_by(self) -> Option<(&'static str, &'static str)> {
                match self { $(Self::$member => columns!(@sort $($sql, $type)?)),+ }
            }
            fn minor(self) -> bool { match self { $(Self::$member => columns!(@minor $($minor)?)),+ } }
            fn directions(self) -> (&'static str, &'static str) {
                match self.sorts_by() {
                    Some((_, "timestamptz")) => ("oldest first", "newest first"),
                    _ => ("A to Z", "Z to A"),
                }
            }
        }
    };
    (@sort $sql:literal, $type:literal) => { Some(($sql, $type)) };
    (@sort) => { None };
    (@minor minor) => { true };
    (@minor) => { false };
}
