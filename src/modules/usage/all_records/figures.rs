//! Records as figures: what files come to by the month of their period, by product and by customer, from the sums that are kept of each file.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Nullable, Text},
};

use super::store::{MONTH, Wanted, files, over};
use crate::{
    choice,
    kit::{db::Read, problem::Result},
};

choice! {
    /// Of what a figure is.
    Sort computed {
        All = "all" / "All",
        Month = "month" / "Month",
        Product = "product" / "Product",
        Customer = "customer" / "Customer",
    }
}

/// What the usage of one thing comes to in one currency. Numbers are texts, exact.
#[derive(Debug, Clone, QueryableByName)]
pub struct Figure {
    #[diesel(sql_type = Text)]
    pub sort: Sort,
    /// A month such as "2026-05", or the id of a product or customer; nothing of all.
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// None of usage that has no amount.
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub records: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
}

/// Products, and customers, that are listed.
pub const LISTED: i64 = 20;

/// What the files that are asked for come to, with the customer's tier. Of products and customers those with the most records, these first.
pub fn of<P>(read: &mut Read<'_, P>, wanted: &Wanted) -> Result<Vec<Figure>> {
    let company = &read.actor.identity.company;
    let files = files(company.role);
    let text = format!(
        "WITH used AS MATERIALIZED (SELECT {MONTH} AS month, f.product_id, f.product_name, s.customer_id, s.customer_name, \
            CASE WHEN t.amount IS NOT NULL THEN f.currency END AS currency, t.records::bigint AS records, t.amount \
            FROM usage_files f JOIN usage_totals t ON t.file_id = f.id JOIN subscriptions s ON s.id = t.subscription_id \
            WHERE {files} AND t.tier <= 0 AND ($15 = '' OR s.customer_id = $15)), \
         summed AS (SELECT CASE GROUPING(u.month, u.product_id, u.customer_id) WHEN 3 THEN 'month' WHEN 5 THEN 'product' \
               WHEN 6 THEN 'customer' ELSE 'all' END AS sort, coalesce(u.month, u.product_id, u.customer_id, '') AS id, \
            CASE GROUPING(u.product_id, u.customer_id) WHEN 1 THEN max(u.product_name) WHEN 2 THEN max(u.customer_name) ELSE '' END AS name, \
            u.currency, sum(u.records)::bigint AS records, trim_scale(sum(u.amount))::text AS amount FROM used u \
            GROUP BY u.currency, GROUPING SETS ((), (u.month), (u.product_id), (u.customer_id))), \
         counted AS (SELECT m.*, sum(m.records) OVER (PARTITION BY m.sort, m.id) AS whole FROM summed m), \
         ranked AS (SELECT c.*, dense_rank() OVER (PARTITION BY c.sort ORDER BY c.whole DESC, c.id) AS place FROM counted c) \
         SELECT r.sort, r.id, r.name, r.currency, r.records, r.amount FROM ranked r \
         WHERE r.place <= {LISTED} ORDER BY r.sort, r.place, r.records DESC, r.currency"
    );
    // all of them are read by company and status, whatever else is asked; only a pattern is planned for what is looked for
    let anew = !wanted.product.is_empty();
    Ok(over(wanted, company.id.as_str(), text).planned_anew(anew).load(read.conn)?)
}
