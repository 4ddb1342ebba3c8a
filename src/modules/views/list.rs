//! A grid as its page shows it: the same for every module.

use super::store;
use crate::kit::{
    db::Db,
    grid::{self, Listing, Query, Toolbar},
    page::Tab,
    problem::{Problem, Result},
    viewer::Viewer,
};

/// What `layouts/list.html` shows.
pub struct Listed<L: Listing> {
    pub base: String,
    pub toolbar: Toolbar,
    pub columns: Vec<L::Column>,
    pub rows: Vec<L::Cells>,
    /// Nothing is there at all, as opposed to nothing that fits.
    pub none: bool,
    /// The question mark and the query by which a page that is opened from here knows this list again.
    pub within: String,
    /// The query of all that fits on one page, with room for so many.
    pub whole: (String, usize),
    /// How many fit; none when there are more than anybody counts.
    pub matching: Option<usize>,
}

impl<L: Listing> Listed<L> {
    /// The tabs above a queue: everything, and `words` for those that `query` finds, on whichever of their pages one is.
    pub fn queue(&self, words: &'static str, query: &str) -> Vec<Tab> {
        let there = self.within == format!("?{}", Query::<L>::parse(query.trim_start_matches('?')).text());
        let tab = |label, href: &str, current| Tab { label, href: format!("{}{href}", self.base), current };
        vec![tab("All", "?", !there), tab(words, query, there)]
    }
}

/// The page that the URL asks for, in the columns that the person prefers.
///
/// # Errors
/// [`Problem::Elsewhere`] when nothing was asked and the person begins with a view of its own.
pub async fn list<L: Listing>(viewer: &Viewer<L::View>, db: &Db) -> Result<Listed<L>> {
    let query = Query::<L>::parse(&viewer.visit.query);
    let (page, kept) = db.read(viewer, move |read| Ok((L::page(read, query)?, store::of(read, L::NAME)?))).await?;
    let grid::Listed { mut query, slice, total } = page;
    let base = viewer.url(L::PATH);
    let one_page = query.on_one_page();
    let (within, whole, matching) =
        (format!("?{}", query.text()), (format!("?{}", one_page.text()), one_page.size), total.counted());
    if let Some(first) = kept.views.iter().find(|view| view.first && viewer.visit.unasked) {
        return Err(Problem::Elsewhere(format!("{base}?{}", first.query)));
    }
    query.prefer(&kept.columns);
    Ok(Listed {
        base,
        toolbar: query.toolbar(&slice, total, &kept.views),
        columns: query.columns.clone(),
        none: slice.rows.is_empty() && !query.narrowed(),
        rows: slice.rows,
        within,
        whole,
        matching,
    })
}
