//! What is said of a campaign.

use chrono::NaiveDate;

use crate::{
    input,
    kit::input::kinds::{Day, Maybe},
};

input! {
    /// Until when the signees of a version are asked to sign it.
    pub struct Deadline, DraftDeadline {
        "" {
            due_on: Option<NaiveDate> = Maybe(Day), "Deadline", at "due_on",
                hint "Your partners see this date. No contract ends because of it. Leave it empty for no deadline.";
        }
    }
}
