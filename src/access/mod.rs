//! How a request becomes an actor: sign-in, sessions, passwords, the choice of an account.

pub mod call;
pub mod extract;
pub mod factors;
mod hashing;
pub mod identity;
pub mod known;
pub mod letters;
pub mod linked;
pub mod manifest;
pub mod networks;
pub mod pages;
pub mod password;
pub mod places;
pub mod profile;
pub mod proof;
pub mod providers;
pub mod reset;
pub mod sessions;
pub mod sign_in;
pub mod throttle;
pub mod token;
