//! A list screen: columns, filters, search, sort, paging, all in the query string.
//!
//! A module declares its columns and filters; here the URL becomes a [`Query`], the query SQL, and both the toolbar.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};

use super::{choice::Choice as _, environment::Environment, time, typed};

mod cursor;
mod listing;
mod shape;
mod sql;
mod toolbar;
mod total;

pub use super::sql::Sql;
use cursor::Cursor;
pub use listing::{Listed, Listing, csv, xlsx};
pub use shape::{Shape, Side};
pub use sql::Hits;
pub use toolbar::{PageSize, SavedView, Toolbar};
pub use total::{Apart, Total};

/// Rows per page that may be chosen.
pub const SIZES: [usize; 4] = [10, 20, 50, 100];
/// Rows per page where nobody has chosen.
pub const SIZE: usize = 20;
/// Totals are counted up to here; counting all of a large tenant costs more than its page.
pub const COUNTED: i64 = 1_000;
/// What a search finds is counted up to here: each match costs more.
pub const FOUND: usize = 200;

/// A column of a grid; its cell is a `match` in the template, so a column without a cell does not compile.
pub trait Column: Copy + Eq + Send + Sync + 'static {
    const ALL: &'static [Self];
    /// What a person sees who chose nothing: newest first, as a rule.
    const DEFAULT_SORT: Sort<Self>;
    fn key(self) -> &'static str;
    fn label(self) -> &'static str;
    /// SQL over `r` to sort by, never NULL, and what it gives; `None` when the column cannot be sorted.
    fn sorts_by(self) -> Option<(&'static str, By)>;
    /// The first column names the row and cannot be hidden.
    fn fixed(self) -> bool {
        Some(self) == Self::ALL.first().copied()
    }
    /// How much it matters beside the others.
    fn room(self) -> Room {
        Room::Always
    }
    /// Its cells are numbers, with the class `num`, below a head of that class.
    fn counts(self) -> bool {
        false
    }
    /// What a person sees who chose nothing.
    fn shown() -> Vec<Self> {
        Self::ALL.iter().copied().filter(|column| column.room() != Room::Spare).collect()
    }
    /// The words beside the two directions, as in "newest first".
    fn directions(self) -> (&'static str, &'static str) {
        match self.sorts_by() {
            Some((_, By::Time)) => ("oldest first", "newest first"),
            Some((_, By::Due)) => ("soonest due first", "latest due first"),
            Some((_, By::Number)) => ("lowest first", "highest first"),
            _ => ("A to Z", "Z to A"),
        }
    }
}

/// Which columns get room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Always,
    /// Gives way on screens where not all have room; its cell has the class `minor`.
    Minor,
    /// Shown to who chose it: in most lists it says the same in every row, or the first cell says it with a badge.
    Spare,
}

/// What a sort compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Text,
    Time,
    /// A time that is still to come, as a rule.
    Due,
    Number,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort<C> {
    pub column: C,
    pub descending: bool,
}

/// How a filter is filled in.
#[derive(Debug, Clone, Copy)]
pub enum FilterKind {
    /// Some of a few.
    OneOf(&'static [(&'static str, &'static str)]),
    /// Part of a name or an id.
    Contains,
    /// A day in the person's zone, that day included.
    From,
    Until,
}

/// A filter of a grid.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    pub key: &'static str,
    pub label: &'static str,
    pub kind: FilterKind,
}

/// The filter of a grid whose rows are real or tests. A grid that has it counts them apart: the one rule for every number above a list.
pub const REAL_OR_TEST: Filter = Filter {
    key: "environment",
    label: "Environment",
    kind: FilterKind::OneOf(&[("production", "Production"), ("test", "Test")]),
};
/// The same where a row may be a preview, too.
pub const REAL_TEST_OR_PREVIEW: Filter = Filter { kind: FilterKind::OneOf(Environment::PICKS), ..REAL_OR_TEST };

/// A grid's fixed facts.
pub trait Grid: Send + Sync + 'static {
    type Column: Column;
    /// Names the grid in saved views and files.
    const NAME: &'static str;
    /// Its URL below the portal's.
    const PATH: &'static str = Self::NAME;
    /// The view that shows everything.
    const ALL: &'static str;
    const SEARCH: &'static str;
    const FILTERS: &'static [Filter];
}

/// The state of a grid, as its URL says.
#[derive(Debug)]
pub struct Query<G: Grid> {
    pub search: String,
    filters: Vec<(&'static str, Vec<String>)>,
    pub sort: Sort<G::Column>,
    /// The columns that are shown, in their order.
    pub columns: Vec<G::Column>,
    /// Whether the URL names them; otherwise it is the person's choice.
    named: bool,
    pub size: usize,
    cursor: Option<Cursor>,
    /// How many rows lie before this page; for the words only.
    before: usize,
    grid: PhantomData<G>,
}

impl<G: Grid> Clone for Query<G> {
    fn clone(&self) -> Self {
        Self {
            search: self.search.clone(),
            filters: self.filters.clone(),
            sort: self.sort,
            columns: self.columns.clone(),
            named: self.named,
            size: self.size,
            cursor: self.cursor.clone(),
            before: self.before,
            grid: PhantomData,
        }
    }
}

impl<G: Grid> Query<G> {
    /// Reads a query string. Unknown parameters are ignored, bad values fall back.
    pub fn parse(text: &str) -> Self {
        let pairs = typed::parameters(text);
        let clean = |value: &str| {
            typed::line(&value.chars().take(200).collect::<String>())
                .chars()
                .take(100)
                .collect::<String>()
                .trim_end()
                .to_owned()
        };
        let first = |key: &str| pairs.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str());
        let all = |key: &str| -> Vec<String> {
            let mut values: Vec<String> = pairs
                .iter()
                .filter(|(name, _)| name == key)
                .map(|(_, value)| clean(value))
                .filter(|value| !value.is_empty())
                .collect();
            values.truncate(20);
            values
        };
        let filters = G::FILTERS
            .iter()
            .filter_map(|filter| {
                let mut values = all(filter.key);
                match filter.kind {
                    FilterKind::OneOf(options) => {
                        values.retain(|value| options.iter().any(|(key, _)| key == value));
                        values.sort();
                        values.dedup();
                    }
                    FilterKind::Contains => values.truncate(1),
                    FilterKind::From | FilterKind::Until => {
                        values =
                            values.iter().filter_map(|value| time::day(value)).map(|day| day.to_string()).collect();
                        values.truncate(1);
                    }
                }
                (!values.is_empty()).then_some((filter.key, values))
            })
            .collect();
        let typed_sort = first("sort");
        let (key, descending) = match typed_sort.strip_prefix('-') {
            Some(key) => (key, true),
            None => (typed_sort, false),
        };
        let sort = column::<G>(key)
            .filter(|column| column.sorts_by().is_some())
            .map_or(G::Column::DEFAULT_SORT, |column| Sort { column, descending });
        let columns = columns::<G>(&all("columns"));
        let cursor = sort.column.sorts_by().and_then(|(_, by)| Cursor::parse(first, by));
        let before = if cursor.is_some() { first("row").parse().unwrap_or(0).min(10_000_000) } else { 0 };
        Self {
            search: clean(first("q")),
            filters,
            sort,
            named: columns.is_some(),
            columns: columns.unwrap_or_else(G::Column::shown),
            size: first("size").parse().ok().filter(|size| SIZES.contains(size)).unwrap_or(SIZE),
            cursor,
            before,
            grid: PhantomData,
        }
    }

    /// Shows the columns that the person chose once, unless the URL names others. A column that is gone is left out.
    pub fn prefer(&mut self, kept: &[String]) {
        if let (false, Some(columns)) = (self.named, columns::<G>(kept)) {
            self.columns = columns;
        }
    }

    /// The same state with its columns named: what a saved view keeps.
    pub fn naming_columns(&self) -> Self {
        Self { named: self.columns != G::Column::shown(), ..self.clone() }
    }

    /// The same state without columns of its own.
    pub fn with_preferred_columns(&self) -> Self {
        Self { named: false, ..self.clone() }
    }

    /// The same state with every column, unless it names some: a file has room for all.
    pub fn for_a_file(self) -> Self {
        if self.named { self } else { Self { columns: G::Column::ALL.to_vec(), ..self } }
    }

    /// The same state from the first row on.
    pub fn from_the_start(&self) -> Self {
        Self { cursor: None, before: 0, ..self.clone() }
    }

    /// Everything that fits, on the largest page that there is.
    pub fn on_one_page(&self) -> Self {
        Self { size: SIZES[SIZES.len() - 1], ..self.from_the_start() }
    }

    /// The filters that are set, with their values.
    pub fn filters(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.filters.iter().map(|(key, values)| (*key, values.as_slice()))
    }

    fn values(&self, key: &str) -> &[String] {
        self.filters.iter().find(|(name, _)| *name == key).map_or(&[], |(_, values)| values)
    }

    /// The words of a choice that are asked for, as the grid writes them.
    fn words(&self, key: &str) -> Vec<&'static str> {
        let filter = G::FILTERS.iter().find(|filter| filter.key == key);
        match filter.map(|filter| filter.kind) {
            Some(FilterKind::OneOf(options)) => {
                let asked = |word: &&str| self.values(key).iter().any(|value| value == word);
                options.iter().map(|(word, _)| *word).filter(asked).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether this is the beginning of the list with the newest first, by the column `since`.
    fn begins_newest(&self, since: &str) -> bool {
        let by = self.sort.column.sorts_by().and_then(|(expression, _)| expression.strip_prefix("r."));
        self.cursor.is_none() && self.sort.descending && by == Some(since)
    }

    /// The environments that a row may be in; none where rows are not told apart.
    fn possible_environments() -> Vec<Environment> {
        let filter = G::FILTERS.iter().find(|filter| filter.key == REAL_OR_TEST.key);
        match filter.map(|filter| filter.kind) {
            Some(FilterKind::OneOf(options)) => {
                options.iter().filter_map(|(key, _)| Environment::from_key(key)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The environments whose rows alone are asked for; none when all are.
    fn chosen_environments(&self) -> Vec<Environment> {
        let chosen = self.values(REAL_OR_TEST.key);
        let mut environments = Self::possible_environments();
        let all = environments.len();
        environments.retain(|one| chosen.iter().any(|key| key == one.key()));
        if environments.len() == all { Vec::new() } else { environments }
    }

    /// The environments whose rows are asked for; none where rows are not told apart.
    fn environments(&self) -> Vec<Environment> {
        let chosen = self.chosen_environments();
        if chosen.is_empty() { Self::possible_environments() } else { chosen }
    }

    /// Whether a text is looked for: rare matches are then found faster by themselves than in the order of the page.
    pub fn searched(&self) -> bool {
        let contains = |key: &str| {
            G::FILTERS.iter().any(|filter| filter.key == key && matches!(filter.kind, FilterKind::Contains))
        };
        !self.search.is_empty() || self.filters.iter().any(|(key, _)| contains(key))
    }

    /// Search and filters alone decide which rows there are.
    pub fn narrowed(&self) -> bool {
        !self.search.is_empty() || !self.filters.is_empty()
    }

    /// The state without the place in it, defaults left out: what a saved view keeps.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.search.is_empty() {
            pairs.push(("q", self.search.clone()));
        }
        for (key, values) in &self.filters {
            pairs.extend(values.iter().map(|value| (*key, value.clone())));
        }
        if self.sort != G::Column::DEFAULT_SORT {
            pairs.push(("sort", sort_key(self.sort)));
        }
        if self.named {
            pairs.extend(self.columns.iter().map(|column| ("columns", column.key().to_owned())));
        }
        if self.size != SIZE {
            pairs.push(("size", self.size.to_string()));
        }
        pairs
    }

    /// The canonical query string; empty for the default view.
    pub fn text(&self) -> String {
        encode(&self.pairs())
    }

    /// Whether the cursor leads to greater values.
    fn upwards(&self, cursor: &Cursor) -> bool {
        cursor.forward != self.sort.descending
    }

    /// The row whose sort value must be looked up before the page can be read.
    fn sought(&self) -> Option<&str> {
        self.cursor.as_ref().filter(|cursor| !cursor.is_whole()).map(|cursor| cursor.id.as_str())
    }

    /// The same state with what was found of [`Self::sought`]; back at the first page when there is no telling where it was.
    fn placed(mut self, found: Option<&str>) -> Self {
        if let (Some(cursor), Some((_, by))) = (self.cursor.take(), self.sort.column.sorts_by()) {
            let upwards = self.upwards(&cursor);
            self.cursor = cursor.with(found, by, upwards);
        }
        self.before = if self.cursor.is_some() { self.before } else { 0 };
        self
    }

    /// The condition on the rows of the page, `id` being the tie-breaker.
    fn keyset(&self, sql: &mut Sql, expression: &str, id: &str) {
        if let Some(cursor) = &self.cursor {
            cursor.keyset(sql, expression, id, self.upwards(cursor));
        }
    }

    /// `ORDER BY …` over `expression` and `id`, turned around when the page lies before its cursor.
    fn order(&self, expression: &str, id: &str) -> String {
        let backward = self.cursor.as_ref().is_some_and(|cursor| !cursor.forward);
        let way = if self.sort.descending != backward { "DESC" } else { "ASC" };
        format!(" ORDER BY {expression} {way}, {id} {way}")
    }

    /// Turns what the statement brought (one row more than a page) into a page.
    fn page<R: Row>(&self, mut rows: Vec<R>) -> Slice<R> {
        let more = rows.len() > self.size;
        rows.truncate(self.size);
        let forward = self.cursor.as_ref().is_none_or(|cursor| cursor.forward);
        if !forward {
            rows.reverse();
        }
        let (before, after) = if forward { (self.cursor.is_some(), more) } else { (more, true) };
        Slice { rows, before, after }
    }

    /// The query for all rows behind `row`, a value and an id, in pieces: for exports.
    fn behind(&self, row: Option<(&str, &str)>, size: usize) -> Self {
        let by = self.sort.column.sorts_by().map_or(By::Text, |(_, by)| by);
        let cursor = row.and_then(|(value, id)| Cursor::behind(value, id, by));
        Self { cursor, size, ..self.clone() }
    }
}

fn column<G: Grid>(key: &str) -> Option<G::Column> {
    G::Column::ALL.iter().copied().find(|column| column.key() == key)
}

/// The named columns in their order, the fixed ones first; `None` when none is named.
pub fn columns<G: Grid>(keys: &[String]) -> Option<Vec<G::Column>> {
    let mut columns: Vec<G::Column> = G::Column::ALL.iter().copied().filter(|column| column.fixed()).collect();
    let chosen = keys.iter().filter_map(|key| column::<G>(key));
    let mut any = false;
    for column in chosen {
        any = true;
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    any.then_some(columns)
}

fn sort_key<C: Column>(sort: Sort<C>) -> String {
    format!("{}{}", if sort.descending { "-" } else { "" }, sort.column.key())
}

fn encode(pairs: &[(&'static str, String)]) -> String {
    serde_html_form::to_string(pairs).unwrap_or_default()
}

/// A row of a grid's page.
pub trait Row {
    fn id(&self) -> &str;
    /// The value it was sorted by, as PostgreSQL writes it.
    fn sort_value(&self) -> &str;
}

/// Makes a [`Row`] of one that bears its id and the value itself, or in what it has of what waits (`waits`).
#[macro_export]
macro_rules! row {
    ($row:ident $(: $within:ident)?) => {
        impl $crate::kit::grid::Row for $row {
            fn id(&self) -> &str {
                &self.$($within.)?id
            }
            fn sort_value(&self) -> &str {
                &self.$($within.)?sort_value
            }
        }
    };
}

/// One page of rows, and whether there is something on either side.
#[derive(Debug)]
pub struct Slice<R> {
    pub rows: Vec<R>,
    before: bool,
    after: bool,
}

/// A cell of an export: text is made safe for spreadsheets, instants stay UTC.
#[derive(Debug, Clone)]
pub enum Cell {
    Text(String),
    At(DateTime<Utc>),
    Number(f64),
    Empty,
}

impl Cell {
    pub fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Col {
        Name,
        Made,
        Status,
    }

    impl Column for Col {
        const ALL: &'static [Self] = &[Self::Name, Self::Made, Self::Status];
        const DEFAULT_SORT: Sort<Self> = Sort { column: Self::Made, descending: true };
        fn key(self) -> &'static str {
            ["name", "made", "status"][self as usize]
        }
        fn label(self) -> &'static str {
            ["Name", "Made", "Status"][self as usize]
        }
        fn sorts_by(self) -> Option<(&'static str, By)> {
            (self != Self::Status).then_some(("x", By::Text))
        }
    }

    struct Sample;
    impl Grid for Sample {
        type Column = Col;
        const NAME: &'static str = "samples";
        const ALL: &'static str = "All samples";
        const SEARCH: &'static str = "Search by name";
        const FILTERS: &'static [Filter] = &[
            Filter { key: "status", label: "Status", kind: FilterKind::OneOf(&[("a", "A"), ("b", "B")]) },
            Filter { key: "name", label: "Name", kind: FilterKind::Contains },
            Filter { key: "from", label: "From", kind: FilterKind::From },
        ];
    }

    type Q = Query<Sample>;

    proptest! {
        #[test]
        fn any_query_string_reads_and_its_canonical_form_is_stable(text in "\\PC{0,120}") {
            let canonical = Q::parse(&text).text();
            prop_assert_eq!(Q::parse(&canonical).text(), canonical);
        }

        #[test]
        fn what_a_person_chose_survives_the_url(
            search in "[a-zA-Z0-9&=%+ é]{0,20}",
            statuses in proptest::sample::subsequence(vec!["a", "b"], 0..=2),
            descending in any::<bool>(), by_name in any::<bool>(),
            size in proptest::sample::select(SIZES.to_vec()),
            columns in proptest::sample::subsequence(vec!["made", "status"], 0..=2).prop_shuffle(),
        ) {
            let mut pairs: Vec<(&'static str, String)> = vec![("q", search.clone()), ("size", size.to_string())];
            pairs.push(("sort", format!("{}{}", if descending { "-" } else { "" }, if by_name { "name" } else { "made" })));
            pairs.extend(statuses.iter().map(|status| ("status", (*status).to_owned())));
            pairs.push(("columns", "name".into()));
            pairs.extend(columns.iter().map(|column| ("columns", (*column).to_owned())));
            let read = Q::parse(&Q::parse(&encode(&pairs)).text());
            prop_assert_eq!(&read.search, &search.split_whitespace().collect::<Vec<_>>().join(" "));
            prop_assert_eq!(read.values("status").len(), statuses.len());
            prop_assert_eq!(read.sort, Sort { column: if by_name { Col::Name } else { Col::Made }, descending });
            prop_assert_eq!(read.size, size);
            prop_assert_eq!(
                read.columns.iter().map(|column| column.key()).collect::<Vec<_>>(),
                std::iter::once("name").chain(columns).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn the_default_view_has_an_empty_url() {
        assert_eq!(Q::parse("sort=-made&size=20&page=7&status=nonsense&size=11").text(), "");
    }

    #[test]
    fn a_choice_of_columns_stays_out_of_the_url_and_yields_to_it() {
        let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let mut query = Q::parse("");
        query.prefer(&keys(&["status", "gone"]));
        assert_eq!((query.columns.as_slice(), query.text().as_str()), ([Col::Name, Col::Status].as_slice(), ""));
        assert_eq!(query.naming_columns().text(), "columns=name&columns=status");
        let mut named = Q::parse("columns=made");
        named.prefer(&keys(&["status"]));
        assert_eq!(named.columns, [Col::Name, Col::Made]);
    }

    #[test]
    fn what_cannot_be_sorted_falls_back() {
        assert_eq!(Q::parse("sort=status").sort, Col::DEFAULT_SORT);
    }
}
