//! Agreements of the demo, in Markdown. They are samples and no legal advice.

pub const SERVICE_1: &str = "\
# Tutorial Agreement

Between Mighty Mick's LLC (\"we\") and the reseller that signs it (\"you\").

## 1. What this is about

You offer products that we distribute to customers of your own, in your own name.

## 2. Orders

You place orders in your Reseller Portal. An order binds you once the vendor has accepted it.

## 3. Prices and payment

We invoice monthly. You pay within 30 days of the invoice's date.

## 4. Your customers' data

You send us only what a vendor needs to deliver, and you tell your customers so.

## 5. End

Either of us may end this agreement with 60 days' notice. What was ordered before is delivered and paid for.
";

pub const SERVICE_2: &str = "\
# Tutorial Agreement

Between Mighty Mick's LLC (\"we\") and the reseller that signs it (\"you\").

## 1. What this is about

You offer products that we distribute to customers of your own, in your own name.

## 2. Orders

You place orders in your Reseller Portal. An order binds you once the vendor has accepted it. You may cancel an order until then.

## 3. Prices and payment

We invoice monthly. You pay within 14 days of the invoice's date.

## 4. Your customers' data

You send us only what a vendor needs to deliver, and you tell your customers so. You report a loss of such data to us within 24 hours.

## 5. End

Either of us may end this agreement with 30 days' notice. What was ordered before is delivered and paid for.
";

pub const PROGRAM: &str = "\
# Vendor Program

Between Mighty Mick's LLC (\"we\") and the vendor that signs it (\"you\").

## 1. What this is about

You make products; we bring them to market through our resellers.

## 2. Your products

You describe each product truthfully, keep its description current and deliver what was ordered.

## 3. Support

You answer questions of our resellers within two working days.

## 4. End

Either of us may end this agreement with 90 days' notice.
";

pub const PILOT: &str = "\
# Pilot Agreement

For three months you resell a few of our products, without obligation on either side.
";

pub const DISTRIBUTION: &str = "\
# Distribution agreement

1. **What it is for.** The vendor may list its products on the marketplace that this agreement names.
2. **Listing.** The distributor reviews each listing request and answers within five working days.
3. **Orders.** The vendor fulfils what is ordered there within the times that its product states.
4. **Support.** The vendor supports the distributor; the distributor supports its customers.
5. **End.** Either side may end this agreement at the end of a month. Subscriptions that exist are served until they end.
";

/// What Apollo Pulse is.
pub const PULSE: &str = "Trainers see at a glance who works and who rests.

## What you get

- The heart rate of up to 60 people, live
- A colour for each zone, readable across the room
- A summary for each person after the lesson

Works with any chest belt that speaks Bluetooth.
";

/// What a customer of Apollo Pulse reads once its order is fulfilled.
pub const PULSE_ACTIVATION: &str = "## Your screens are ready

Sign in as {{ trainer_email }} and enter this key on each screen:

**{{ license_key }}**
";

/// What Apollo Ring is.
pub const RING: &str = "Everything that happens at the counter of a gym.

- Memberships and trial days
- Payments, reminders and receipts
- Lessons with a waiting list
";
