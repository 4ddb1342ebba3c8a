//! How records were billed, for many of them at once: the owner of a marketplace fills it in where the records were downloaded, and sends that
//! back. It is checked when it comes, shown, and applied as a whole or not at all.

pub mod actions;
pub mod api;
pub mod judge;
pub mod pages;
pub mod sheet;
pub mod store;

use crate::{choice, kit::words::Words, t};

choice! {
    /// What becomes of a row.
    Outcome {
        Close = "close" / "Closes the record",
        Change = "change" / "Changes the billing",
        Same = "same" / "Unchanged",
        Error = "error" / "Error",
    }
}

choice! {
    /// Why a row cannot be taken.
    Fault {
        Unknown = "unknown" / "Unknown record",
        Elsewhere = "elsewhere" / "Record of another file",
        NoRecord = "no_record" / "Record ID missing",
        NoBill = "no_bill" / "External billing ID missing",
        Twice = "twice" / "Record repeated",
        Quantity = "quantity" / "Quantity changed",
        Amount = "amount" / "Amount changed",
        Length = "length" / "Text too long",
        Cell = "cell" / "Unreadable value",
        Whole = "whole" / "Closed with its hub or file",
    }
}

/// What is wrong, and what would be right.
pub fn words(fault: Fault, raw: &str, detail: &str) -> Words {
    match fault {
        Fault::Unknown => t!("This file has no record “{raw}”.", raw),
        Fault::Elsewhere => t!("“{raw}” is a record of another file.", raw),
        Fault::NoRecord => t!("Enter the ID of the record, or remove the row."),
        Fault::NoBill => t!("Enter the external billing ID, or remove the note."),
        Fault::Twice => t!("The record “{raw}” is also in row {row}.", raw, row = detail),
        Fault::Quantity => t!("The record has the quantity {quantity}. It cannot be changed.", quantity = detail),
        Fault::Amount => t!("The record has the amount {amount}. It cannot be changed.", amount = detail),
        Fault::Length => t!("“{raw}” is longer than {most} characters.", raw, most = detail),
        Fault::Cell => t!("“{raw}” is not a value. Enter a value.", raw),
        Fault::Whole => {
            t!("The record was closed with its hub or its file, so its billing cannot be changed alone.")
        }
    }
}
