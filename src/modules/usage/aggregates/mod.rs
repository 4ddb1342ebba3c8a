//! What has been used of each item of a subscription in all, as programs read it: one row for a subscription and an item that usage was
//! submitted of.

pub mod api;
mod published;
