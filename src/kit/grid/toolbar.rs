//! What `components/grid.html` shows around a grid's rows: each control leads to a URL, or is a field of one GET form.

use crate::{kit::words::Words, t};

use super::{
    Apart, Column as _, Cursor, Filter, FilterKind, Grid, Query, Room, Row, SIZES, Slice, Sort, encode, sort_key,
};

/// A named query string.
#[derive(Debug, Clone)]
pub struct SavedView {
    pub id: String,
    pub name: String,
    pub query: String,
    /// Everybody in the company sees it.
    pub shared: bool,
    /// Whether it is this person's, who alone changes it.
    pub own: bool,
    /// The grid begins with it.
    pub first: bool,
}

#[derive(Debug, Clone)]
pub struct ViewLink {
    pub label: Words,
    pub href: String,
    pub current: bool,
}

#[derive(Debug, Clone)]
pub struct Choosable {
    pub key: String,
    pub label: Words,
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
    pub label: &'static str,
    pub href: Option<String>,
    pub sorted: &'static str,
    /// The class of its head and its cells.
    pub class: &'static str,
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
    pub words: Words,
    pub remove: String,
}

/// Everything `components/grid.html` shows around the rows.
#[derive(Debug, Clone)]
pub struct Toolbar {
    pub view: Words,
    pub custom: bool,
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
    pub total: Words,
    pub range: Words,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Toolbar {
    /// "2 filters applied".
    pub fn applied(&self) -> Words {
        t!("{n} filter applied" | "{n} filters applied", self.chips.len())
    }
}

impl<G: Grid> Query<G> {
    pub fn toolbar<R: Row>(&self, slice: &Slice<R>, total: Apart, views: &[SavedView]) -> Toolbar {
        let text = self.text();
        let current = views.iter().find(|view| view.query == text);
        let view = match current {
            Some(view) => Words::data(&view.name),
            None if text.is_empty() => G::ALL.into(),
            None => t!("Custom"),
        };
        let first = if slice.before { self.before + 1 } else { 1 };
        let count = slice.rows.len();
        let all = total.in_a_sentence();
        let place = |forward: bool, row: Option<&R>, before: usize| {
            row.map(|row| {
                let mut pairs = self.pairs();
                pairs.extend(Cursor::pairs(forward, row.sort_value(), row.id()));
                if before > 0 {
                    pairs.push(("row", before.to_string()));
                }
                self.href(&pairs)
            })
        };
        Toolbar {
            previous: slice
                .before
                .then(|| place(false, slice.rows.first(), (first - 1).saturating_sub(self.size)))
                .flatten(),
            next: slice.after.then(|| place(true, slice.rows.last(), first - 1 + count)).flatten(),
            range: match count {
                0 => t!("0 of {all}", all),
                _ => t!("{first}–{last} of {all}", first, last = first + count - 1, all),
            },
            total: total.words(),
            custom: current.is_none() && !text.is_empty(),
            views: std::iter::once((Words::new(G::ALL), "?".to_owned(), text.is_empty()))
                .chain(views.iter().map(|view| {
                    let href = if view.query.is_empty() { "?".to_owned() } else { format!("?{}", view.query) };
                    (Words::data(&view.name), href, view.query == text)
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
                            label: t!(
                                "{column}, {direction}",
                                column = Words::new(column.label()),
                                direction = Words::new(words)
                            ),
                            chosen: sort == self.sort,
                            fixed: false,
                        }
                    })
                })
                .collect(),
            columns: self
                .columns
                .iter()
                .chain(G::Column::ALL.iter().filter(|column| !self.columns.contains(column)))
                .map(|column| Choosable {
                    key: column.key().to_owned(),
                    label: column.label().into(),
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
            export_query: self.naming_columns().href(&self.naming_columns().pairs()),
            query: self.naming_columns().text(),
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
            label: column.label(),
            href,
            class: match (column.counts(), column.room() == Room::Minor) {
                (false, false) => "",
                (true, false) => "num",
                (false, true) => "minor",
                (true, true) => "num minor",
            },
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
                        label: Words::new(label),
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
            chips.push(Chip { words: t!("Search: {text}", text = self.search), remove: self.href(&without.pairs()) });
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
                    .map(|(_, label)| Words::new(label))
                    .reduce(|first, or| t!("{first} or {or}", first, or))
                    .unwrap_or_default(),
                _ => Words::data(values.first().map_or("", String::as_str)),
            };
            let mut without = self.clone();
            without.filters.retain(|(key, _)| *key != filter.key);
            let words = t!("{filter}: {value}", filter = Words::new(filter.label), value = words);
            chips.push(Chip { words, remove: self.href(&without.pairs()) });
        }
        chips
    }
    /// The pairs a GET form must carry along when it sets `own` itself.
    fn carried(&self, own: &[&str]) -> Vec<(&'static str, String)> {
        self.pairs().into_iter().filter(|(key, _)| !own.contains(key)).collect()
    }

    fn href(&self, pairs: &[(&'static str, String)]) -> String {
        let text = encode(pairs);
        if text.is_empty() { "?".into() } else { format!("?{text}") }
    }
}
