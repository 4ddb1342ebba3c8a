//! What this module hands to the program.

use super::pages;
use crate::manifest::Manifest;

pub const MANIFEST: Manifest = Manifest { public: &[pages::screens], ..Manifest::named("help") };
