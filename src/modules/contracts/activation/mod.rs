//! The invitee's way in.

pub mod pages;
