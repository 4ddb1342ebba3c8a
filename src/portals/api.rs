//! The operations of the published API, by module.

use crate::{
    kit::api::{Operation, described},
    modules::{accounts, customers, marketplaces, products},
};

/// Every operation, by its address below [`crate::kit::api::ROOT`].
pub fn operations() -> Vec<Operation> {
    [
        accounts::api::operations(),
        marketplaces::api::operations(),
        products::api::operations(),
        customers::api::operations(),
        customers::requests::api::operations(),
        vec![described()],
    ]
    .into_iter()
    .flatten()
    .collect()
}
