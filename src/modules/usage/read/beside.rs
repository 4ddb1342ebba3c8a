//! What is told of a report beside its rows: how it was read, what people may not have seen of it, and what was left out.

use std::io::{Read, Seek};

use serde::{Deserialize, Serialize};

use super::{
    super::{
        fault::{Code, Fault},
        mapping::exact::Exact,
    },
    number,
};
use crate::{
    kit::words::{Figure, Words},
    modules::customers::imports::read::{Encoding, Package, Raw, letters},
    t,
};

/// What is told of the cells that numbers were taken from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// Cells of which digits were left out that are noise.
    pub rounded: u32,
    /// Cells that are shown as dates, of which the number was taken that they hold.
    pub dated: u32,
}

impl Numbers {
    pub fn look_at(&mut self, cell: &Raw) {
        let Some(value) = cell.number() else { return };
        self.rounded += u32::from(number::has_noise(value));
        self.dated += u32::from(!matches!(cell, Raw::Number { .. }));
    }
}

/// A cell of a sheet, by its column and its row.
pub type Place = (u16, u32);

/// A cell as spreadsheet programs name it: `C7`.
pub fn named(place: Place) -> String {
    format!("{}{}", letters(place.0), place.1)
}

/// What is to be told of a report beside its rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Beside {
    /// Rows that are hidden; they are read like all others.
    pub hidden: u32,
    /// What the hidden rows come to, where amounts are added up.
    pub hidden_amount: Option<Exact>,
    /// The first cell with something in it that lies beyond the columns that are read.
    pub beyond: Option<Place>,
    /// It was read as Windows-1252, which no file says of itself.
    pub western: bool,
    pub numbers: Numbers,
}

impl Beside {
    /// What a sheet has beside the rows that were read of it.
    pub fn of_sheet(package: &Package<impl Read + Seek>) -> Self {
        Self { hidden: package.hidden, beyond: package.beyond, ..Self::default() }
    }

    /// The same with what hidden rows come to, if there are any.
    pub fn carrying(self, amount: Option<Exact>) -> Self {
        Self { hidden_amount: amount.filter(|_| self.hidden > 0), ..self }
    }

    /// That there is no record, and what was found in its place.
    pub fn empty(&self) -> Vec<Fault> {
        vec![Fault::of_row(Code::Empty, self.beyond.map(named).unwrap_or_default())]
    }

    /// That hidden rows were read, and what they come to in this currency.
    pub fn about_hidden(&self, currency: Option<&String>) -> Option<Words> {
        let hidden = usize::try_from(self.hidden).ok().filter(|hidden| *hidden > 0)?;
        Some(match self.hidden_amount.zip(currency) {
            Some((amount, currency)) => t!(
                "{n} hidden row was read like all others ({amount} {currency})."
                    | "{n} hidden rows were read like all others ({amount} {currency}).",
                hidden,
                amount = Figure::money(amount, currency),
                currency
            ),
            None => {
                t!("{n} hidden row was read like all others." | "{n} hidden rows were read like all others.", hidden)
            }
        })
    }

    /// That something lies where nothing is read.
    pub fn about_beyond(&self) -> Option<Words> {
        let cell = named(self.beyond?);
        Some(t!("The cell {cell} is beyond the 512 columns that are read, and was left out.", cell))
    }

    /// What is told of numbers that look like dates, and nothing else.
    pub fn dated(self) -> Self {
        Self { numbers: Numbers { dated: self.numbers.dated, ..Numbers::default() }, ..Self::default() }
    }

    pub fn written(encoding: Encoding) -> Self {
        Self { western: encoding == Encoding::Windows1252, ..Self::default() }
    }
}
