//! What people say who enroll.

use crate::{
    input,
    kit::input::kinds::{Text, Tick},
};

input! {
    /// What the vendor is told, and that the referral agreement is accepted.
    pub struct Said, DraftSaid {
        "" {
            note: String = Text(200, 4), "Message to the vendor", at "note", missing "Enter a message to the vendor",
                hint "Shown to the vendor above your agreement. Up to 200 characters.";
            accept: bool = Tick, "I have read and accepted the agreement", at "accept",
                missing "Confirm that you have read and accepted the agreement";
        }
    }
}
