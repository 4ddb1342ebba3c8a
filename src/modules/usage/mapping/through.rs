//! What an upload is read with, as it is asked for and chosen, and what it should come to.

use std::io::{Read, Seek};

use super::{
    UsageMapping,
    data::Mapping,
    exact::{Exact, NumberFormat},
    ready::{self, Ready},
    source::{self, Fit},
    store::{Chosen, MappingRow},
};
use crate::{
    input,
    kit::{
        choice::Choice as _,
        form::Pick,
        form_page::{Ask, FormPage},
        id::Id,
        input::{
            Form, Kind,
            kinds::{Key, Maybe, Whole},
        },
        typed,
        violation::{Violation, Why, Words},
    },
    modules::{
        customers::imports::read::Raw,
        usage::{MOST_ROWS, store::Control},
    },
};

/// A sum that somebody types.
struct Total;

impl Kind for Total {
    type Value = Exact;

    fn tidy(&self, text: &str) -> String {
        typed::number(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Exact, Why> {
        const WORDS: &str = "Enter a number with digits and a decimal point, such as 1234.56";
        Exact::of(&Raw::Text(text), NumberFormat::Point).ok_or_else(|| Why::new("number", WORDS))
    }

    fn text(&self, value: &Exact) -> String {
        value.to_string()
    }
}

input! {
    /// How a report is read, and what its vendor says that it comes to.
    pub struct Through, ThroughDraft {
        "" {
            mapping: String = Key(20), "Format", at "mapping",
                hint "A mapping reads your own report as it is. By default, it is chosen by the names of the columns.";
            control_rows: Option<i32> = Maybe(Whole(0, MOST_ROWS as i32)), "Rows in your report", at "control_rows",
                hint "If you enter it, the report is only valid when it has this many rows.";
            control_total: Option<Exact> = Maybe(Total), "Total of your report", at "control_total",
                hint "Of the amounts, or of the quantities if it has no amounts. If you enter it, the report is only valid when all its rows, including those that a mapping leaves out, add up to it.";
        }
    }
}

const STANDARD: &str = "standard";

/// Asks for it; `saved` are the vendor's own mappings of the product.
pub fn onto(page: FormPage, form: &Form<Through>, saved: &[MappingRow]) -> FormPage {
    form.onto_asking(page, |entry| {
        if entry.name != "mapping" {
            return Some(entry.asked());
        }
        let fixed =
            [Pick::new("", "Choose by the names of the columns", ""), Pick::new(STANDARD, "Standard format", "")];
        let own = saved.iter().map(|row| Pick::new(row.id.as_str(), Words::data(typed::apart(&row.name)), ""));
        let ready = Ready::ALL.iter().map(|ready| Pick::new(ready.key(), ready.label(), ""));
        Some(Ask::Select(fixed.into_iter().chain(own).chain(ready).collect()))
    })
}

impl Through {
    pub fn control(&self) -> Control {
        Control { rows: self.control_rows, total: self.control_total }
    }

    /// The mapping for a report: the one that was chosen, or that which its columns fit; none for the standard format. Opens the file, so
    /// it belongs on a thread that may take its time.
    ///
    /// # Errors
    /// When several fit, or what was chosen is not there.
    pub fn choose(&self, file: &mut (impl Read + Seek), saved: Vec<MappingRow>) -> Result<Option<Chosen>, Violation> {
        let fail = |why: Why| Err(Violation::new("mapping", why));
        Ok(match self.mapping.as_str() {
            STANDARD => None,
            "" if source::is_standard(file) => None,
            "" => match found(file, saved) {
                Ok(found) => found,
                Err(()) => return fail(Why::new("several", "Several mappings fit this report. Choose one")),
            },
            key => {
                let ready = Ready::from_key(key).and_then(|ready| Some(of_ready(ready, ready.mapping()?)));
                let own = || saved.into_iter().find(|row| row.id.as_str() == key).map(of_row);
                match ready.or_else(own) {
                    Some(chosen) => Some(chosen),
                    None => return fail(Why::new("choice", "Choose a format from the list")),
                }
            }
        })
    }
}

/// By what a form names a choice that was made.
pub fn key_of(chosen: Option<&Chosen>) -> String {
    let Some(chosen) = chosen else { return STANDARD.to_owned() };
    let ready = || Ready::ALL.iter().find(|ready| ready.label() == chosen.name);
    match &chosen.id {
        Some(id) => id.to_string(),
        None => ready().map_or_else(String::new, |ready| ready.key().to_owned()),
    }
}

fn of_row(row: MappingRow) -> Chosen {
    let id: Option<Id<UsageMapping>> = Some(row.id);
    Chosen { id, name: row.name, version: row.version, mapping: row.mapping }
}

fn of_ready(ready: Ready, mapping: Mapping) -> Chosen {
    Chosen { id: None, name: ready.label().to_owned(), version: 1, mapping }
}

/// The mapping whose columns a report has: one of the vendor's own, or else one that is always there. `Err` when several have.
fn found(file: &mut (impl Read + Seek), saved: Vec<MappingRow>) -> Result<Option<Chosen>, ()> {
    let own: Vec<&Mapping> = saved.iter().map(|row| &row.mapping).collect();
    match source::fitting(file, &own) {
        Fit::Several => return Err(()),
        Fit::One(at) => return Ok(saved.into_iter().nth(at).map(of_row)),
        Fit::Nothing => {}
    }
    let ready = ready::all();
    let all: Vec<&Mapping> = ready.iter().map(|(_, mapping)| mapping).collect();
    match source::fitting(file, &all) {
        Fit::Several => Err(()),
        Fit::One(at) => Ok(ready.into_iter().nth(at).map(|(ready, mapping)| of_ready(ready, mapping))),
        Fit::Nothing => Ok(None),
    }
}
