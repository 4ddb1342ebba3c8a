//! Mail: queued in the transaction of the act that causes it, sent by a job, never with a secret at rest.

pub mod address;
pub mod letter;
pub mod letters;
mod message;
pub mod outbox;
pub mod reminders;
pub mod sender;

pub use outbox::{Mail, queue};
