//! What is given to make a group, and to change one.

use crate::{
    input,
    kit::input::kinds::{Line, Sentences, Several},
    modules::people::areas,
};

input! {
    /// What a group is called.
    pub struct General, DraftGeneral {
        "" {
            name: String = Line(32), "Name", at "name", missing "Enter a name";
            description: String = Sentences(512, 2), "Description", at "description", hint "Who belongs to it, for your colleagues.";
        }
    }
}

input! {
    /// What its members may do.
    pub struct Scope, DraftScope {
        "" {
            permissions: Vec<String> = Several { picks: areas::picks, wrong: "Choose permissions from the list" }, "Permissions",
                at "permissions";
        }
    }
}
