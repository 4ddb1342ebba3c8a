//! What the tests share: a database for each, a program over it, people with browsers.

pub mod binds;
pub mod client;
pub mod cluster;
pub mod page;
#[allow(dead_code, reason = "each of the test programs uses its part")]
pub mod pooler;
pub mod port;
#[allow(dead_code, reason = "each of the test programs uses its part")]
pub mod program;
#[allow(dead_code, reason = "each of the test programs uses its part")]
pub mod smtp;
pub mod wire;
pub mod world;

pub use client::{Answer, Client};
pub use world::World;
