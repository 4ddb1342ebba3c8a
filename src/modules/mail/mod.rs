//! Mail: queued in the transaction of the act that causes it, sent by a job, never with a secret at rest.

pub mod letters;
pub mod outbox;
pub mod sender;

pub use outbox::{Mail, queue};
