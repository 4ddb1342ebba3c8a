//! Screens of distribution: the owner's, the vendor's, and the conversation of both.

mod owner;
mod talk;
mod vendor;

use actix_web::web;

pub use self::{owner::screens as owner, talk::screens as talk, vendor::screens as vendor};
use crate::{
    kit::{
        id::Id,
        problem::{Problem, Result},
    },
    modules::agreements::Agreement,
};

type OfObject = web::Path<(String, String)>;

fn agreement(text: &str) -> Result<Id<Agreement>> {
    text.parse().map_err(|_| Problem::NotFound)
}
