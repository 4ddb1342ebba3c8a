//! What this module hands to the program.

use super::store;
use crate::manifest::Manifest;

pub const MANIFEST: Manifest = Manifest { keys: &[store::KEYS], ..Manifest::named("views") };
