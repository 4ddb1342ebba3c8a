//! Mail: queued in the transaction of the act that causes it, sent by a job, never with a secret at rest. Which letters there are, where
//! they lead and what they say is known to the modules: each of theirs is a [`Letter`].

pub mod address;
pub mod letter;
mod message;
pub mod outbox;
pub mod reminders;
pub mod sender;
pub mod written;

pub use letter::{Concern, Desk, Letter, Letters, Place, Sort};
pub use outbox::{put, queue, queue_and_name, queue_for_holders};
