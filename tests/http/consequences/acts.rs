//! Every act that ends something: how one comes to its page, and that it does what the page promised.

use std::{collections::BTreeSet, panic::AssertUnwindSafe};

use actix_web::http::Method;
use entente::{
    kit::{actor::Role, choice::Choice as _},
    portals::{self, public},
};
use futures_util::FutureExt as _;

use super::keeps;
use crate::{
    access::{Drawn, address},
    agreements, contracts, factors, imports, listings,
    orders::{act, at_vendor, in_use, made, waiting},
    products::png,
    referral, renewal, sso,
    support::{
        Answer, Client, World,
        client::selector,
        world::{ACREED, CHAMPIONS, CORNER, MICKS, PENDING, PULSE, SIGNED, TOKENS},
    },
    tiers,
};

const AUTO: &str = "AGD-284-437-563";
const ENROLLED: &str = "CRD-58966-76817-84694";

/// The acts, by their routes, each with the events that are the act itself and not one of its consequences.
const ACTS: &[(&str, &[&str])] = &[
    ("/contracts/{id}/terminate", &["contract.terminated"]),
    ("/contracts/{id}/delete", &["contract.deleted"]),
    ("/contracts/{id}/revoke", &["contract.link_revoked"]),
    ("/contracts/{id}/reject", &["contract.rejected"]),
    ("/contracts/{id}/decline", &["contract.rejected", "contract.renewal_declined"]),
    ("/contracts/{id}/referral/reject", &["contract.rejected"]),
    ("/contracts/{id}/extension/withdraw", &["contract.extension_withdrawn"]),
    ("/contracts/{id}/extension/decline", &["contract.extension_declined"]),
    ("/activate/{contract}/reject", &["contract.rejected"]),
    ("/agreements/{id}/delete", &["agreement.deleted"]),
    ("/agreements/{id}/versions/{version}/delete", &["agreement.version_deleted"]),
    ("/agreements/{id}/auto-accept", &["agreement.auto_accept_off"]),
    ("/marketplaces/{id}/delete", &["marketplace.deleted"]),
    ("/hubs/{id}/remove", &["hub.removed"]),
    ("/customers/{id}/decommission", &["customer.decommissioned"]),
    ("/customers/imports/{import}/discard", &["customer_import.discarded"]),
    ("/customers/imports/{import}/stop", &["customer_import.stopped"]),
    ("/listing-requests/{id}/cancel", &["listing_request.cancelled"]),
    ("/listing-requests/{id}/complete", &["listing_request.completed"]),
    ("/listing-requests/{id}/delete", &["listing_request.deleted"]),
    ("/subscriptions/{id}/cancel", &["fulfillment_request.created", "subscription.cancelling"]),
    ("/fulfillment/{id}/withdraw", &["fulfillment_request.withdrawn"]),
    ("/fulfillment/{id}/revoke", &["fulfillment_request.revoking"]),
    ("/fulfillment/{id}/confirm", &["fulfillment_request.revoked"]),
    ("/fulfillment/{id}/fail", &["fulfillment_request.failed"]),
    ("/fulfillment/{id}/approve", &["fulfillment_request.approved"]),
    ("/tier-config-requests/{id}/fail", &[]),
    ("/products/{id}/delete", &["product.deleted"]),
    ("/products/{id}/end-of-sale", &["product.sale_ended"]),
    ("/products/{id}/items/{item}/end-of-sale", &["product.item_sale_ended"]),
    ("/products/{id}/items/{item}/delete", &["product.item_deleted"]),
    ("/products/{id}/parameters/{parameter}/delete", &["product.parameter_deleted"]),
    ("/products/{id}/templates/{template}/delete", &["product.template_deleted"]),
    ("/products/{id}/media/{medium}/remove", &["product.medium_removed"]),
    ("/products/{id}/embedding/links/{place}/remove", &["product.link_removed"]),
    ("/products/{id}/versions/{version}/visibility", &["product.version_hidden"]),
    ("/tokens/{id}/disable", &["token.disabled"]),
    ("/tokens/{id}/delete", &["token.deleted"]),
    ("/users/{id}/revoke", &["invitation.revoked"]),
    ("/users/{id}/remove", &["member.removed"]),
    ("/users/{id}/sign-out", &[]),
    ("/sessions/{session}", &[]),
    ("/directory/{id}/notes/{number}/delete", &["partner.note_deleted"]),
    ("/account/contacts/{place}/remove", &["account.contact_removed"]),
    ("/account/links/{place}/remove", &["account.link_removed"]),
    ("/users/{id}/second-factor", &["member.factor_reset_asked"]),
    ("/groups/{id}/delete", &["group.deleted"]),
    ("/product-groups/{id}/delete", &["product_group.deleted"]),
    ("/branding/hosts/remove", &["brand.host_removed"]),
    ("/single-sign-on/domains/remove", &["sso.domain_removed"]),
    ("/single-sign-on/provider/remove", &["sso.removed"]),
    ("/usage-files/{id}/reject", &["usage_file.rejected"]),
    ("/usage-files/{id}/delete", &["usage_file.deleted"]),
    ("/usage-mappings/{id}/delete", &["usage_mapping.deleted"]),
    ("/{list}/views/{id}/delete", &[]),
    ("/profile/sessions/others", &[]),
    ("/profile/sessions/{id}", &[]),
    ("/profile/security/authenticator/remove", &["user.second_factor_removed"]),
    ("/profile/delete", &["user.removed", "member.user_deleted"]),
    ("/profile/leave/{account}", &["member.left"]),
];

/// Routes without a page that asks, or with one that the world of this test does not reach; none of them ends anything of anybody
/// else. A new route is either reached, or named here, or an act above.
const OTHERS: &[(&str, &str)] = &[
    ("/columns", "a person's own choice"),
    ("/views", "adds a view"),
    ("/views/first", "a person's own choice"),
    ("/views/{id}", "a view's name"),
    ("/assign", "who works on it"),
    ("/unassign", "who works on it"),
    ("/move", "an order of parts"),
    ("/listings/{id}/pause", "stops new orders until it is resumed"),
    ("/listings/{id}/resume", "goes on"),
    ("/directory/{id}/representative", "invites somebody else"),
    ("/reveal", "shows a secret"),
    ("/email-text/test", "an email to oneself"),
    ("/notifications/read", "a person's own list"),
    ("/outbox/resend", "sends an email again"),
    ("/conversation", "says something"),
    ("/new/{wizard}/", "a step of a form"),
    ("/new", "begins a form"),
    ("/check", "checks a file again"),
    ("/imports/{import}/apply", "makes what its page lists"),
    ("/many/{sheet}/run", "makes what its page lists"),
    ("/many/{sheet}/mail", "sends emails"),
    ("/customer-requests/many", "does with each of many what its own page does"),
    ("/fulfillment/many", "does with each of many what its own page does"),
    ("/listing-requests/many", "does with each of many what its own page does"),
    ("/tier-config-requests/many", "does with each of many what its own page does"),
    ("/usage-files/many", "does with each of many what its own page does"),
    ("/customer-requests/{id}/undo", "takes back what has not happened yet"),
    ("/fulfillment/{id}/undo", "takes back what has not happened yet"),
    ("/listing-requests/{id}/undo", "takes back what has not happened yet"),
    ("/tier-config-requests/{id}/undo", "takes back what has not happened yet"),
    ("/usage-files/{id}/undo", "takes back what has not happened yet"),
    ("/customer-requests/{id}/accept", "tells the owner what the vendor thinks"),
    ("/customer-requests/{id}/ignore", "tells the owner what the vendor thinks"),
    ("/fulfillment/{id}", "says something"),
    ("/tier-config-requests/{id}", "says something"),
    ("/listing-requests/{id}", "says something"),
    ("/listing-requests/{id}/deploy", "goes on"),
    ("/listing-requests/{id}/refine", "sends it back"),
    ("/listing-requests/{id}/submit", "goes on"),
    ("/usage-files/{id}/upload", "takes a file"),
    ("/usage-files/{id}/dry-run", "checks a file"),
    ("/usage-files/{id}/check", "checks a file"),
    ("/usage-files/{id}/submit", "goes on"),
    ("/usage-files/{id}/accept", "goes on"),
    ("/usage-files/{id}/close", "goes on"),
    ("/usage-files/{id}/billing", "names a bill"),
    ("/usage-files/{id}/records/{row}/close", "goes on"),
    ("/usage-files/{id}/records/{row}/billing", "names a bill"),
    ("/usage-files/{id}/chunks/{chunk}/close", "goes on"),
    ("/usage-files/{id}/chunks/{chunk}/billing", "names a bill"),
    ("/usage-files/{id}/reconciliation", "checks a file"),
    ("/usage-files/{id}/reconciliation/{upload}/apply", "closes what its page lists"),
    ("/answer", "goes on"),
    ("/inquire", "asks"),
    ("/schedule", "goes on later"),
    ("/return", "goes on"),
    ("/parameters", "fills in"),
    ("/tier-config-requests/{id}/approve", "goes on"),
    ("/tier-configs/{id}/update", "asks"),
    ("/subscriptions/{id}/resume", "goes on"),
    ("/subscriptions/{id}/adjust", "asks"),
    ("/subscriptions/{id}/change", "asks"),
    ("/subscriptions/{id}/suspend", "asks"),
    ("/versions/{version}/activate", "begins"),
    ("/versions/{version}/sign", "signs"),
    ("/contracts/{id}/approve", "begins"),
    ("/contracts/{id}/accept", "begins"),
    ("/contracts/{id}/referral", "begins"),
    ("/catalog/direct", "begins a form"),
    ("/contracts/{id}/extend", "offers"),
    ("/contracts/{id}/extension", "goes on"),
    ("/contracts/{id}/renewal", "offers"),
    ("/contracts/{id}/note", "says something"),
    ("/contracts/{id}/recipient", "says for whom it is meant"),
    ("/contracts/{id}/second-signer", "says who signs second"),
    ("/contracts/{id}/send", "sends its link"),
    ("/contracts/remind", "sends links"),
    ("/contracts/extend", "offers, each as the act of one does"),
    ("/contracts/renew", "offers, each as the act of one does"),
    ("/agreements/{id}/signatures", "sends reminders"),
    ("/agreements/{id}/signatures/remind", "sends reminders"),
    ("/agreements/{id}/signatures/deadline", "says until when"),
    ("/contracts/revoke", "revokes links, each as the act of one does"),
    ("/contracts/{id}/renew", "makes another link"),
    ("/contracts/{id}/renew-on-newer", "makes another link"),
    ("/enroll", "begins"),
    ("/distribution/new", "begins a form"),
    ("/syndication/new", "begins a form"),
    ("/referral/new", "begins a form"),
    ("/catalog/groups", "a form that says what partners see"),
    ("/catalog/marketplaces", "a form that says what partners see"),
    ("/product-groups/{id}/add", "a form that says what partners see"),
    ("/product-groups/{id}/remove", "a form that says what partners see"),
    ("/restore", "begins again"),
    ("/edit", "a form"),
    ("/branding/images", "takes pictures"),
    ("/branding/hosts", "claims a name"),
    ("/single-sign-on/provider", "says who lets in"),
    ("/single-sign-on/domains", "claims a domain"),
    ("/single-sign-on/requirement", "says how one comes in, on a page that says what follows"),
    ("/single-sign-on/requirement/end", "lets in with a password again"),
    ("/users/{id}/resend", "sends its link"),
    ("/users/{id}/groups", "who may do what"),
    ("/users/{id}/view-as", "looks, and changes nothing"),
    ("/viewing/end", "looks no more"),
    ("/allowed-addresses", "says from where one comes in; it asks on a page of its own"),
    ("/account/hand-over", "who may do what"),
    ("/join/{id}", "becomes a user"),
    ("/join/{id}/accept", "begins to work for a company"),
    ("/sign-out", "the person's own session"),
    ("/sign-in", "begins a session"),
    ("/sso", "begins a session"),
    ("/sign-in/code", "begins a session"),
    ("/sign-in/passkey", "begins a session"),
    ("/sign-in/passkey/{id}", "begins a session"),
    ("/profile/security/passkeys", "begins a form"),
    ("/profile/security/passkeys/new/{id}", "adds a passkey"),
    ("/profile/security/passkeys/{id}/remove", "a person's own passkey, which only a browser makes"),
    ("/profile/security/providers/{id}/unlink", "a person's own way in, which a provider gives again"),
    ("/profile/security/authenticator", "begins a form"),
    ("/profile/security/authenticator/confirm", "says that the other sessions end"),
    ("/profile/data", "gives a copy"),
    ("/profile/security/codes", "makes codes"),
    ("/profile/security/codes/file", "shows codes"),
    ("/users/{id}/second-factor/keep", "takes back what has not happened yet"),
    ("/forgot-password", "sends a link"),
    ("/set-password/{id}", "says that the other sessions end"),
    ("/activate/{contract}/", "a step of an activation"),
    ("/form/{request}", "fills in"),
    ("/reminders/{user}/{code}", "a person's own letters"),
    ("/reminders/{user}/{code}/again", "a person's own letters"),
];

fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// How to come to an act's page: who, where, and what is typed there.
type Reached = (Client, String, Vec<(String, String)>);

async fn reach(world: &World, act_of: &str) -> Reached {
    let plain = |client: Client, url: String| (client, url, Vec::new());
    match act_of.split('/').nth(1) {
        Some("contracts" | "agreements" | "activate") => reach_contract(world, act_of).await,
        Some("products") => reach_product(world, act_of).await,
        Some("fulfillment" | "subscriptions" | "tier-config-requests") => reach_order(world, act_of).await,
        Some("listing-requests") => reach_listing(world, act_of).await,
        _ => {
            let michael = world.michael().await;
            match act_of {
                "/marketplaces/{id}/delete" => {
                    world.run(
                        "INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
                         VALUES ('MP-00009', 'PA-469-206', 'Bare', 'USD', '{US}', '{price}', now(), now())",
                    );
                    plain(michael, format!("{MICKS}/marketplaces/MP-00009/delete"))
                }
                "/hubs/{id}/remove" => {
                    // nothing was ordered through it
                    world.run(
                        "INSERT INTO hubs (id, owner_id, name, description, created_at, updated_at) \
                         VALUES ('HB-0000-0001', 'PA-469-206', 'Spare', 'A spare one', now(), now())",
                    );
                    plain(michael, format!("{MICKS}/hubs/HB-0000-0001/remove"))
                }
                "/tokens/{id}/disable" | "/tokens/{id}/delete" => {
                    world.tokens();
                    plain(michael, format!("{MICKS}{}", act_of.replace("{id}", TOKENS[0].0)))
                }
                "/users/{id}/revoke" => {
                    let invitation = world.text("SELECT id AS t FROM invitations");
                    plain(michael, format!("{MICKS}/users/{invitation}/revoke"))
                }
                "/users/{id}/remove" => {
                    let paulie = world.text("SELECT id AS t FROM users WHERE email LIKE 'paulie%'");
                    plain(michael, format!("{MICKS}/users/{paulie}/remove"))
                }
                "/users/{id}/sign-out" | "/sessions/{session}" => {
                    world.paulie().await.get(MICKS).await.must_be(200);
                    let place = "FROM session_places p JOIN users u ON u.id = p.user_id WHERE u.email LIKE 'paulie%'";
                    let url = match act_of {
                        "/sessions/{session}" => {
                            let session = world.text(&format!("SELECT p.session_id::text AS t {place}"));
                            format!("{MICKS}/sessions/{session}")
                        }
                        _ => format!("{MICKS}/users/{}/sign-out", world.text(&format!("SELECT u.id AS t {place}"))),
                    };
                    plain(michael, url)
                }
                "/users/{id}/second-factor" => {
                    let paulie = world.text("SELECT id AS t FROM users WHERE email LIKE 'paulie%'");
                    factors::pretend(world, &paulie);
                    plain(michael, format!("{MICKS}/users/{paulie}/second-factor"))
                }
                "/profile/security/authenticator/remove" => {
                    let own = world.text("SELECT id AS t FROM users WHERE email LIKE 'michael%'");
                    factors::pretend(world, &own);
                    plain(michael, "/profile/security/authenticator/remove".to_owned())
                }
                "/profile/delete" => plain(world.paulie().await, "/profile/delete".to_owned()),
                "/profile/leave/{account}" => plain(world.paulie().await, "/profile/leave/PA-469-206".to_owned()),
                "/directory/{id}/notes/{number}/delete" => {
                    world.run(
                        "INSERT INTO partner_notes (account_id, partner_id, author_id, text, created_at, updated_at) \
                         SELECT 'PA-469-206', 'PA-196-115', id, 'Pays late', now(), now() FROM users LIMIT 1",
                    );
                    let note = world.text("SELECT max(number)::text AS t FROM partner_notes");
                    plain(michael, format!("{MICKS}/directory/PA-196-115/notes/{note}/delete"))
                }
                "/account/contacts/{place}/remove" | "/account/links/{place}/remove" => {
                    world.run(
                        "INSERT INTO account_contacts (account_id, number, kind, name, email) \
                         VALUES ('PA-469-206', 1, 'business', 'Sales', 'sales@mightymicks.example'); \
                         INSERT INTO account_links (account_id, number, place, title, url) \
                         VALUES ('PA-469-206', 1, 1, 'Wiki', 'https://wiki.example')",
                    );
                    plain(michael, format!("{MICKS}{}", act_of.replace("{place}", "1")))
                }
                "/branding/hosts/remove" => {
                    world.run(
                        "INSERT INTO brand_hosts (account_id, host, token, created_at) \
                         VALUES ('PA-469-206', 'portal.micks.example', 'x', now())",
                    );
                    plain(michael, format!("{MICKS}/branding/hosts/remove?host=portal.micks.example"))
                }
                "/single-sign-on/domains/remove" => {
                    world.run(
                        "INSERT INTO sso_domains (account_id, domain, token, created_at) \
                         VALUES ('PA-469-206', 'micks.example', 'x', now())",
                    );
                    plain(michael, format!("{MICKS}/single-sign-on/domains/remove?domain=micks.example"))
                }
                "/single-sign-on/provider/remove" => {
                    world.run(sso::PROVIDER);
                    plain(michael, format!("{MICKS}/single-sign-on/provider/remove"))
                }
                "/product-groups/{id}/delete" => {
                    world.run(
                        "INSERT INTO product_groups (id, owner_id, name, created_at, updated_at) \
                         VALUES ('PG-000-000-009', 'PA-469-206', 'Spare', now(), now())",
                    );
                    plain(michael, format!("{MICKS}/product-groups/PG-000-000-009/delete"))
                }
                "/groups/{id}/delete" => {
                    let readers = world.text("SELECT id AS t FROM groups WHERE name = 'Readers'");
                    plain(michael, format!("{MICKS}/groups/{readers}/delete"))
                }
                "/usage-files/{id}/reject" => {
                    let file = world.text("SELECT id AS t FROM usage_files WHERE status = 'pending'");
                    let url = format!("{MICKS}/usage-files/{file}/reject");
                    (michael, url, typed(&[("note", "The hours are too many")]))
                }
                "/usage-files/{id}/delete" => {
                    let file = world.text("SELECT id AS t FROM usage_files WHERE status = 'invalid'");
                    plain(world.apollo().await, format!("{CHAMPIONS}/usage-files/{file}/delete"))
                }
                "/usage-mappings/{id}/delete" => {
                    let mapping = world.text("SELECT id AS t FROM usage_mappings");
                    plain(world.apollo().await, format!("{CHAMPIONS}/usage-mappings/{mapping}/delete"))
                }
                "/customers/{id}/decommission" => {
                    world.run(
                        "INSERT INTO tier_accounts (id, owner_id, type, name, external_uid, country, city, postal_code, address_line1, \
                         first_name, last_name, email, created_at, updated_at) VALUES ('TA-0000-0000-0009', 'PA-469-206', 'reseller', \
                         'Closed Gym', gen_random_uuid(), 'US', 'c', 'p', 'a', 'f', 'l', 'e@x', now(), now())",
                    );
                    plain(michael, format!("{MICKS}/customers/TA-0000-0000-0009/decommission"))
                }
                "/customers/imports/{import}/discard" => {
                    let page = imports::checked(world, &michael).await;
                    plain(michael, format!("{}/discard", page.path))
                }
                "/customers/imports/{import}/stop" => {
                    let page = imports::checked(world, &michael).await;
                    michael.submit_to(&page, Some("/apply"), &[]).await.must_be(303);
                    plain(michael, format!("{}/stop", page.path))
                }
                "/{list}/views/{id}/delete" => {
                    let page = michael.get(&format!("{MICKS}/contracts?status=active")).await;
                    let view = [("name", "Running"), ("query", "status=active")];
                    let csrf = page.value("csrf");
                    let sent: Vec<_> = view.into_iter().chain([("csrf", csrf.as_str())]).collect();
                    michael.post(&format!("{MICKS}/contracts/views"), &sent).await.must_be(303);
                    let id = world.text("SELECT id::text AS t FROM saved_views");
                    plain(michael, format!("{MICKS}/contracts/views/{id}/delete"))
                }
                "/profile/sessions/others" => {
                    world.michael().await;
                    plain(michael, "/profile/sessions/others".to_owned())
                }
                "/profile/sessions/{id}" => {
                    world.michael().await;
                    let page = michael.get("/profile/sessions").await;
                    let url = page.link("Sign out Unknown browser and system, 127.0.0.9");
                    plain(michael, url)
                }
                other => panic!("say how one comes to {other}"),
            }
        }
    }
}

async fn reach_contract(world: &World, act_of: &str) -> Reached {
    let plain = |client: Client, url: String| (client, url, Vec::new());
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    match act_of {
        "/contracts/{id}/terminate" => plain(michael, format!("{MICKS}/contracts/{}/terminate", super::CARRIES)),
        "/contracts/{id}/delete" => plain(michael, format!("{MICKS}/contracts/{PENDING}/delete")),
        "/contracts/{id}/revoke" => plain(michael, format!("{MICKS}/contracts/{PENDING}/revoke")),
        "/contracts/{id}/reject" => plain(michael, format!("{MICKS}/contracts/{ENROLLED}/reject")),
        "/contracts/{id}/decline" => {
            let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/renewal")).await;
            let successor = made(&michael.submit(&page, &[("note", "Welcome back")]).await);
            plain(donnie, format!("{ACREED}/contracts/{successor}/decline"))
        }
        "/contracts/{id}/referral/reject" => {
            let contract = referral::offered(world, &michael, &donnie).await;
            plain(world.apollo().await, format!("{CHAMPIONS}/contracts/{contract}/referral/reject"))
        }
        "/contracts/{id}/extension/withdraw" | "/contracts/{id}/extension/decline" => {
            renewal::ends(world, SIGNED, "'2027-01-31 12:00Z'");
            renewal::offer_end(&michael, SIGNED, "2028-01-31").await.must_be(303);
            match act_of.ends_with("decline") {
                true => plain(donnie, format!("{ACREED}/contracts/{SIGNED}/extension/decline")),
                false => plain(michael, format!("{MICKS}/contracts/{SIGNED}/extension/withdraw")),
            }
        }
        "/activate/{contract}/reject" => {
            let (id, link) = contracts::invite(&michael, MICKS, "service", "Welcome").await;
            let guest = world.stranger();
            guest.follow(guest.get(&link).await).await.must_be(200);
            plain(guest, format!("/activate/{id}/reject"))
        }
        "/agreements/{id}/delete" | "/agreements/{id}/versions/{version}/delete" => {
            let url = agreements::create(&michael, "Short-lived", true).await;
            if act_of == "/agreements/{id}/delete" {
                return plain(michael, format!("{url}/delete"));
            }
            let page = michael.get(&format!("{url}/versions/new")).await;
            michael.submit(&page, &[("source", "link"), ("link", "https://terms.example/2")]).await.must_be(303);
            plain(michael, format!("{url}/versions/1/delete"))
        }
        "/agreements/{id}/auto-accept" => {
            world.run(&format!("UPDATE agreements SET auto_accept = true WHERE id = '{AUTO}'"));
            plain(michael, format!("{MICKS}/agreements/{AUTO}/auto-accept"))
        }
        other => panic!("say how one comes to {other}"),
    }
}

async fn reach_product(world: &World, act_of: &str) -> Reached {
    let plain = |client: Client, url: String| (client, url, Vec::new());
    let apollo = world.apollo().await;
    let product = format!("{CHAMPIONS}/products/{PULSE}");
    let part = |url: String| act_of.rsplit('/').next().map(|verb| format!("{url}/{verb}")).expect("a verb");
    match act_of {
        "/products/{id}/delete" => plain(apollo, format!("{CHAMPIONS}/products/{CORNER}/delete")),
        "/products/{id}/end-of-sale" => plain(apollo, format!("{product}/end-of-sale")),
        "/products/{id}/items/{item}/end-of-sale" => plain(apollo, part(format!("{product}/items/{PULSE}-0001"))),
        "/products/{id}/items/{item}/delete" => {
            let page = apollo.get(&format!("{product}/items/new/reservation")).await;
            let new = [
                ("name", "Belts"),
                ("mpn", "BELT-1"),
                ("description", "One"),
                ("unit", "users"),
                ("period", "yearly"),
                ("commitment", "3"),
            ];
            apollo.submit(&page, &new).await.must_be(303);
            let item = world.text("SELECT id AS t FROM items WHERE name = 'Belts'");
            plain(apollo, part(format!("{product}/items/{item}")))
        }
        "/products/{id}/parameters/{parameter}/delete" => {
            let fresh = tiers::tiered(world, 1).remove(0);
            plain(apollo, part(format!("{product}/parameters/{fresh}")))
        }
        "/products/{id}/templates/{template}/delete" => {
            let spare = world.text(&format!(
                "SELECT id AS t FROM templates WHERE product_id = '{PULSE}' AND type <> 'fulfillment' LIMIT 1"
            ));
            plain(apollo, part(format!("{product}/templates/{spare}")))
        }
        "/products/{id}/media/{medium}/remove" => {
            let page = apollo.get(&format!("{product}/media/new")).await;
            apollo.upload(&page, &[("type", "image"), ("alt", "A belt")], "image", &png()).await.must_be(303);
            let medium = world.text("SELECT id AS t FROM product_media WHERE alt = 'A belt'");
            plain(apollo, part(format!("{product}/media/{medium}")))
        }
        "/products/{id}/embedding/links/{place}/remove" => {
            let page = apollo.get(&format!("{product}/embedding/links/new")).await;
            let link = [("kind", "documentation"), ("title", "Manual"), ("url", "https://example.com")];
            apollo.submit(&page, &link).await.must_be(303);
            plain(apollo, format!("{product}/embedding/links/1/remove"))
        }
        "/products/{id}/versions/{version}/visibility" => {
            let page = apollo.get(&format!("{product}/versions/new")).await;
            apollo.submit(&page, &[("changes", "Another"), ("public", "yes")]).await.must_be(303);
            let number = world.number(&format!("SELECT version::bigint AS n FROM products WHERE id = '{PULSE}'"));
            plain(apollo, format!("{product}/versions/{number}/visibility"))
        }
        other => panic!("say how one comes to {other}"),
    }
}

async fn reach_order(world: &World, act_of: &str) -> Reached {
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let request = waiting(world);
    let buyers = format!("{MICKS}/fulfillment/{request}");
    match act_of {
        "/subscriptions/{id}/cancel" => {
            (michael, format!("{MICKS}/subscriptions/{}/cancel", in_use(world)), typed(&[("early", "yes")]))
        }
        "/fulfillment/{id}/withdraw" => (michael, format!("{buyers}/withdraw"), Vec::new()),
        "/fulfillment/{id}/revoke" | "/fulfillment/{id}/confirm" => {
            act(&apollo, &at_vendor(&request), "schedule", &[("at", "2031-03-29T09:30")]).await.must_be(303);
            let why = [("reason", "The gym closed")];
            if act_of.ends_with("revoke") {
                return (michael, format!("{buyers}/revoke"), typed(&why));
            }
            act(&michael, &buyers, "revoke", &why).await.must_be(303);
            (apollo, format!("{}/confirm", at_vendor(&request)), Vec::new())
        }
        "/fulfillment/{id}/fail" => {
            (apollo, format!("{}/fail", at_vendor(&request)), typed(&[("reason", "Out of belts")]))
        }
        "/fulfillment/{id}/approve" => {
            let url = format!("{MICKS}/subscriptions/{}", in_use(world));
            let cancel = made(&act(&michael, &url, "cancel", &[("early", "yes")]).await);
            (apollo, format!("{}/approve", at_vendor(&cancel)), Vec::new())
        }
        "/tier-config-requests/{id}/fail" => {
            let fields = tiers::tiered(world, 2);
            let asked = [(fields[0].as_str(), "North"), (fields[1].as_str(), "West")];
            for _ in 0..2 {
                tiers::order_fish(world, &michael, &asked).await;
            }
            let url = format!("{CHAMPIONS}/tier-config-requests/{}/fail", tiers::setup(world, 2));
            (apollo, url, typed(&[("reason", "Not authorised")]))
        }
        other => panic!("say how one comes to {other}"),
    }
}

async fn reach_listing(world: &World, act_of: &str) -> Reached {
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let open = listings::waiting(world);
    match act_of {
        "/listing-requests/{id}/cancel" => {
            (michael, format!("{MICKS}/listing-requests/{open}/cancel"), typed(&[("reason", "Not here")]))
        }
        "/listing-requests/{id}/delete" => {
            listings::act(&michael, &open, "refine", &[("reason", "Say more")]).await.must_be(303);
            (apollo, format!("{CHAMPIONS}/listing-requests/{open}/delete"), Vec::new())
        }
        "/listing-requests/{id}/complete" => {
            world.run(
                "UPDATE listing_requests SET type = 'remove' WHERE status = 'reviewing'; \
                 UPDATE listings SET status = 'listed' WHERE id = (SELECT listing_id FROM listing_requests WHERE status = 'reviewing')",
            );
            listings::act(&michael, &open, "deploy", &[]).await.must_be(303);
            (michael, format!("{MICKS}/listing-requests/{open}/complete"), Vec::new())
        }
        other => panic!("say how one comes to {other}"),
    }
}

/// Whether a page is one of an act that ends something.
fn ends(page: &Answer) -> bool {
    page.status == 200 && page.html().select(&selector("form.danger")).next().is_some()
}

/// One act in a world of its own.
async fn does(route: &str, own: &[&str]) -> Result<(), String> {
    let world = World::new().await;
    let (client, url, typed) = reach(&world, route).await;
    let page = client.get(&url).await;
    if !ends(&page) {
        return Err(format!("answers {} and is not marked as an act that ends something", page.status));
    }
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    keeps::try_it(&world, &client, &url, own, &typed).await.map(drop)
}

#[actix_web::test]
async fn every_act_that_ends_something_does_what_its_page_promised() {
    let mut wrong = Vec::new();
    for (route, own) in ACTS {
        // all of them are tried, so that one run says all that is wrong
        match AssertUnwindSafe(does(route, own)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => wrong.push(format!("{route}: {why}")),
            Err(_) => wrong.push(format!("{route}: its page was not reached")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[actix_web::test]
async fn no_act_that_ends_something_is_missing_from_the_list() {
    let world = World::new().await;
    let drawn = Drawn::of(&world);
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let inside =
        [(Role::Distributor, MICKS, &michael), (Role::Reseller, ACREED, &donnie), (Role::Vendor, CHAMPIONS, &apollo)];
    assert_eq!(inside.len(), Role::ALL.len());
    let mut routes: Vec<(String, String, &Client)> = Vec::new();
    for (role, base, client) in inside {
        for mount in portals::screens(role).into_iter().filter(|mount| mount.method == Method::POST) {
            routes.push((mount.path.clone(), address(base, &mount.path, role, &drawn), client));
        }
    }
    for mount in public::screens().into_iter().filter(|mount| mount.method == Method::POST) {
        routes.push((mount.path.clone(), mount.path.clone(), &michael));
    }
    let known: BTreeSet<&str> = ACTS.iter().map(|(route, _)| *route).collect();
    let mut missing = BTreeSet::new();
    for (route, url, client) in routes {
        let route = match route.split_once("/views/{id}/delete") {
            Some((_, "")) => "/{list}/views/{id}/delete".to_owned(),
            _ => route,
        };
        if known.contains(route.as_str()) {
            continue;
        }
        let other = |(end, _): &(&str, &str)| route.ends_with(end) || (end.ends_with('/') && route.contains(end));
        let page = client.get(&url).await;
        if ends(&page) || (page.status != 200 && !OTHERS.iter().any(other)) {
            missing.insert(format!("{route} ({})", page.status));
        }
    }
    assert!(missing.is_empty(), "acts that the list does not know: {missing:#?}");
}
