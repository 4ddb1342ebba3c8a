-- a subscription counts from the effective day of its purchase, not from the instant at which somebody approved it
ALTER TABLE subscriptions DISABLE TRIGGER subscriptions_keep_uses;
UPDATE subscriptions s SET activated_at = r.effective_at
FROM fulfillment_requests r
WHERE r.subscription_id = s.id AND r.type = 'purchase' AND r.status = 'approved' AND r.effective_at < s.activated_at;
ALTER TABLE subscriptions ENABLE TRIGGER subscriptions_keep_uses;
