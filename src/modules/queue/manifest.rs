//! What this module hands to the program.

use super::held;
use crate::manifest::{Job, Manifest};

pub const MANIFEST: Manifest = Manifest { jobs: &[Job::Sweep(held::sweep)], ..Manifest::named("queue") };
