//! How the link of a contract reaches its partner: for whom it is meant, sending it by email, reminding, and what became of all that. Its
//! pages are in `pages/deliver.rs`.

pub mod actions;
pub mod letter;
pub mod log;
pub mod revoking;
pub mod store;
