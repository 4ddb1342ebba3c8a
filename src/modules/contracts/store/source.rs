//! What a syndication contract is about.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    prelude::OptionalExtension as _,
    sql_types::{Nullable, Text},
};

use crate::{
    kit::{actor::Account, db::Looks, id::Id, problem::Result, statement::statement},
    modules::{
        contracts::Contract,
        ids::{Marketplace, Product},
    },
};

/// The product that a partner sells by a contract, where it is listed, and on which marketplace of its own the partner sells it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Source {
    #[diesel(sql_type = Text)]
    pub product_id: Id<Product>,
    /// By its newest public version.
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Text)]
    pub marketplace_id: Id<Marketplace>,
    #[diesel(sql_type = Text)]
    pub marketplace: String,
    #[diesel(sql_type = Text)]
    pub distributor_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub distributor: String,
    #[diesel(sql_type = Text)]
    pub target_id: Id<Marketplace>,
    #[diesel(sql_type = Text)]
    pub target: String,
    /// The contract by which its issuer itself sells the product.
    #[diesel(sql_type = Nullable<Text>)]
    pub through_id: Option<Id<Contract>>,
}

impl Source {
    /// What the signature binds to, in one line.
    pub fn line(&self) -> String {
        format!(
            "{} {} on {} {} for {} {}",
            self.product_id, self.product, self.marketplace_id, self.marketplace, self.target_id, self.target
        )
    }
}

/// What a contract whose sight was checked is about; none where it is no syndication contract.
pub fn source(look: &mut impl Looks, contract: &Id<Contract>) -> Result<Option<Source>> {
    Ok(statement(
        "SELECT x.product_id, coalesce(v.name, p.id) AS product, x.marketplace_id, m.name AS marketplace, x.distributor_id, \
         d.name AS distributor, x.target_id, t.name AS target, x.through_id FROM contract_sources x \
         JOIN products p ON p.id = x.product_id LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
         JOIN marketplaces m ON m.id = x.marketplace_id JOIN accounts d ON d.id = x.distributor_id \
         JOIN marketplaces t ON t.id = x.target_id WHERE x.contract_id = $1",
    )
    .bind::<Text, _>(contract)
    .get_result(look.conn())
    .optional()?)
}
