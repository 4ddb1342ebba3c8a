//! One statement over all modules' objects.

use diesel::{QueryableByName, RunQueryDsl as _, sql_types::Text};

use crate::{
    kit::{actor::Permission, db::Read, problem::Result, statement::statement},
    manifest::Find,
};

/// How many of each section are shown.
pub const SHOWN: usize = 5;

/// Something that was found.
#[derive(Debug, QueryableByName)]
pub struct Found {
    #[diesel(sql_type = Text)]
    pub section: String,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// What holds `text` of the sections of `finds`, one more of each than is shown.
pub fn found<P: Permission>(read: &mut Read<'_, P>, finds: &[&'static Find], text: &str) -> Result<Vec<Found>> {
    let role = read.actor.identity.company.role;
    let parts: Vec<String> = finds
        .iter()
        .map(|find| (find.section, (find.rows)(role)))
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(section, rows)| {
            format!("(SELECT '{section}' AS section, w.id, w.name FROM ({rows} LIMIT {}) w)", SHOWN + 1)
        })
        .collect();
    if parts.is_empty() || text.is_empty() {
        return Ok(Vec::new());
    }
    Ok(statement(parts.join(" UNION ALL "))
        .planned_anew(true)
        .bind::<Text, _>(read.actor.account())
        .bind::<Text, _>(text)
        .load(read.conn)?)
}
