//! The operations of the published API, by module.

use crate::{
    kit::api::{Operation, described},
    modules,
};

/// Every operation, by its address below [`crate::kit::api::ROOT`].
pub fn operations() -> Vec<Operation> {
    let of_modules = modules::ALL.iter().flat_map(|module| module.operations).flat_map(|operations| operations());
    of_modules.chain([described()]).collect()
}
