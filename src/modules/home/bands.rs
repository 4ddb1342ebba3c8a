//! What waits as one list, under headings that say how soon it is due. Which rule a queue goes by, its manifest says ([`Due`]); what comes of
//! it is decided here and nowhere else.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{TO_DO, store::Pile};
use crate::{
    choice,
    kit::{
        actor::Member,
        choice::Choice as _,
        environment::Environment,
        grid::{Apart, Total},
        time::{Zone, shown_now},
        typed,
        viewer::Viewer,
        words::Words,
    },
    manifest::{Due, Queue, Waiting},
    modules::service::{self, Clock},
    t,
};

choice! {
    /// A heading under which things wait.
    Band without column {
        Overdue = "overdue" / "Overdue",
        Today = "today" / "Today",
        Week = "week" / "This week",
        Later = "later" / "Later",
        Undated = "undated" / "No due date",
    }
}

impl Band {
    /// The heading for what is due at that time, for a person in that zone. A week is today and the six days behind it.
    fn of(due: Option<DateTime<Utc>>, now: DateTime<Utc>, zone: Zone) -> Self {
        let Some(due) = due else { return Self::Undated };
        if due < now {
            return Self::Overdue;
        }
        match (zone.today(due) - zone.today(now)).num_days() {
            ..=0 => Self::Today,
            1..=6 => Self::Week,
            _ => Self::Later,
        }
    }
}

/// When one of a queue is due; `days` are those of the company's service level.
fn due(queue: &Queue, one: &Waiting, days: i32) -> Option<DateTime<Utc>> {
    match queue.due {
        Due::Clock | Due::Told => one.due,
        Due::Level => Some(service::later(one.at, days)),
    }
}

/// One thing that waits.
pub struct Line {
    pub queue: &'static Queue,
    pub href: String,
    pub name: Words,
    pub about: Words,
    pub test: bool,
    /// When it is due, where `about` does not tell.
    pub clock: Option<Clock>,
    due: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
}

impl Line {
    fn new(viewer: &Viewer<Member>, queue: &'static Queue, one: &Waiting, days: i32) -> Self {
        let due = due(queue, one, days);
        let below = (queue.answered_at)(&viewer.identity, one);
        Self {
            queue,
            href: viewer.url(&format!("{}/{}{below}", queue.section, one.id)),
            name: if one.name.is_empty() { t!("No partner yet") } else { Words::data(&one.name) },
            about: (queue.about)(one, shown_now()),
            test: one.environment.is_test(),
            clock: due.filter(|_| queue.due != Due::Told).map(|due| Clock::new(viewer.zone(), one.at, due)),
            due,
            at: one.at,
        }
    }
}

/// What waits under one heading, what is due first first.
pub struct Group {
    pub band: Band,
    pub figure: Apart,
    /// The page that lists all of it.
    pub href: String,
    /// Whether it has more than Home shows.
    pub goes_on: bool,
    pub lines: Vec<Line>,
}

/// How many lines of each Home shows.
const SHOWN: usize = 8;

impl Group {
    /// The first few.
    pub fn first(&self) -> &[Line] {
        self.lines.get(..SHOWN).unwrap_or(&self.lines)
    }

    fn of(viewer: &Viewer<Member>, band: Band, mut lines: Vec<Line>, beyond: &[(Band, bool)]) -> Option<Self> {
        if lines.is_empty() {
            return None;
        }
        lines.sort_by(|one, other| (one.due, one.at, &one.href).cmp(&(other.due, other.at, &other.href)));
        // a queue that goes on behind what is counted goes on in this band, or in a later one
        let total = |test: bool| {
            let listed = lines.iter().filter(|line| line.test == test).count() as i64;
            let more = beyond.iter().any(|(from, of)| *from <= band && *of == test);
            Total::of(listed + i64::from(more), listed)
        };
        let figure = Apart::of([(Environment::Production, total(false)), (Environment::Test, total(true))]);
        let goes_on = lines.len() > SHOWN || beyond.iter().any(|(from, _)| *from <= band);
        Some(Self { band, figure, href: viewer.url(&format!("{TO_DO}?when={}", band.key())), goes_on, lines })
    }
}

/// What of all that waits is listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Only {
    pub when: Option<Band>,
    /// The name of a queue.
    pub of: Option<&'static str>,
}

impl Only {
    /// As an address says it.
    pub fn asked(query: &str, queues: &[&'static Queue]) -> Self {
        let pairs = typed::parameters(query);
        let value = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str());
        let queue = |name: &str| queues.iter().find(|queue| queue.name == name).map(|queue| queue.name);
        Self { when: value("when").and_then(Band::from_key), of: value("of").and_then(queue) }
    }
}

/// All that waits, under its headings in their order.
pub fn groups(
    viewer: &Viewer<Member>,
    queues: &[&'static Queue],
    piles: &HashMap<&'static str, Pile>,
    days: i32,
    only: Only,
) -> Vec<Group> {
    let (now, zone) = (viewer.now(), viewer.zone());
    let mut lines: HashMap<Band, Vec<Line>> = HashMap::new();
    let mut beyond: Vec<(Band, bool)> = Vec::new();
    for queue in queues.iter().copied().filter(|queue| only.of.is_none_or(|name| name == queue.name)) {
        let Some(pile) = piles.get(queue.name) else { continue };
        for one in &pile.rows {
            let line = Line::new(viewer, queue, one, days);
            lines.entry(Band::of(line.due, now, zone)).or_default().push(line);
        }
        let from = |one: &Waiting| (Band::of(due(queue, one, days), now, zone), one.environment.is_test());
        beyond.extend(pile.beyond.iter().map(from));
    }
    let bands = Band::ALL.iter().copied().filter(|band| only.when.is_none_or(|when| when == *band));
    bands.filter_map(|band| Group::of(viewer, band, lines.remove(&band).unwrap_or_default(), &beyond)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_and_ends_where_the_person_is() {
        // Saturday morning in Berlin
        let now = at("2026-11-28T08:00:00Z");
        let berlin = Zone::named("Europe/Berlin");
        for (due, band) in [
            ("2026-11-28T07:59:59Z", Band::Overdue),
            ("2026-11-28T08:00:00Z", Band::Today),
            ("2026-11-28T22:59:59Z", Band::Today),
            ("2026-11-28T23:00:00Z", Band::Week),
            ("2026-12-04T22:59:59Z", Band::Week),
            ("2026-12-04T23:00:00Z", Band::Later),
            ("2027-11-28T08:00:00Z", Band::Later),
        ] {
            assert_eq!(Band::of(Some(at(due)), now, berlin), band, "{due}");
        }
        assert_eq!(Band::of(Some(at("2026-11-28T23:30:00Z")), now, Zone::UTC), Band::Today);
        assert_eq!(Band::of(None, now, berlin), Band::Undated);
    }

    #[test]
    fn an_address_asks_for_a_heading_a_queue_or_both_and_whatever_else_it_says_is_nothing() {
        let queues: Vec<&'static Queue> = crate::modules::ALL.iter().flat_map(|module| module.queues).collect();
        let asked = |query: &str| {
            let only = Only::asked(query, &queues);
            (only.when, only.of)
        };
        assert_eq!(asked("when=overdue&of=fulfil"), (Some(Band::Overdue), Some("fulfil")));
        assert_eq!(asked("of=end"), (None, Some("end")));
        assert_eq!(asked("when=never&of=nobody&x"), (None, None));
        assert_eq!(Only::asked("of=fulfil", &[]).of, None, "what does not wait for the person is no queue of theirs");
    }
}
