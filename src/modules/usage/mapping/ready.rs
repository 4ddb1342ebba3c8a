//! Mappings that are there without anybody making them: of a published format, and of reports that many vendors have.

use super::data::Mapping;
use crate::{
    choice,
    kit::{choice::Choice as _, input::Input as _},
};

choice! {
    /// A report whose columns are known.
    Ready without column {
        Focus = "focus" / "FOCUS 1.x",
        Aws = "aws" / "AWS Cost and Usage Report",
        Nce = "nce" / "Microsoft NCE reconciliation",
        Adobe = "adobe" / "Adobe invoice",
    }
}

impl Ready {
    /// The fields of its mapping that differ from an empty one.
    fn fields(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // rows have no id, and come by the hour: a record is what one customer used of one thing in one unit
            Self::Focus => &[
                ("currency_column", "BillingCurrency"),
                (
                    "record_id",
                    "{file.month}/{SubAccountId|BillingAccountId}/{SkuId|SkuMeter|ServiceName}/{ConsumedUnit|PricingUnit|\"-\"}",
                ),
                ("record_note", "{ServiceName}"),
                ("item_search_value", "{SkuId|SkuMeter|ServiceName}"),
                ("quantity", "{ConsumedQuantity|PricingQuantity|\"1\"}"),
                ("amount", "{BilledCost}"),
                ("start_time_utc", "{ChargePeriodStart}"),
                ("end_time_utc", "{ChargePeriodEnd}"),
                ("asset_search_criteria", "asset.external_id"),
                ("asset_search_value", "{SubAccountId|BillingAccountId}"),
                ("own", "v.service_category = {ServiceCategory}"),
                (
                    "rules",
                    "exclude Tax: ChargeCategory = Tax\nreversal: ChargeClass = Correction\n\
                     reversal: ChargeCategory = Credit, Adjustment\ncharge: ChargeCategory = Usage, Purchase",
                ),
                ("group_by", "SubAccountId|BillingAccountId\nSkuId|SkuMeter|ServiceName\nConsumedUnit|PricingUnit"),
                ("decimals", "8"),
            ],
            Self::Aws => &[
                ("record_id", "{file.month}/{line_item_usage_account_id}/{line_item_product_code}"),
                ("record_note", "{product_product_name}"),
                ("item_search_value", "{line_item_product_code}"),
                ("quantity", "1"),
                ("amount", "{line_item_unblended_cost}"),
                ("asset_search_criteria", "parameter.account_id"),
                ("asset_search_value", "{line_item_usage_account_id}"),
                (
                    "rules",
                    "charge: line_item_line_item_type = Usage, Fee, RIFee\nexclude Tax: line_item_line_item_type = Tax\n\
                     reversal: line_item_line_item_type = Credit, Refund",
                ),
                ("group_by", "line_item_usage_account_id\nline_item_product_code"),
                ("together", "one"),
                ("decimals", "8"),
            ],
            // a charge is for a term that began before the file's period: what is billed now counts for now
            Self::Nce => &[
                ("currency_column", "Currency"),
                ("record_id", "{InvoiceNumber}-{ReferenceId}"),
                ("record_note", "{SkuName}"),
                ("item_search_value", "{ProductId}:{SkuId}:{AvailabilityId}"),
                ("quantity", "{BillableQuantity}"),
                ("amount", "{Subtotal}"),
                ("asset_search_criteria", "asset.external_id"),
                ("asset_search_value", "{SubscriptionId}"),
                (
                    "own",
                    "v.charge_start = {ChargeStartDate}\nv.charge_end = {ChargeEndDate}\nv.customer = {CustomerName}\nv.mpn_id = {MpnId}",
                ),
                (
                    "rules",
                    "charge: ChargeType = cycleCharge, renew, newSubscription\nreversal: ChargeType = cancelSubscription",
                ),
            ],
            Self::Adobe => &[
                ("sheet", "Line Items"),
                ("currency_column", "Currency"),
                ("record_id", "{Order Number}-{Line Item}"),
                ("record_note", "{Product Description}"),
                ("item_search_value", "{SKU}"),
                ("quantity", "{Quantity}"),
                ("amount", "{Ext Price}"),
                ("asset_search_criteria", "parameter.subscription_id"),
                ("asset_search_value", "{Subscription ID}"),
                (
                    "own",
                    "v.charge_start = {Charge Start Date}\nv.charge_end = {Charge End Date}\nv.market_segment = {Market Segment}\n\
                     v.billing_cycle = {Billing Cycle}",
                ),
                ("rules", "charge: Charge Type = NEW, RENEWAL, COTERM\nreversal: Charge Type = CANCELLATION"),
            ],
        }
    }

    /// Its mapping.
    pub fn mapping(self) -> Option<Mapping> {
        Mapping::read(&filled(self.fields())).ok()
    }
}

/// The fields of a mapping where only some are known; the others are those of most reports.
pub fn filled(fields: &[(&str, &str)]) -> Vec<String> {
    let usual = |name: &str| match name {
        "separator" => "found",
        "numbers" => "point",
        "dates" => "iso",
        "item_search_criteria" => "item.mpn",
        "start_time_utc" => "{file.start}",
        "end_time_utc" => "{file.end}",
        "rules" => "charge: *",
        "together" => "sum",
        _ => "",
    };
    let known = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    Mapping::TABLE.iter().map(|entry| known(entry.name).unwrap_or_else(|| usual(entry.name)).to_owned()).collect()
}

/// All of them that can be read, which a test says are all.
pub fn all() -> Vec<(Ready, Mapping)> {
    Ready::ALL.iter().filter_map(|ready| Some((*ready, ready.mapping()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_can_be_read() {
        for ready in Ready::ALL {
            let read = Mapping::read(&filled(ready.fields()));
            assert!(read.is_ok(), "{ready}: {:?}", read.err());
            for (name, _) in ready.fields() {
                assert!(Mapping::TABLE.iter().any(|entry| entry.name == *name), "{name}");
            }
        }
        assert_eq!(all().len(), Ready::ALL.len());
    }
}
