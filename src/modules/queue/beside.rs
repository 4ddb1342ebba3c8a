//! The list that a request was opened from, beside the request: where in it one is, what stands around it, and how one goes on.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension as _, QueryableByName, deserialize,
    pg::Pg,
    row::NamedRow,
    sql_types::{BigInt, Jsonb, Nullable, Text},
};
use serde::Deserialize;

use super::{Queue, Standing as _, grid::Waits, pages::at};
use crate::{
    kit::{
        actor::{Permission, User},
        choice::Choice as _,
        db::{Db, Read},
        grid::{COUNTED, Listing, Query, Sql, Total},
        id::{Id, Kind},
        page::{self, Flash},
        problem::{Problem, Result},
        statement::statement,
        time::When,
        viewer::Viewer,
        words::Words,
    },
    modules::service::Clock,
    t,
};

/// A kind of request that is worked through from its list.
pub trait Worked: Queue {
    type List: Listing;

    /// The query of what waits, with its question mark: the oldest first.
    const TO_DO: &'static str;

    /// What a row of the list is called.
    fn name(cells: &Cells<Self>) -> &str;

    fn waits(cells: &Cells<Self>) -> &Waits<Self::Status>;

    /// What an act comes to, in a word: "Approved".
    fn came_to(action: Self::Action) -> &'static str;
}

type View<Q> = <<Q as Worked>::List as Listing>::View;
type Cells<Q> = <<Q as Worked>::List as Listing>::Cells;

/// A request in the list.
pub struct Line {
    pub href: String,
    pub name: String,
    pub test: bool,
    pub since: When,
    /// While it waits.
    pub clock: Option<Clock>,
    /// What was decided about it and has not taken effect yet.
    pub decided: Option<&'static str>,
    pub current: bool,
}

/// What was decided about the request that is looked at.
pub struct Held {
    pub who: String,
    pub came_to: &'static str,
    /// Where it is taken back, by who decided.
    pub undo: Option<String>,
    /// When it should have been carried out and could not be: somebody has to decide anew.
    pub refused: Option<When>,
}

/// The list beside a request.
pub struct Beside {
    pub lines: Vec<Line>,
    /// "3 of 29".
    pub place: Words,
    pub previous: Option<String>,
    pub next: Option<String>,
    /// The whole list.
    pub list: String,
    /// The question mark and the query that everything on the page carries on.
    pub within: String,
    pub held: Option<Held>,
}

impl Beside {
    /// Whether nothing can be decided now, since somebody has.
    pub fn is_decided(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.refused.is_none())
    }
}

/// A row of the list, and where it stands there.
struct Near<C> {
    cells: C,
    place: i64,
    here: Option<i64>,
    matching: i64,
    decided: Option<String>,
    held: Option<serde_json::Value>,
}

impl<C: QueryableByName<Pg>> QueryableByName<Pg> for Near<C> {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        Ok(Self {
            cells: C::build(row)?,
            place: NamedRow::get::<BigInt, _>(row, "place")?,
            here: NamedRow::get::<Nullable<BigInt>, _>(row, "here")?,
            matching: NamedRow::get::<BigInt, _>(row, "matching")?,
            decided: NamedRow::get::<Nullable<Text>, _>(row, "decided")?,
            held: NamedRow::get::<Nullable<Jsonb>, _>(row, "held")?,
        })
    }
}

/// A decision as [`Holding`] reads it.
const HOLDING: &str = "jsonb_build_object('who', u.name, 'user', h.user_id, 'action', h.action, 'due', h.due_at, 'refused', \
    h.refused IS NOT NULL) FROM held_decisions h JOIN users u ON u.id = h.user_id";

/// The decision of the actor's company about a request.
fn holding<K: Kind, P: Permission>(read: &mut Read<'_, P>, id: &Id<K>) -> Result<Option<serde_json::Value>> {
    Ok(statement(format!("SELECT h.held FROM (SELECT {HOLDING} WHERE h.request = $1 AND h.account_id = $2) h (held)"))
        .bind::<Text, _>(id.as_str())
        .bind::<Text, _>(read.actor.account())
        .value::<Jsonb, _>(read.conn)
        .optional()?)
}

/// The decision about the request that is looked at.
#[derive(Deserialize)]
struct Holding {
    who: String,
    user: Id<User>,
    action: String,
    due: DateTime<Utc>,
    refused: bool,
}

/// The list that a page belongs to: its query with its question mark, and whether the address says it.
pub struct Within {
    query: Option<String>,
    said: bool,
}

/// The list that the address of a page names, or else, for whoever `works` through the list, that of what waits.
pub fn within<Q: Worked, P: Permission>(actor: &Viewer<P>, works: bool) -> Within {
    let query = match (actor.visit.unasked, works) {
        (false, _) => Some(format!("?{}", Query::<Q::List>::parse(&actor.visit.query).text())),
        (true, true) => Some(Q::TO_DO.to_owned()),
        (true, false) => None,
    };
    Within { query, said: !actor.visit.unasked }
}

impl Within {
    /// The list around a request; none where the address names none and the request does not wait.
    pub fn around<Q: Worked>(
        self,
        read: &mut Read<'_, View<Q>>,
        id: &Id<Q::Kind>,
        waits: bool,
    ) -> Result<Option<Beside>> {
        match self.query.filter(|_| self.said || waits) {
            Some(query) => {
                let mut beside = beside::<Q>(read, id, &query)?;
                // what has moved on has nothing left to decide, whatever was decided about it
                beside.held = beside.held.filter(|_| waits);
                Ok(Some(beside))
            }
            None => Ok(None),
        }
    }
}

/// The rows around a request. A decision is its company's own affair until it takes effect.
fn near<Q: Worked>(read: &mut Read<'_, View<Q>>, id: &Id<Q::Kind>, within: &str) -> Result<Vec<Near<Cells<Q>>>> {
    let query = Query::<Q::List>::parse(within.trim_start_matches('?'));
    let me = read.actor.account().to_string();
    let decisions = |sql: &mut Sql| {
        sql.push(
            ", (SELECT h.action FROM held_decisions h WHERE h.request = r.id AND h.refused IS NULL AND h.account_id = ",
        );
        sql.text(&me);
        sql.push(") AS decided, (SELECT ");
        sql.push(HOLDING);
        sql.push(" WHERE h.request = ");
        sql.text(id.as_str());
        sql.push(" AND h.account_id = ");
        sql.text(&me);
        sql.push(") AS held");
    };
    Q::List::around(read, &query, id.as_str(), decisions)
}

/// The list that `within` names, around a request.
fn beside<Q: Worked>(read: &mut Read<'_, View<Q>>, id: &Id<Q::Kind>, within: &str) -> Result<Beside> {
    let rows = near::<Q>(read, id, within)?;
    let held = match rows.first() {
        Some(row) => row.held.clone(),
        // a list that has no row does not say either
        None => holding(read, id)?,
    };
    let (actor, zone) = (read.actor, read.actor.zone());
    let base = actor.url(Q::PATH);
    let here = rows.first().and_then(|row| row.here);
    let all = Total::of(rows.first().map_or(0, |row| row.matching), COUNTED).words();
    let came_to = |action: &str| Q::Action::from_key(action).map(Q::came_to);
    let held = match held {
        Some(json) => Some(serde_json::from_value::<Holding>(json).map_err(Problem::internal)?),
        None => None,
    };
    let lines: Vec<(i64, Line)> = rows
        .iter()
        .map(|row| {
            let waits = Q::waits(&row.cells);
            let line = Line {
                href: waits.href(&base, within),
                name: Q::name(&row.cells).to_owned(),
                test: waits.environment.is_test(),
                since: zone.when(waits.since),
                clock: waits.clock(&zone),
                decided: row.decided.as_deref().and_then(came_to),
                current: waits.id == id.as_str(),
            };
            (row.place, line)
        })
        .collect();
    // before the first one there is none, and who is not in the list goes on with it from the beginning
    let at = |place: i64| lines.iter().find(|(other, _)| *other == place).map(|(_, line)| line.href.clone());
    let (previous, next) = match here {
        Some(here) => (at(here - 1), at(here + 1)),
        None => (None, at(1)),
    };
    Ok(Beside {
        previous,
        next,
        place: match here {
            Some(n) => t!("{n} of {all}", n, all),
            None => t!("{all} in this list", all),
        },
        list: format!("{base}{within}"),
        held: held.map(|held| Held {
            came_to: came_to(&held.action).unwrap_or_default(),
            undo: (held.user == actor.identity.person.id).then(|| format!("{base}/{id}/undo{within}")),
            refused: held.refused.then(|| zone.when(held.due)),
            who: held.who,
        }),
        lines: lines.into_iter().map(|(_, line)| line).collect(),
        within: within.to_owned(),
    })
}

/// Where one goes on once something was decided about a request: to the next one of its list that waits for a decision, or back to the list.
/// Nowhere when the page belongs to no list. To be asked before the request leaves the list.
pub async fn next<Q: Worked, P: Permission>(actor: &Viewer<P>, db: &Db, id: &Id<Q::Kind>) -> Result<Option<String>> {
    let Some(within) = within::<Q, P>(actor, false).query else { return Ok(None) };
    let viewer = actor.with::<View<Q>>()?;
    let wanted = id.clone();
    db.read(&viewer, move |read| {
        let rows = near::<Q>(read, &wanted, &within)?;
        let here = rows.first().and_then(|row| row.here).unwrap_or_default();
        let waits = |row: &Near<Cells<Q>>| Q::waits(&row.cells).status.waits();
        let open = |row: &&Near<Cells<Q>>| row.decided.is_none() && row.place != here && waits(row);
        let next = rows.iter().filter(open).find(|row| row.place > here);
        let next = next.or_else(|| rows.iter().rfind(open));
        let base = read.actor.url(Q::PATH);
        Ok(Some(next.map_or_else(|| format!("{base}{within}"), |row| Q::waits(&row.cells).href(&base, &within))))
    })
    .await
}

/// On to where [`next`] said, or back to the request, with what was done.
pub fn onwards<Q: Queue, P: Permission>(
    actor: &Viewer<P>,
    id: &Id<Q::Kind>,
    next: Option<String>,
    flash: &Flash,
) -> HttpResponse {
    page::see_with(&actor.visit, next.unwrap_or_else(|| at::<Q, P>(actor, id)), flash)
}
