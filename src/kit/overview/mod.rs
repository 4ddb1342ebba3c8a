//! The overview of a list: figures, each leading to the rows that make it, with charts beside them.

mod ages;
mod spans;

use askama::Template;

use super::{
    chart::Chart,
    grid::Total,
    page::{Page, Tab},
    words::{Words, filters},
};

pub use ages::{Called, of_list};
pub use spans::{By, Span, Spans};

/// One figure.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub words: Words,
    /// The rows that make it.
    pub href: Option<String>,
}

impl Cell {
    /// So many rows: none lead nowhere.
    pub fn count(count: i64, href: String) -> Self {
        Self { words: Total::all(count).words(), href: (count > 0).then_some(href) }
    }

    /// A measure of the rows that it leads to; empty where there is none.
    pub fn measure(words: Option<Words>, href: String) -> Self {
        match words {
            Some(words) => Self { words, href: Some(href) },
            None => Self::default(),
        }
    }
}

/// The figures of one thing or of one span of time.
#[derive(Debug, Clone)]
pub struct Line {
    pub name: Words,
    /// The id of the thing, or nothing.
    pub id: String,
    /// The same overview for it alone, where there is one.
    pub href: Option<String>,
    pub cells: Vec<Cell>,
}

impl Line {
    /// Of something that has no page and no id.
    pub fn of(name: Words, cells: Vec<Cell>) -> Self {
        Self { name, id: String::new(), href: None, cells }
    }
}

/// Figures of several things.
#[derive(Debug, Clone)]
pub struct Table {
    pub caption: Words,
    /// The head of the column of names.
    pub head: Words,
    pub columns: Vec<Words>,
    pub lines: Vec<Line>,
}

impl Table {
    /// The cells of a line, each with the head of its column.
    pub fn cells<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = (&'a Words, &'a Cell)> {
        self.columns.iter().zip(&line.cells)
    }
}

/// A part of an overview: charts, and the table that says their numbers.
#[derive(Debug, Clone)]
pub struct Section {
    pub heading: Words,
    pub charts: Vec<Chart>,
    pub table: Table,
    /// What has to be known of its figures, or nothing.
    pub hint: Words,
}

/// The same overview in another way: a measure that can be chosen, or what narrows it and can be taken away.
#[derive(Debug, Clone)]
pub struct Way {
    pub label: Words,
    pub href: String,
    pub current: bool,
}

/// What `layouts/overview.html` shows.
#[derive(Template)]
#[template(path = "layouts/overview.html")]
pub struct Overview {
    pub page: Page,
    pub heading: &'static str,
    /// The list that its figures lead to: its name and its address.
    pub list: (&'static str, String),
    /// The spans of time that can be chosen; none where there is one choice.
    pub periods: Vec<Tab>,
    /// What narrows it, each with the overview without it.
    pub narrowed: Vec<Way>,
    /// What its charts can measure, where there is a choice.
    pub measures: Vec<Way>,
    /// What all figures have in common.
    pub hint: &'static str,
    /// None when there is nothing to show.
    pub sections: Vec<Section>,
}
