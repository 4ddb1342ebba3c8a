//! The grid of a company's activity. Its two sides are the events of acts, and those of security.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{View, kinds};
use crate::{
    access::pages::device,
    columns,
    kit::{
        actor::{Role, User},
        caller::Credential,
        choice::Choice as _,
        db::Read,
        grid::{Cell, Filter, FilterKind, Grid, Listing, Shape, Side, Sql},
        id::Id,
        words::Words,
    },
    modules::events::told,
    t,
};

columns! {
    Column by At {
        Event = "event" / "Event";
        At = "at" / "When", sorted "r.at" as Time;
        Who = "who" / "By";
        Note = "note" / "Details";
        Address = "address" / "Address";
        Browser = "browser" / "Browser" (minor);
        Credential = "credential" / "Signed in with" (minor);
    }
}

/// What was done for a company.
pub struct Activity;

impl Grid for Activity {
    type Column = Column;
    const NAME: &'static str = "activity";
    const ALL: &'static str = "All activity";
    const SEARCH: &'static str = "Search by name, object, details or address";
    const FILTERS: &'static [Filter] = &[
        Filter { key: "kind", label: "About", kind: FilterKind::OneOf(kinds::PICKS) },
        Filter { key: "event", label: "Event", kind: FilterKind::Contains },
        Filter { key: "person", label: "Name or ID of who did it", kind: FilterKind::Contains },
        Filter { key: "object", label: "ID of the object", kind: FilterKind::Contains },
        Filter { key: "address", label: "Address", kind: FilterKind::Contains },
        Filter { key: "credential", label: "Signed in with", kind: FilterKind::OneOf(Credential::PICKS) },
        Filter { key: "from", label: "From", kind: FilterKind::From },
        Filter { key: "to", label: "Until", kind: FilterKind::Until },
    ];
}

#[derive(Debug, Clone, QueryableByName)]
pub struct EventCells {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Nothing where it is about who did it.
    #[diesel(sql_type = Text)]
    pub object: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub user_id: Option<Id<User>>,
    #[diesel(sql_type = Text)]
    pub note: String,
    /// Nothing where another did it.
    #[diesel(sql_type = Text)]
    pub address: String,
    /// What the browser or program called itself; nothing where another did it.
    #[diesel(sql_type = Text)]
    agent: String,
    #[diesel(sql_type = Text)]
    credential: String,
    #[diesel(sql_type = Text)]
    cause: String,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

impl EventCells {
    /// What happened.
    pub fn words(&self) -> Words {
        kinds::words(&self.name)
    }

    /// Who did it, by the name of then.
    pub fn who(&self) -> Words {
        match (self.kind.as_str(), self.actor.as_str()) {
            ("system", "operator") => t!("The operator"),
            ("system", _) => Words::data("Entente"),
            (_, "") => t!("Someone not signed in"),
            (_, name) => Words::data(name),
        }
    }

    /// What was said of it, and by what it came when a job did it in a person's name.
    pub fn details(&self) -> Words {
        told::details(&self.name, &self.note, &self.kind, &self.cause)
    }

    /// With which browser, as far as it said so.
    pub fn browser(&self) -> Option<Words> {
        (!self.agent.is_empty()).then(|| device(&self.agent))
    }

    /// By what; nothing where another did it.
    pub fn by(&self) -> Option<Credential> {
        Credential::from_key(&self.credential)
    }
}

crate::row!(EventCells);

/// From where, with which browser and by which credential something was done is told of the company's own people, and of nobody else.
static SHAPE: Shape = Shape {
    sides: &[
        Side::new(
            "(SELECT coalesce(e.account_id, e.concerns_id) AS account_id, 'E' || lpad(e.number::text, 19, '0') AS id, e.at, e.name, \
             split_part(e.name, '.', 1) AS about, e.object, e.actor_kind AS kind, e.actor_name AS actor, e.user_id, e.note, \
             CASE WHEN e.account_id IS NULL THEN '' ELSE e.address END AS address, \
             CASE WHEN e.account_id IS NULL THEN '' ELSE e.agent END AS agent, \
             CASE WHEN e.account_id IS NULL THEN '' ELSE e.credential END AS credential, e.cause, e.search FROM events e)",
            |_| "account_id",
        ),
        Side::new(
            "(SELECT s.account_id, 'S' || lpad(s.number::text, 19, '0') AS id, s.at, s.name, split_part(s.name, '.', 1) AS about, \
             '' AS object, 'member' AS kind, s.actor_name AS actor, s.user_id, s.about AS note, s.address, s.agent, \
             CASE WHEN s.user_id LIKE 'SU-%' THEN 'token' ELSE 'session' END AS credential, '' AS cause, s.search \
             FROM security_events s)",
            |_| "account_id",
        ),
    ],
    cells: "r.id, r.at, r.name, r.object, r.kind, r.actor, r.user_id, r.note, r.address, r.agent, r.credential, r.cause",
    joins: "",
    since: "at",
    status: None,
    choices: &[("credential", "credential")],
    named: &[],
};

impl Listing for Activity {
    type View = View;
    type Cells = EventCells;

    fn shape(_: Role) -> &'static Shape {
        &SHAPE
    }

    fn narrow(sql: &mut Sql, _: &Read<'_, View>, key: &str, values: &[String]) {
        let value = values.first().map_or("", String::as_str);
        let id = value.to_uppercase();
        match key {
            "kind" => {
                sql.push(" AND r.about");
                sql.one_of(&kinds::of(values));
            }
            "event" => {
                let names = kinds::named(value);
                sql.push(" AND r.name = ANY(");
                sql.texts(&names);
                // what they are about says an index
                sql.push(") AND r.about = ANY(");
                sql.texts(&kinds::about(&names));
                sql.push(")");
            }
            "person" if id.parse::<Id<User>>().is_ok() => {
                sql.push(" AND r.user_id = ");
                sql.text(&id);
            }
            "person" => {
                // the index of all words first: the name is among them
                sql.push(" AND r.search");
                sql.contains(value);
                sql.push(" AND folded(r.actor)");
                sql.contains(value);
            }
            "object" => {
                sql.push(" AND r.object = ");
                sql.text(&id);
            }
            "address" => {
                sql.push(" AND r.search");
                sql.contains(value);
                sql.push(" AND folded(r.address)");
                sql.contains(value);
            }
            _ => {}
        }
    }

    fn cell(row: &EventCells, column: Column) -> Cell {
        match column {
            Column::Event if row.object.is_empty() => Cell::Text(row.words().to_string()),
            Column::Event => Cell::Text(format!("{} ({})", row.words(), row.object)),
            Column::At => Cell::At(row.at),
            Column::Who => match &row.user_id {
                Some(id) => Cell::Text(format!("{} ({id})", row.who())),
                None => Cell::Text(row.who().to_string()),
            },
            Column::Note => Cell::Text(row.details().to_string()),
            Column::Address => Cell::Text(row.address.clone()),
            Column::Browser if row.agent.is_empty() => Cell::Empty,
            Column::Browser => Cell::Text(row.agent.clone()),
            Column::Credential => row.by().map_or(Cell::Empty, |by| Cell::Text(by.label().to_owned())),
        }
    }
}
