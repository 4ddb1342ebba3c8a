//! What is billed: the one place that says so.

/// Rows of `used` that are billed, as `file_id, subscription_id, item_id, currency, quantity, amount`. `f` are the files whose usage `used` has, with
/// status and ID of the bill; `of_records` is which records `r` of them `used` has.
///
/// A file is billed as a whole: once it is closed, or accepted with the ID of a bill. Of other accepted files what was closed with its hub is, and
/// records that were closed on their own.
pub(super) fn billed(of_records: &str) -> String {
    let closed_with_its_hub =
        "FROM usage_chunks k WHERE k.file_id = f.id AND k.status = 'closed' AND k.hub_id IS NOT DISTINCT FROM h.hub_id";
    format!(
        "SELECT u.file_id, u.subscription_id, u.item_id, u.currency, u.quantity, u.amount FROM used u \
         JOIN f ON f.id = u.file_id JOIN subscriptions h ON h.id = u.subscription_id \
         WHERE f.status = 'closed' OR f.status = 'accepted' AND (f.billing_reference <> '' OR EXISTS (SELECT {closed_with_its_hub})) \
         UNION ALL SELECT r.file_id, r.subscription_id, r.item_id, f.currency, r.quantity, r.amount FROM f \
         JOIN usage_closings c ON c.file_id = f.id JOIN usage_records r ON r.file_id = c.file_id AND r.number = c.number \
         JOIN subscriptions h ON h.id = r.subscription_id WHERE f.status = 'accepted' AND f.billing_reference = '' \
         AND coalesce(r.tier, 0) = 0 AND {of_records} AND NOT EXISTS (SELECT {closed_with_its_hub})"
    )
}
