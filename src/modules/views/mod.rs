//! What people make of grids: saved views, their own or shared, the one to begin with, columns in an order of their own.

pub mod data;
pub mod list;
pub mod pages;
pub mod store;
