//! The invitee's way in: an activation link, Review, Create user, Create account, Activate.
//!
//! The link's GET is harmless and hands its secret over to a cookie. Answers live in an attempt, one for each contract
//! and browser. Everything that counts is made together at Activate.

pub mod actions;
pub mod codes;
pub mod forms;
pub mod handing_over;
pub mod invitation;
pub mod openers;
pub mod openings;
pub mod pages;
pub mod passes;
pub mod reserved;
pub mod signing_first;
pub mod store;

pub use store::{Progress, progress};
