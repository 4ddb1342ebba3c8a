//! What is given to hand a company over.

use crate::{
    choice, input,
    kit::{
        actor::User,
        id::Id,
        input::kinds::{IdOf, One},
    },
};

choice! {
    /// What becomes of whoever hands over.
    After without column { Stay = "stay" / "I stay an administrator", Leave = "leave" / "I stop being an administrator" }
}

impl After {
    pub fn about(self) -> &'static str {
        match self {
            Self::Stay => "You can still do everything in this company.",
            Self::Leave => "You keep your other groups, and only they decide what you can do.",
        }
    }
}

input! {
    /// To whom, and what becomes of whoever hands over.
    pub struct Handed, DraftHanded {
        "" {
            to: Id<User> = IdOf::new("Choose a colleague from the list"), "Colleague", at "to", missing "Choose a colleague",
                hint "They become an administrator and can do everything in this company.";
            after: After = One::cards("Choose your role").about(After::about), "Your role", at "after", missing "Choose your role";
        }
    }
}
