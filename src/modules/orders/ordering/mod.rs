//! What who orders does: order, change, suspend, resume, cancel, withdraw; the customer's answer; and what the end of a contract does to
//! orders.

pub mod actions;
pub mod asked;
pub mod ending;
mod forms;
pub mod manifest;
pub mod pages;
mod shown;
pub mod withdrawing;
mod wizard;
