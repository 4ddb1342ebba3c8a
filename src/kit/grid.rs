//! A list screen: columns, filters, search, sort, paging, all in the query string.
//!
//! A module declares its columns and filters; here the URL becomes a [`Query`], the query SQL, and both the toolbar.

use std::{fmt::Write as _, marker::PhantomData};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    pg::Pg,
    query_builder::BoxedSqlQuery,
    sql_query,
    sql_types::{BigInt, Text, Timestamptz},
};

use super::{
    problem::Result,
    time::{When, Zone},
};

/// Rows per page that may be chosen.
pub const SIZES: [usize; 4] = [10, 20, 50, 100];
/// Totals are counted up to here; counting all of a large tenant costs more than its page.
pub const COUNTED: i64 = 1_000;

/// A column of a grid; its cell is a `match` in the template, so a column without a cell does not compile.
pub trait Column: Copy + Eq + 'static {
    const ALL: &'static [Self];
    /// What a person sees who chose nothing: newest first, as a rule.
    const DEFAULT_SORT: Sort<Self>;
    fn key(self) -> &'static str;
    fn label(self) -> &'static str;
    /// SQL to sort by and its type, never NULL; `None` when the column cannot be sorted.
    fn sorts_by(self) -> Option<(&'static str, &'static str)>;
    /// The first column names the row and cannot be hidden.
    fn fixed(self) -> bool {
        Some(self) == Self::ALL.first().copied()
    }
    /// The words beside the two directions, as in "newest first".
    fn directions(self) -> (&'static str, &'static str) {
        ("A to Z", "Z to A")
    }
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

/// A grid's fixed facts.
pub trait Grid: 'static {
    type Column: Column;
    /// Names the grid in saved views.
    const NAME: &'static str;
    /// The view that shows everything.
    const ALL: &'static str;
    const SEARCH: &'static str;
    const FILTERS: &'static [Filter];
}

/// Where a page begins: behind or before one row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cursor {
    forward: bool,
    value: String,
    id: String,
}

/// The state of a grid, as its URL says.
#[derive(Debug)]
pub struct Query<G: Grid> {
    pub search: String,
    filters: Vec<(&'static str, Vec<String>)>,
    pub sort: Sort<G::Column>,
    pub columns: Vec<G::Column>,
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
        let pairs: Vec<(String, String)> = serde_html_form::from_str(text).unwrap_or_default();
        let clean =
            |value: &str| value.chars().filter(|c| !c.is_control()).take(100).collect::<String>().trim().to_owned();
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
                        values.retain(|value| NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok());
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
        let chosen: Vec<G::Column> = all("columns").iter().filter_map(|key| column::<G>(key)).collect();
        let columns = if chosen.is_empty() {
            G::Column::ALL.to_vec()
        } else {
            G::Column::ALL.iter().copied().filter(|column| column.fixed() || chosen.contains(column)).collect()
        };
        let cursor = ["after", "until"].into_iter().find_map(|way| {
            let (value, id) = first(way).rsplit_once('~')?;
            let cursor = Cursor { forward: way == "after", value: clean(value), id: clean(id) };
            sort.column.sorts_by().is_some_and(|(_, kind)| reads(&cursor.value, kind)).then_some(cursor)
        });
        let before = if cursor.is_some() { first("row").parse().unwrap_or(0).min(10_000_000) } else { 0 };
        Self {
            search: clean(first("q")),
            filters,
            sort,
            columns,
            size: first("size").parse().ok().filter(|size| SIZES.contains(size)).unwrap_or(SIZES[0]),
            cursor,
            before,
            grid: PhantomData,
        }
    }

    /// The filters that are set, with their values.
    pub fn filters(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.filters.iter().map(|(key, values)| (*key, values.as_slice()))
    }

    fn values(&self, key: &str) -> &[String] {
        self.filters.iter().find(|(name, _)| *name == key).map_or(&[], |(_, values)| values)
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
        if self.columns.len() != G::Column::ALL.len() {
            pairs.extend(self.columns.iter().map(|column| ("columns", column.key().to_owned())));
        }
        if self.size != SIZES[0] {
            pairs.push(("size", self.size.to_string()));
        }
        pairs
    }

    /// The canonical query string; empty for the default view.
    pub fn text(&self) -> String {
        encode(&self.pairs())
    }

    /// The pairs a GET form must carry along when it sets `own` itself.
    fn carried(&self, own: &[&str]) -> Vec<(&'static str, String)> {
        self.pairs().into_iter().filter(|(key, _)| !own.contains(key)).collect()
    }

    fn href(&self, pairs: &[(&'static str, String)]) -> String {
        let text = encode(pairs);
        if text.is_empty() { "?".into() } else { format!("?{text}") }
    }

    /// The condition on the row behind which the page begins, and its order and limit; `id` is the tie-breaker.
    pub fn keyset(&self, sql: &mut Sql, id: &str) {
        let Some(cursor) = &self.cursor else { return };
        let Some((expression, kind)) = self.sort.column.sorts_by() else { return };
        let sign = if cursor.forward == self.sort.descending { "<" } else { ">" };
        sql.push(&format!(" AND ({expression}, {id}) {sign} ("));
        sql.text(&cursor.value);
        sql.push(&format!("::{kind}, "));
        sql.text(&cursor.id);
        sql.push(")");
    }

    /// `ORDER BY …` over `expression` and `id`, turned around when the page lies before its cursor.
    pub fn order(&self, expression: &str, id: &str) -> String {
        let backward = self.cursor.as_ref().is_some_and(|cursor| !cursor.forward);
        let way = if self.sort.descending != backward { "DESC" } else { "ASC" };
        format!(" ORDER BY {expression} {way}, {id} {way}")
    }

    /// Turns what the statement brought (one row more than a page) into a page.
    pub fn page<R: Row>(&self, mut rows: Vec<R>) -> Slice<R> {
        let more = rows.len() > self.size;
        rows.truncate(self.size);
        let forward = self.cursor.as_ref().is_none_or(|cursor| cursor.forward);
        if !forward {
            rows.reverse();
        }
        let (before, after) = if forward { (self.cursor.is_some(), more) } else { (more, true) };
        Slice { rows, before, after }
    }

    /// The query for all rows behind `row`, in pieces: for exports.
    pub fn behind(&self, row: Option<(String, String)>, size: usize) -> Self {
        let cursor = row.map(|(value, id)| Cursor { forward: true, value, id });
        Self { cursor, size, ..self.clone() }
    }

    pub fn toolbar<R: Row>(&self, slice: &Slice<R>, total: i64, views: &[SavedView]) -> Toolbar {
        let text = self.text();
        let current = views.iter().find(|view| view.query == text);
        let view = match current {
            Some(view) => view.name.clone(),
            None if text.is_empty() => G::ALL.to_owned(),
            None => "Custom".to_owned(),
        };
        let first = if slice.before { self.before + 1 } else { 1 };
        let count = slice.rows.len();
        let total_words = up_to(total);
        let place = |way: &'static str, row: Option<&R>, before: usize| {
            row.map(|row| {
                let mut pairs = self.pairs();
                pairs.push((way, format!("{}~{}", row.sort_value(), row.id())));
                if before > 0 {
                    pairs.push(("row", before.to_string()));
                }
                self.href(&pairs)
            })
        };
        Toolbar {
            previous: slice
                .before
                .then(|| place("until", slice.rows.first(), (first - 1).saturating_sub(self.size)))
                .flatten(),
            next: slice.after.then(|| place("after", slice.rows.last(), first - 1 + count)).flatten(),
            range: if count == 0 {
                format!("0 of {total_words}")
            } else {
                format!("{first}–{} of {total_words}", first + count - 1)
            },
            total: total_words,
            custom: view == "Custom",
            deletable: current.map(|view| view.id.clone()),
            views: std::iter::once((G::ALL.to_owned(), "?".to_owned(), text.is_empty()))
                .chain(views.iter().map(|view| {
                    let href = if view.query.is_empty() { "?".to_owned() } else { format!("?{}", view.query) };
                    (view.name.clone(), href, view.query == text)
                }))
                .map(|(label, href, current)| ViewLink { label, href, current })
                .collect(),
            view,
            search: self.search.clone(),
            search_label: G::SEARCH,
            filters: G::FILTERS.iter().map(|filter| self.filter_view(filter)).collect(),
            chips: self.chips(),
            clear: self
                .href(&self.carried(&G::FILTERS.iter().map(|filter| filter.key).chain(["q"]).collect::<Vec<_>>())),
            sorts: G::Column::ALL
                .iter()
                .filter(|column| column.sorts_by().is_some())
                .flat_map(|column| {
                    let (up, down) = column.directions();
                    [(false, up), (true, down)].map(|(descending, words)| {
                        let sort = Sort { column: *column, descending };
                        Choosable {
                            key: sort_key(sort),
                            label: format!("{}, {words}", column.label()),
                            chosen: sort == self.sort,
                            fixed: false,
                        }
                    })
                })
                .collect(),
            columns: G::Column::ALL
                .iter()
                .map(|column| Choosable {
                    key: column.key().to_owned(),
                    label: column.label().to_owned(),
                    chosen: self.columns.contains(column),
                    fixed: column.fixed(),
                })
                .collect(),
            headers: self.columns.iter().map(|column| self.header(*column)).collect(),
            sizes: SIZES
                .map(|size| PageSize {
                    n: size,
                    href: self.href(&Self { size, ..self.clone() }.pairs()),
                    current: size == self.size,
                })
                .to_vec(),
            size: self.size,
            refresh: self.href(&self.pairs()),
            export_query: if text.is_empty() { String::new() } else { format!("?{text}") },
            query: text,
        }
    }

    fn header(&self, column: G::Column) -> Header {
        let sorted = column == self.sort.column;
        let descending = if sorted {
            !self.sort.descending
        } else {
            column == G::Column::DEFAULT_SORT.column && G::Column::DEFAULT_SORT.descending
        };
        let href = column.sorts_by().map(|_| {
            let turned = Self { sort: Sort { column, descending }, ..self.clone() };
            self.href(&turned.pairs())
        });
        Header {
            key: column.key(),
            label: column.label(),
            href,
            sorted: match (sorted, self.sort.descending) {
                (false, _) => "none",
                (true, false) => "ascending",
                (true, true) => "descending",
            },
        }
    }

    fn filter_view(&self, filter: &Filter) -> FilterView {
        let values = self.values(filter.key);
        FilterView {
            key: filter.key,
            label: filter.label,
            options: match filter.kind {
                FilterKind::OneOf(options) => options
                    .iter()
                    .map(|(key, label)| Choosable {
                        key: (*key).to_owned(),
                        label: (*label).to_owned(),
                        chosen: values.iter().any(|value| value == key),
                        fixed: false,
                    })
                    .collect(),
                _ => Vec::new(),
            },
            date: matches!(filter.kind, FilterKind::From | FilterKind::Until),
            value: values.first().cloned().unwrap_or_default(),
        }
    }

    fn chips(&self) -> Vec<Chip> {
        let mut chips = Vec::new();
        if !self.search.is_empty() {
            let without = Self { search: String::new(), ..self.clone() };
            chips.push(Chip { words: format!("Search: {}", self.search), remove: self.href(&without.pairs()) });
        }
        for filter in G::FILTERS {
            let values = self.values(filter.key);
            if values.is_empty() {
                continue;
            }
            let words = match filter.kind {
                FilterKind::OneOf(options) => options
                    .iter()
                    .filter(|(key, _)| values.iter().any(|value| value == key))
                    .map(|(_, label)| *label)
                    .collect::<Vec<_>>()
                    .join(" or "),
                _ => values.join(" or "),
            };
            let mut without = self.clone();
            without.filters.retain(|(key, _)| *key != filter.key);
            chips.push(Chip { words: format!("{}: {words}", filter.label), remove: self.href(&without.pairs()) });
        }
        chips
    }
}

fn column<G: Grid>(key: &str) -> Option<G::Column> {
    G::Column::ALL.iter().copied().find(|column| column.key() == key)
}

fn sort_key<C: Column>(sort: Sort<C>) -> String {
    format!("{}{}", if sort.descending { "-" } else { "" }, sort.column.key())
}

fn encode(pairs: &[(&'static str, String)]) -> String {
    serde_html_form::to_string(pairs).unwrap_or_default()
}

/// Whether PostgreSQL would take the value of a cursor, which a person may have changed in the URL.
fn reads(value: &str, kind: &str) -> bool {
    kind != "timestamptz" || DateTime::parse_from_str(value, "%Y-%m-%d %H:%M:%S%.f%#z").is_ok()
}

/// 1,204 rather than 1204.
pub fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count that was stopped at [`COUNTED`]: "1,000+".
pub fn up_to(count: i64) -> String {
    if count > COUNTED { format!("{}+", thousands(COUNTED)) } else { thousands(count) }
}

/// A row of a grid's page.
pub trait Row {
    fn id(&self) -> &str;
    /// The value it was sorted by, as PostgreSQL writes it.
    fn sort_value(&self) -> &str;
}

/// One page of rows, and whether there is something on either side.
#[derive(Debug)]
pub struct Slice<R> {
    pub rows: Vec<R>,
    before: bool,
    after: bool,
}

/// A named query string.
#[derive(Debug, Clone)]
pub struct SavedView {
    pub id: String,
    pub name: String,
    pub query: String,
}

#[derive(Debug, Clone)]
pub struct ViewLink {
    pub label: String,
    pub href: String,
    pub current: bool,
}

#[derive(Debug, Clone)]
pub struct Choosable {
    pub key: String,
    pub label: String,
    pub chosen: bool,
    pub fixed: bool,
}

/// A number of rows a page may have.
#[derive(Debug, Clone)]
pub struct PageSize {
    pub n: usize,
    pub href: String,
    pub current: bool,
}

#[derive(Debug, Clone)]
pub struct Header {
    pub key: &'static str,
    pub label: &'static str,
    pub href: Option<String>,
    pub sorted: &'static str,
}

#[derive(Debug, Clone)]
pub struct FilterView {
    pub key: &'static str,
    pub label: &'static str,
    pub options: Vec<Choosable>,
    pub date: bool,
    pub value: String,
}

#[derive(Debug, Clone)]
pub struct Chip {
    pub words: String,
    pub remove: String,
}

/// Everything `components/grid.html` shows around the rows.
#[derive(Debug, Clone)]
pub struct Toolbar {
    pub view: String,
    pub custom: bool,
    pub deletable: Option<String>,
    pub views: Vec<ViewLink>,
    pub search: String,
    pub search_label: &'static str,
    pub filters: Vec<FilterView>,
    pub chips: Vec<Chip>,
    pub clear: String,
    pub sorts: Vec<Choosable>,
    pub columns: Vec<Choosable>,
    pub headers: Vec<Header>,
    pub sizes: Vec<PageSize>,
    pub size: usize,
    pub refresh: String,
    pub export_query: String,
    pub query: String,
    pub total: String,
    pub range: String,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Toolbar {
    /// "2 filters applied".
    pub fn applied(&self) -> String {
        super::time::counted(self.chips.len(), "filter") + " applied"
    }
}

/// A statement written piece by piece, every value bound.
#[derive(Debug, Default)]
pub struct Sql {
    text: String,
    binds: Vec<Bind>,
}

#[derive(Debug)]
enum Bind {
    Text(String),
    At(DateTime<Utc>),
}

impl Sql {
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub fn text(&mut self, value: &str) {
        self.bind(Bind::Text(value.to_owned()));
    }

    pub fn at(&mut self, value: DateTime<Utc>) {
        self.bind(Bind::At(value));
    }

    /// `('a', 'b')`, each bound.
    pub fn list(&mut self, values: &[String]) {
        for (at, value) in values.iter().enumerate() {
            self.push(if at == 0 { "(" } else { ", " });
            self.text(value);
        }
        self.push(")");
    }

    /// `LIKE '%text%'` in lower case, the signs of patterns taken literally.
    pub fn contains(&mut self, text: &str) {
        let literal = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.push(" LIKE ");
        self.text(&format!("%{literal}%"));
    }

    /// ` AND column >= …` or ` AND column <= …` for a day in the person's zone.
    pub fn day(&mut self, column: &str, day: &str, zone: Zone, until: bool) {
        let Ok(day) = NaiveDate::parse_from_str(day, "%Y-%m-%d") else { return };
        let (sign, edge) = if until { ("<=", zone.end_of(day)) } else { (">=", zone.start_of(day)) };
        if let Some(edge) = edge {
            self.push(&format!(" AND {column} {sign} "));
            self.at(edge);
        }
    }

    fn bind(&mut self, bind: Bind) {
        self.binds.push(bind);
        let _ = write!(self.text, "${}", self.binds.len());
    }

    pub fn load<R: QueryableByName<Pg> + 'static>(self, conn: &mut PgConnection) -> Result<Vec<R>> {
        let query: BoxedSqlQuery<'_, Pg, _> = sql_query(self.text).into_boxed::<Pg>();
        let query = self.binds.into_iter().fold(query, |query, bind| match bind {
            Bind::Text(text) => query.bind::<Text, _>(text),
            Bind::At(at) => query.bind::<Timestamptz, _>(at),
        });
        Ok(query.load(conn)?)
    }

    /// The rows of `self`, a `SELECT` without limit, counted up to [`COUNTED`].
    pub fn count(mut self, conn: &mut PgConnection) -> Result<i64> {
        self.text = format!("SELECT count(*) AS count FROM ({} LIMIT {}) counted", self.text, COUNTED + 1);
        Ok(self.load::<Counted>(conn)?.first().map_or(0, |row| row.count))
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A name over its id, as a cell shows a company or an agreement.
#[derive(Debug, Clone)]
pub struct Named {
    pub name: String,
    pub id: String,
    pub href: Option<String>,
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

/// Words for an instant in a grid.
pub fn when(zone: Zone, at: DateTime<Utc>) -> When {
    zone.when(at)
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
        fn sorts_by(self) -> Option<(&'static str, &'static str)> {
            (self != Self::Status).then_some(("x", "text"))
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
            columns in proptest::sample::subsequence(vec!["made", "status"], 0..=2),
        ) {
            let mut pairs: Vec<(&'static str, String)> = vec![("q", search.clone()), ("size", size.to_string())];
            pairs.push(("sort", format!("{}{}", if descending { "-" } else { "" }, if by_name { "name" } else { "made" })));
            pairs.extend(statuses.iter().map(|status| ("status", (*status).to_owned())));
            pairs.push(("columns", "name".into()));
            pairs.extend(columns.iter().map(|column| ("columns", (*column).to_owned())));
            let read = Q::parse(&Q::parse(&encode(&pairs)).text());
            prop_assert_eq!(&read.search, search.trim());
            prop_assert_eq!(read.values("status").len(), statuses.len());
            prop_assert_eq!(read.sort, Sort { column: if by_name { Col::Name } else { Col::Made }, descending });
            prop_assert_eq!(read.size, size);
            prop_assert_eq!(read.columns.len(), 1 + columns.len());
        }
    }

    #[test]
    fn the_default_view_has_an_empty_url() {
        assert_eq!(Q::parse("sort=-made&size=10&page=7&status=nonsense&size=11").text(), "");
    }

    #[test]
    fn what_cannot_be_sorted_falls_back() {
        assert_eq!(Q::parse("sort=status").sort, Col::DEFAULT_SORT);
    }

    #[test]
    fn patterns_are_taken_literally() {
        let mut sql = Sql::default();
        sql.contains("50%_A\\");
        assert!(matches!(&sql.binds[0], Bind::Text(text) if text == "%50\\%\\_a\\\\%"));
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
