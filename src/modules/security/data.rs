//! What an administrator says of signing in.

use crate::{accounts::SecondFactor, input, kit::input::kinds::One};

input! {
    /// How a company's people sign in.
    pub struct SigningIn, DraftSigningIn {
        "" {
            second_factor: SecondFactor = One::cards("Choose whether a second factor is required").about(SecondFactor::about),
                "Second factor", at "second_factor", missing "Choose whether a second factor is required",
                hint "After the password, people enter a code from an authenticator app.";
        }
    }
}
