//! The optional sheet of a workbook that says what the categories are which its records name.

use std::{
    collections::BTreeMap,
    io::{Read, Seek},
};

use super::{Heading, folded, text};
use crate::modules::customers::imports::read::{Complaint, Package, Raw};

/// The sheet's name, without what is between words.
pub const SHEET: &str = "categories";
const MOST: usize = 10_000;

/// Names and descriptions of categories, by their ids.
pub type Categories = BTreeMap<String, (String, String)>;

/// What a workbook says of categories; none when it has no such sheet, or nothing on it.
///
/// # Errors
/// What is wrong with the sheet.
pub fn read(package: &mut Package<impl Read + Seek>) -> Result<Option<Categories>, Complaint> {
    let Some(sheet) = package.sheet_named(&[SHEET])? else { return Ok(None) };
    let mut reading = Reading::default();
    package.rows(&sheet, |number, raw| reading.row(number, raw))?;
    Ok(Some(reading.all).filter(|all| !all.is_empty()))
}

/// Where the columns of the sheet stand.
struct Places {
    id: u16,
    name: u16,
    description: Option<u16>,
}

impl Places {
    /// None of a sheet that has the name and is about something else.
    fn of(header: &[(u16, Raw)]) -> Result<Option<Self>, Complaint> {
        let at = |name: &str| header.iter().find(|(_, cell)| folded(&cell.shown()) == folded(name)).map(|(at, _)| *at);
        let needed = |name: &str| {
            at(name).ok_or_else(|| format!("The sheet {SHEET} has no column {name}. Its first row must name it"))
        };
        let Some(id) = at("category_id") else { return Ok(None) };
        Ok(Some(Self { id, name: needed("category_name")?, description: at("category_description") }))
    }
}

#[derive(Default)]
struct Reading {
    places: Option<Places>,
    all: Categories,
}

impl Reading {
    fn row(&mut self, number: u32, raw: &mut Vec<(u16, Raw)>) -> Result<bool, Complaint> {
        raw.retain(|(_, cell)| !cell.is_blank());
        if raw.is_empty() {
            return Ok(true);
        }
        let Some(places) = &self.places else {
            self.places = Places::of(raw)?;
            return Ok(self.places.is_some());
        };
        let here = |words: String| format!("Row {number} of the sheet {SHEET}: {words}");
        let value = |at: u16| {
            let cell = raw.iter().find(|(column, _)| *column == at).map(|(_, cell)| cell);
            text(Heading::Category, cell).map_err(|fault| here(fault.words().to_string()))
        };
        let (id, name) = (value(places.id)?, value(places.name)?);
        let description = places.description.map(value).transpose()?.unwrap_or_default();
        if id.is_empty() {
            return Err(here("enter a category_id, or remove the row".to_owned()));
        }
        let name = if name.is_empty() { id.clone() } else { name };
        if self.all.len() >= MOST {
            return Err(format!("The sheet {SHEET} can have up to 10,000 rows"));
        }
        match self.all.insert(id.clone(), (name, description)) {
            None => Ok(true),
            Some(_) => Err(here(format!("the category “{id}” is there twice"))),
        }
    }
}
