//! Pooled connections: made with their bounds, counted, and closed when they hold too much.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use diesel::{Connection as _, PgConnection, connection::InstrumentationEvent, r2d2::ConnectionManager};
use r2d2::ManageConnection;

use crate::kit::connect::{self, Prepare};

/// Statements that a connection keeps prepared; with more it is closed and made anew. Filters, sorts and columns of all grids make some
/// thousands of shapes, and PostgreSQL keeps each for as long as a connection lives.
const KEPT: usize = 500;

/// A pooled connection that remembers when it was last good.
pub(super) struct Conn {
    pub(super) pg: PgConnection,
    pub(super) used: Instant,
    pub(super) broken: bool,
    /// How many statements it keeps prepared.
    kept: Arc<AtomicUsize>,
}

pub(super) struct Manager {
    pub(super) inner: ConnectionManager<PgConnection>,
    pub(super) prepare: Prepare,
    pub(super) statements: Arc<AtomicUsize>,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        let mut pg = self.inner.connect()?;
        connect::keep(&mut pg, self.prepare);
        connect::limit(&mut pg, self.prepare).map_err(diesel::r2d2::Error::QueryError)?;
        let (statements, kept) = (self.statements.clone(), Arc::new(AtomicUsize::new(0)));
        let counted = kept.clone();
        pg.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            let count = match event {
                InstrumentationEvent::StartQuery { .. } => &statements,
                InstrumentationEvent::CacheQuery { .. } => &counted,
                _ => return,
            };
            count.fetch_add(1, Ordering::Relaxed);
        });
        Ok(Conn { pg, used: Instant::now(), broken: false, kept })
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        self.inner.is_valid(&mut conn.pg)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.broken || conn.kept.load(Ordering::Relaxed) > KEPT || self.inner.has_broken(&mut conn.pg)
    }
}

/// r2d2's own handler logs every failed attempt as an error; we say it once, where a request fails.
#[derive(Debug)]
pub(super) struct Quiet;

impl<E: std::fmt::Display> r2d2::HandleError<E> for Quiet {
    fn handle_error(&self, error: E) {
        tracing::debug!(%error, "no connection yet");
    }
}
