//! What the lists of all queues show of a request.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::Standing;
use crate::{
    kit::{environment::Environment, grid::Cell, time::Zone},
    modules::service::Clock,
};

/// The cells that every queue has; a kind's own cells embed them. The statement names them as they stand here.
#[derive(Debug, Clone, QueryableByName)]
pub struct Waits<S> {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub status: S,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Text)]
    pub product_id: String,
    #[diesel(sql_type = Text)]
    pub product: String,
    /// Who works on it, where requests are taken over.
    #[diesel(sql_type = Nullable<Text>)]
    pub assignee: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    /// Nothing where nobody said how fast it is answered.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub sort_value: String,
}

impl<S: Standing> Waits<S> {
    /// Its page, as one opens it from the list that `within` names.
    pub fn href(&self, base: &str, within: &str) -> String {
        format!("{base}/{}{within}", self.id)
    }

    /// While the clock of who has to act runs.
    pub fn clock(&self, zone: &Zone) -> Option<Clock> {
        let due = self.due_at.filter(|_| self.status.waits())?;
        Some(Clock::new(*zone, self.since, due))
    }

    /// When it is due, as files say it.
    pub fn due(&self) -> Cell {
        self.due_at.map_or(Cell::Empty, Cell::At)
    }
}
