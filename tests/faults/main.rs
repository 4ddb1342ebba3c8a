//! `make faults`: what happens when the program or PostgreSQL dies in the middle, and what a scanner makes of it. Slow and rough with the
//! machine, so no part of `make test`.

#[allow(dead_code, unused_imports, reason = "the world in this process is for the other tests")]
#[path = "../support/mod.rs"]
mod support;

mod imports;
mod killed;
mod postgres;
mod scanned;
mod server;
mod usage;
