//! What becomes of open requests when whoever works on them leaves the company: a colleague gets them, or nobody. Closed ones keep who worked
//! on them.

use diesel::{
    PgConnection,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};

use super::{Assigned, Standing};
use crate::{
    access::identity,
    kit::{
        actor::{Identity, Member, Permission},
        choice::Choice,
        db::{System, Tx},
        event::Event,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::people::leaving::{Leaves, Left},
};

/// What is open and assigned to the person `$1` at the company `$2`; `company` is the column of the company that works through the queue.
fn assigned<Q: Assigned>(company: &'static str) -> String {
    let open = <Q::Status as Choice>::ALL.iter().filter(|status| Standing::open(**status));
    let open: Vec<&str> = open.map(|status| Choice::key(*status)).collect();
    let open = open.join("', '");
    format!("assignee_id = $1 AND {company} = $2 AND status IN ('{open}')")
}

/// How many open requests are assigned to whoever leaves.
pub fn held<Q: Assigned>(conn: &mut PgConnection, company: &'static str, leaves: &Leaves) -> Result<usize> {
    let text = format!("SELECT count(*) FROM {} WHERE {}", Q::TABLE, assigned::<Q>(company));
    let count =
        statement(text).bind::<Text, _>(&leaves.user).bind::<Text, _>(&leaves.account).value::<BigInt, i64>(conn)?;
    usize::try_from(count).map_err(Problem::internal)
}

/// The heir, if this colleague may work through the queue.
fn able<Q: Assigned>(tx: &mut Tx<'_, System>, left: &Left) -> Result<Option<Identity>> {
    let Some(heir) = &left.heir else { return Ok(None) };
    let heir = identity::load(tx.conn, heir, &left.account)?;
    Ok(Some(heir).filter(<Q::Process as Permission>::held_by))
}

/// Hands on what is open, each with its event.
pub fn hand_on<Q: Assigned>(tx: &mut Tx<'_, System>, company: &'static str, left: &Left) -> Result<()> {
    let heir = able::<Q>(tx, left)?;
    let text = format!(
        "UPDATE {} SET assignee_id = $3, updated_at = $4 WHERE {} RETURNING id",
        Q::TABLE,
        assigned::<Q>(company)
    );
    let handed = statement(text)
        .bind::<Text, _>(&left.user)
        .bind::<Text, _>(&left.account)
        .bind::<Nullable<Text>, _>(heir.as_ref().map(|heir| &heir.person.id))
        .bind::<Timestamptz, _>(tx.at)
        .values::<Text, String>(tx.conn)?;
    let (_, unassigned) = Q::ASSIGNED;
    let (name, note) = match &heir {
        Some(heir) => (Q::HANDED_ON, heir.person.name.clone()),
        None => (unassigned, String::new()),
    };
    tx.on_behalf::<Member, _>(left.by.clone(), "", |tx| {
        tx.record_all(handed.iter().map(|id| Event::new(name, id).note(note.as_str()).private()))
    })
}
