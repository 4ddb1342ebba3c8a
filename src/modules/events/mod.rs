//! The audit trail as people read it.
