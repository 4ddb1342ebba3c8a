//! Machinery that knows no business: everything above is built from these words.

pub mod actor;
pub mod acts;
pub mod choice;
pub mod confirm;
pub mod db;
pub mod effect;
pub mod event;
pub mod export;
pub mod fields;
pub mod form;
pub mod form_page;
pub mod grid;
pub mod held;
pub mod id;
pub mod lifecycle;
pub mod markup;
pub mod page;
pub mod problem;
pub mod recent;
pub mod secret;
pub mod shown;
pub mod time;
pub mod typed;
pub mod visit;
pub mod wizard;
