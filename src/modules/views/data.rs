//! What a saved view is called.

use crate::{
    input,
    kit::input::kinds::{Line, Tick},
};

input! {
    /// What a view is called, and whether colleagues see it.
    pub struct Naming, Draft {
        "" {
            name: String = Line(40), "Name", at "name", missing "Enter a name for the view";
            shared: bool = Tick, "Shared", at "shared";
        }
    }
}
