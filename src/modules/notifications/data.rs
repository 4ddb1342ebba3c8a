//! What is given to say who is told of what, and how mails begin and end.

use crate::{
    accounts::Group,
    input,
    kit::{
        id::Id,
        input::kinds::{IdsOf, One, Text},
    },
    mail::{Way, letterhead::Letterhead},
};

input! {
    /// What a company says of one sort of event.
    pub struct Ruling, DraftRuling {
        "" {
            way: Way = One::cards("Choose how people are told"), "How people are told", at "way", missing "Choose how people are told";
            groups: Vec<Id<Group>> = IdsOf::new("Choose groups from the list"), "Groups", at "groups",
                hint "If you choose none, everyone whose groups let them act on it is told. Members of a chosen group are told only if they can view it.";
        }
    }
}

input! {
    /// How a company's mails begin and end.
    pub struct Around, DraftAround {
        "" {
            opening: String = Text(300, 3), "Opening", at "opening",
                hint "Shown above the message, up to 300 characters.";
            closing: String = Text(500, 4), "Signature", at "closing",
                hint "Shown below the message, up to 500 characters, such as your company's name and address.";
        }
    }
}

impl From<Around> for Letterhead {
    fn from(said: Around) -> Self {
        Self { opening: said.opening, closing: said.closing }
    }
}

impl From<Letterhead> for Around {
    fn from(kept: Letterhead) -> Self {
        Self { opening: kept.opening, closing: kept.closing }
    }
}
