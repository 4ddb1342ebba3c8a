//! Who acts on a request of an order.

use crate::{
    choice,
    kit::{actor::Account, id::Id},
};

choice! {
    /// An actor's part: who ordered, the vendor, whose marketplace it is, the customer (or the reseller, of a tier) by a form's link,
    /// or a rule of the program.
    Part without column {
        Buyer = "buyer" / "Buyer",
        Vendor = "vendor" / "Vendor",
        Distributor = "distributor" / "Distributor",
        Customer = "customer" / "Customer",
        System = "system" / "Entente",
    }
}

impl Part {
    /// A company's parts in what `buyer` ordered of `vendor`; in preview a vendor has both.
    pub fn of(company: &Id<Account>, vendor: &Id<Account>, buyer: &Id<Account>) -> Vec<Self> {
        let sells = (company == vendor).then_some(Self::Vendor);
        sells.into_iter().chain((company == buyer).then_some(Self::Buyer)).collect()
    }
}
