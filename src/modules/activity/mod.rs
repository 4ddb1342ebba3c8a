//! What was done for a company: by its people, its tokens and its jobs, and what belongs to its security. What partners did to an object
//! stands in the object's own history.

pub mod grid;
pub mod kinds;
pub mod manifest;
pub mod pages;

use crate::kit::actor::{Identity, Permission};

/// The permission to see all that the company's people do.
pub const VIEW: &str = "activity.view";

/// See everything that is done for the company.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view the company's activity";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(VIEW)
    }
}
