//! What a mapping for a report might be, by the names of its columns: something to begin with, which a person completes.

use super::{
    super::read::{Heading, folded},
    data::Mapping,
};
use crate::kit::{choice::Choice as _, input::Input as _};

/// Names of columns for the same thing, the usual ones first. Amounts with taxes are none of them.
const NAMES: [(&str, &[&str]); 6] = [
    ("quantity", &["quantity", "qty", "units", "billablequantity", "consumedquantity", "usagequantity", "usage"]),
    (
        "amount",
        &[
            "amount",
            "cost",
            "subtotal",
            "extprice",
            "extendedprice",
            "billedcost",
            "unblendedcost",
            "netamount",
            "charge",
        ],
    ),
    (
        "start_time_utc",
        &["start", "from", "startdate", "starttime", "chargestartdate", "usagestartdate", "chargeperiodstart"],
    ),
    ("end_time_utc", &["end", "to", "enddate", "endtime", "chargeenddate", "usageenddate", "chargeperiodend"]),
    ("item_search_value", &["sku", "mpn", "itemmpn", "productid", "productcode", "skuid", "partnumber", "itemcode"]),
    (
        "asset_search_value",
        &[
            "subscriptionid",
            "subscription",
            "assetid",
            "externalid",
            "customerid",
            "customer",
            "tenantid",
            "tenant",
            "accountid",
            "account",
        ],
    ),
];

/// Names of columns that identify a row.
const IDS: [&str; 7] = ["recordid", "id", "lineid", "referenceid", "transactionid", "usageid", "eventid"];
/// Names of columns that say what a row is.
const TYPES: [&str; 5] = ["chargetype", "linetype", "lineitemtype", "chargecategory", "type"];
const CURRENCIES: [&str; 2] = ["currency", "billingcurrency"];

/// The column of the standard format that others usually give this name, as names are compared.
pub fn usual(word: &str) -> Option<&'static str> {
    NAMES.iter().find(|(_, names)| names.contains(&word)).map(|(field, _)| *field)
}

/// The fields of a mapping for a report with these columns. Columns of the standard format are taken as they are.
pub fn fields(columns: &[String]) -> Vec<(&'static str, String)> {
    let find = |names: &[&str]| {
        // a prefix in front of a name, such as line_item_, is not told from a name
        let exact = names.iter().find_map(|name| columns.iter().find(|column| folded(column) == *name));
        exact.or_else(|| {
            names.iter().find_map(|name| columns.iter().find(|column| name.len() > 4 && folded(column).ends_with(name)))
        })
    };
    let mut fields: Vec<(&'static str, String)> = Vec::new();
    for heading in Heading::ALL.iter().filter(|heading| Mapping::TABLE.iter().any(|entry| entry.name == heading.key()))
    {
        if let Some(column) = columns.iter().find(|column| folded(column) == folded(heading.key())) {
            fields.push((heading.key(), format!("{{{column}}}")));
        }
    }
    for (field, names) in NAMES {
        if let Some(column) = find(names).filter(|_| !fields.iter().any(|(known, _)| *known == field)) {
            fields.push((field, format!("{{{column}}}")));
        }
    }
    if let Some(column) = find(&IDS).filter(|_| !fields.iter().any(|(known, _)| *known == "record_id")) {
        fields.push(("record_id", format!("{{{column}}}")));
    }
    if !fields.iter().any(|(known, _)| *known == "asset_search_criteria") {
        fields.push(("asset_search_criteria", "asset.external_id".to_owned()));
    }
    if let Some(column) = find(&CURRENCIES) {
        fields.push(("currency_column", column.clone()));
    }
    // what a row is says a person; until then a row of a kind that nobody named is an error
    match find(&TYPES) {
        Some(column) => fields.push(("rules", format!("charge: {column} = Usage"))),
        None => fields.push(("rules", "charge: *".to_owned())),
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_guessed_by_what_they_are_usually_called() {
        let columns =
            ["Customer", "Qty", "Ext Price", "Grand Total", "SKU", "Charge Start Date", "Charge Type", "Reference ID"];
        let fields = fields(&columns.map(str::to_owned));
        let of = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str());
        assert_eq!(of("quantity"), Some("{Qty}"));
        assert_eq!(of("amount"), Some("{Ext Price}"));
        assert_eq!(of("item_search_value"), Some("{SKU}"));
        assert_eq!(of("asset_search_value"), Some("{Customer}"));
        assert_eq!(of("record_id"), Some("{Reference ID}"));
        assert_eq!(of("rules"), Some("charge: Charge Type = Usage"));
        assert_eq!(of("end_time_utc"), None, "what is not there is not guessed");
    }
}
