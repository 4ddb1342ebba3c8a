//! Campaigns: who has signed an agreement's active version, reminding those who have not, and until when they are asked to.

pub mod actions;
pub mod data;
pub mod letters;
pub mod manifest;
pub mod overdue;
pub mod pages;
pub mod sheet;
pub mod store;
