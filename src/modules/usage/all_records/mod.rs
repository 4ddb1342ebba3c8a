//! The records of all files of a company in one list, with what those that are asked for come to. Who sees a record follows from its file.

mod asked;
mod figures;
mod files;
pub mod manifest;
mod overview;
mod pages;
mod store;

pub use pages::of_item;
