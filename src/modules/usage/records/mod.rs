//! The records of usage files, one by one, as programs read them. A record is a row of its file: who sees it, where it stands and what it is
//! called by are read off its file, and none of them is stored with it.

pub mod api;
pub mod published;
