//! The audit trail as people read it.

pub mod faster;
pub mod store;
pub mod told;
pub mod trail;

pub use faster::named;
pub use store::{Entry, history, latest};
pub use trail::{Asked, Trail, trail};
