//! What people make of grids: saved views, their own or shared, the one to begin with, columns in an order of their own.

pub mod data;
pub mod list;
pub mod manifest;
pub mod pages;
pub mod store;

use crate::kit::{
    actor::Permission,
    grid::{Grid, Listing, Query},
};

/// A list of which people save views: every grid, and a list that is none.
pub trait Viewed: Send + Sync + 'static {
    /// Who sees the list.
    type Sight: Permission;
    /// Its path below the portal's.
    const AT: &'static str;
    /// What its views are kept by.
    const KEY: &'static str;
    /// All of it, in words.
    const ALL: &'static str;

    /// What a query asks of the list, as it is kept.
    fn tidied(query: &str) -> String;
}

impl<L: Listing> Viewed for L {
    type Sight = <L as Listing>::View;
    const AT: &'static str = <L as Grid>::PATH;
    const KEY: &'static str = <L as Grid>::NAME;
    const ALL: &'static str = <L as Grid>::ALL;

    fn tidied(query: &str) -> String {
        Query::<L>::parse(query).text()
    }
}
