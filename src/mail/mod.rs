//! Mail: queued in the transaction of the act that causes it, sent by a job, never with a secret at rest. Which letters there are, where
//! they lead and what they say is known to the modules: each of theirs is a [`Letter`].

pub mod address;
pub mod letter;
pub mod letterhead;
mod message;
pub mod notice;
pub mod outbox;
pub mod reminders;
pub mod sender;
pub mod tell;
pub mod written;

pub use letter::{Concern, Desk, Letter, Letters, Place, Sort};
pub use notice::{Called, Notice, Pace, Way};
pub use outbox::{put, queue, queue_and_name};
pub use tell::{tell, tell_all, tell_one};
