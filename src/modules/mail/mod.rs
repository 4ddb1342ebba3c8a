//! Mail: queued in the transaction of the act that causes it, sent by a job, never with a secret at rest.

pub mod outbox;

pub use outbox::{Mail, queue};
