//! A grid as its page shows it: the same for every module.

use super::store;
use crate::{
    kit::{
        actor::Identity,
        db::Db,
        grid::{self, Listing, Query, Toolbar},
        page::Tab,
        problem::{Problem, Result},
        viewer::Viewer,
    },
    modules, t,
};

/// What `layouts/list.html` shows.
pub struct Listed<L: Listing> {
    pub base: String,
    pub toolbar: Toolbar,
    pub columns: Vec<L::Column>,
    pub rows: Vec<L::Cells>,
    /// Nothing is there at all, as opposed to nothing that fits.
    pub none: bool,
    /// What is shown, where nothing was asked: the query of what waits for the person.
    waits: Option<&'static str>,
    /// The question mark and the query by which a page that is opened from here knows this list again.
    pub within: String,
    /// The query of all that fits on one page, with room for so many.
    pub whole: (String, usize),
    /// How many fit; none when there are more than anybody counts.
    pub matching: Option<usize>,
}

impl<L: Listing> Listed<L> {
    /// The tabs above a queue: each of `heaps` by its words and its query, on whichever of its pages one is, and everything.
    pub fn tabs(&self, heaps: &[(&'static str, &'static str)]) -> Vec<Tab> {
        let there =
            |query: &str| self.within == format!("?{}", Query::<L>::parse(query.trim_start_matches('?')).text());
        let tab = |label, href: &str, current| Tab { label, href: format!("{}{href}", self.base), current };
        let heaps: Vec<Tab> = heaps.iter().map(|(words, query)| tab(words, query, there(query))).collect();
        let all = tab("All", "?", !heaps.iter().any(|tab| tab.current));
        heaps.into_iter().chain([all]).collect()
    }

    /// Nothing waits for the person, who asked for nothing else.
    pub fn idle(&self) -> bool {
        self.waits.is_some() && self.rows.is_empty()
    }
}

/// The query of what waits for this person in the list at `path`; none where nothing can.
fn waiting(identity: &Identity, path: &str) -> Option<&'static str> {
    let queues = modules::ALL.iter().flat_map(|module| module.queues);
    let mut here = queues.filter(|queue| queue.section == path && (queue.may)(identity));
    here.next().map(|queue| queue.list)
}

/// The list of a queue: where nothing is asked, what waits for the person, and else as [`list`].
///
/// # Errors
/// As [`list`].
pub async fn queue<L: Listing>(viewer: &Viewer<L::View>, db: &Db) -> Result<Listed<L>> {
    let waits = waiting(&viewer.identity, L::PATH).filter(|_| viewer.visit.unasked);
    shown(viewer, db, waits).await
}

/// The page that the URL asks for, in the columns that the person prefers.
///
/// # Errors
/// [`Problem::Elsewhere`] when nothing was asked and the person begins with a view of its own.
pub async fn list<L: Listing>(viewer: &Viewer<L::View>, db: &Db) -> Result<Listed<L>> {
    shown(viewer, db, None).await
}

async fn shown<L: Listing>(viewer: &Viewer<L::View>, db: &Db, waits: Option<&'static str>) -> Result<Listed<L>> {
    let query = Query::<L>::parse(waits.map_or(viewer.visit.query.as_str(), |query| query.trim_start_matches('?')));
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
    let mut toolbar = query.toolbar(&slice, total, &kept.views);
    if waits.is_some() && toolbar.custom {
        // nobody chose it
        toolbar.view = t!("Waiting for you");
    }
    Ok(Listed {
        base,
        toolbar,
        columns: query.columns.clone(),
        none: slice.rows.is_empty() && !query.narrowed(),
        waits,
        rows: slice.rows,
        within,
        whole,
        matching,
    })
}
