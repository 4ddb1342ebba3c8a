//! What the owner of a marketplace says of a chunk.

use crate::{input, kit::input::kinds::Key};

input! {
    /// What a chunk is called elsewhere.
    pub struct Naming, NamingDraft {
        "" {
            external_id: String = Key(200), "External ID", at "external_id", hint "The ID in your own system.";
        }
    }
}
