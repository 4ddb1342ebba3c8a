//! What is billed: the one place that says so.

/// Rows of `used` that are billed, as `file_id, subscription_id, item_id, currency, quantity, amount`. `f` are the files whose usage `used` has, with
/// status and ID of the bill.
///
/// A file is billed as a whole: once it is closed, or accepted with the ID of a bill. Records that are billed one by one are to be added here, by
/// a further `UNION ALL` over those of files that are not billed as a whole.
pub(super) const BILLED: &str = "SELECT u.file_id, u.subscription_id, u.item_id, u.currency, u.quantity, u.amount FROM used u \
    JOIN f ON f.id = u.file_id WHERE f.status = 'closed' OR f.status = 'accepted' AND f.billing_reference <> ''";
