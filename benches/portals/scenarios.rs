//! What is asked of the program: the pages a distributor opens all day, the invitee's first one, and the door.

use std::env;

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{BigInt, Text},
};
use entente::{
    kit::{id::Id, secret::Key},
    modules::contracts::{Contract, links},
};

use super::{
    BIG, Outcome, SMALL, catalog, customers,
    load::{self, Size},
    orders, products,
    served::{KEY, Visitor},
};

/// One kind of request, against the big and the small database.
pub struct Scenario {
    pub name: &'static str,
    pub who: &'static str,
    pub of: What,
    pub big: String,
    pub small: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A page of somebody who is signed in.
    Page,
    /// A list of the published API, asked for with a token.
    Api,
    /// The first page behind an activation link.
    Review,
    SignIn,
}

impl What {
    /// Whether it can be asked for again and again by the same person, and changes nothing.
    pub fn is_kept(self) -> bool {
        matches!(self, Self::Page | Self::Api)
    }
}

impl Scenario {
    /// Who asks for it, and the body of a POST.
    pub async fn prepare(&self, url: &str, path: &str) -> Outcome<(Visitor, Option<String>)> {
        match self.of {
            What::Page => Ok((Visitor::sign_in(url).await?, None)),
            What::Api => Ok((Visitor::with_key(load::api_key())?, None)),
            What::Review => {
                let mut visitor = Visitor::new()?;
                let (_, contract) = path.rsplit_once("/activate/").ok_or("no link")?;
                let id: Id<Contract> = contract.trim_end_matches("/review").parse()?;
                let size = if path == self.big { BIG } else { SMALL };
                let key = Key::from_text(KEY).ok_or("the key is too short")?;
                let nonce = load::nonce(load::pending(size, 0));
                visitor.get(&links::url(&key, url, &id, &nonce)).await?;
                Ok((visitor, None))
            }
            What::SignIn => {
                let mut visitor = Visitor::new()?;
                let form = visitor.sign_in_form(url).await?;
                Ok((visitor, Some(form)))
            }
        }
    }
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    value: String,
    #[diesel(sql_type = Text)]
    id: String,
}

const CONTRACTS: &str = "SELECT created_at::text AS value, id FROM contracts WHERE issuer_id = $1 \
    ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT 1";
const PRODUCTS: &str = "SELECT created_at::text AS value, id FROM products WHERE vendor_id = $1 \
    ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT 1";
const REQUESTS: &str = "SELECT submitted_at::text AS value, id FROM listing_requests WHERE owner_id = $1 \
    ORDER BY submitted_at DESC, id DESC OFFSET $2 LIMIT 1";
const CATALOG: &str = "SELECT since::text AS value, product_id AS id FROM sight WHERE viewer_id = $1 AND why = 'catalog' \
    ORDER BY since DESC, product_id DESC OFFSET $2 LIMIT 1";

/// A grid's query string for the page behind the row with this number, which `sql` finds.
fn behind(url: &str, sql: &str, account: &str, row: usize) -> Outcome<String> {
    let place: Place = sql_query(sql)
        .bind::<Text, _>(account)
        .bind::<BigInt, _>(row as i64 - 1)
        .get_result(&mut PgConnection::establish(url)?)?;
    Ok(serde_html_form::to_string([("after", format!("{}~{}", place.value, place.id)), ("row", row.to_string())])?)
}

pub fn all(big: &str, small: &str) -> Outcome<Vec<Scenario>> {
    let mut all = Vec::new();
    let kinds = [("largest", 0, 0), ("smallest", BIG.smallest(), SMALL.smallest())];
    for (who, in_big, in_small) in kinds {
        let portal = |number: usize, rest: &str| format!("/distributor/{}/contracts{rest}", load::account(number));
        let mut add = |name, in_big: String, in_small: String| {
            all.push(Scenario { name, who, of: What::Page, big: in_big, small: in_small });
        };
        let same = |rest: &str| (portal(in_big, rest), portal(in_small, rest));
        let (b, s) = same("");
        add("contracts grid", b, s);
        let (b, s) = same("?status=pending");
        add("… filtered by status", b, s);
        let name = load::partner(3);
        let searched = serde_html_form::to_string([("q", name.trim_end_matches(" 1"))])?;
        let (b, s) = same(&format!("?{searched}"));
        add("… searched by a partner's name", b, s);
        let (b, s) = same("?q=logistics");
        add("… searched by a word of one name in twenty", b, s);
        let everything = |number| format!("/distributor/{}/search?{searched}", load::account(number));
        add("search over everything, by a partner's name", everything(in_big), everything(in_small));
        let last = |size: Size, number: usize| (size.of(number).0 - 20).min(10_000);
        let b = behind(big, CONTRACTS, &load::account(in_big), last(BIG, in_big))?;
        let s = behind(small, CONTRACTS, &load::account(in_small), last(SMALL, in_small))?;
        let name = if in_big == 0 { "… the page behind row 10,000" } else { "… its last page but one" };
        add(name, portal(in_big, &format!("?{b}")), portal(in_small, &format!("?{s}")));
        let one = |size, number| load::contract(load::pending(size, number));
        add(
            "contract details",
            portal(in_big, &format!("/{}", one(BIG, in_big))),
            portal(in_small, &format!("/{}", one(SMALL, in_small))),
        );
    }
    let link = |size| format!("/activate/{}/review", load::contract(load::pending(size, 0)));
    all.push(Scenario {
        name: "activation review",
        who: "invitee",
        of: What::Review,
        big: link(BIG),
        small: link(SMALL),
    });
    let door = "/sign-in".to_owned();
    all.push(Scenario { name: "sign-in", who: "anybody", of: What::SignIn, big: door.clone(), small: door });
    all.extend(of_products(big, small)?);
    all.extend(of_the_catalog(big, small)?);
    all.extend(of_customers());
    all.extend(of_the_api());
    all.extend(of_orders());
    // some of them: words of their names, with | between
    let only = env::var("BENCH_ONLY").unwrap_or_default();
    all.retain(|one| only.split('|').any(|word| one.name.contains(word)));
    Ok(all)
}

/// The grids of products and of listing requests, and a page behind each.
fn of_products(big: &str, small: &str) -> Outcome<Vec<Scenario>> {
    let mut all = Vec::new();
    let mut add = |name, who, in_big: String, in_small: String| {
        all.push(Scenario { name, who, of: What::Page, big: in_big, small: in_small });
    };
    let vendors = [("largest", 0, 0), ("smallest", BIG.vendors - 1, SMALL.vendors - 1)];
    for (who, in_big, in_small) in vendors {
        let at = |number: usize, rest: &str| format!("/vendor/{}{rest}", products::vendor(number));
        add("products of a vendor", who, at(in_big, "/products"), at(in_small, "/products"));
        let searched = "/products?q=logistics";
        add("products of a vendor, searched", who, at(in_big, searched), at(in_small, searched));
        let requests = "/listing-requests";
        add("listing requests of a vendor", who, at(in_big, requests), at(in_small, requests));
    }
    let vendor = products::vendor(0);
    let b = behind(big, PRODUCTS, &vendor, 10_000)?;
    let s = behind(small, PRODUCTS, &vendor, 200)?;
    let at = |rest: &str| format!("/vendor/{vendor}/products?{rest}");
    add("products of a vendor, behind row 10,000", "largest", at(&b), at(&s));
    let distributors = [("largest", 0, 0), ("smallest", BIG.smallest(), SMALL.smallest())];
    for (who, in_big, in_small) in distributors {
        let at = |number: usize, rest: &str| format!("/distributor/{}{rest}", load::account(number));
        for (name, rest) in [
            ("products listed to a distributor", "/products"),
            ("products listed to a distributor, searched", "/products?q=logistics"),
            ("listing requests of a distributor", "/listing-requests"),
            ("listing requests, the queue", "/listing-requests?status=reviewing&status=deploying&sort=submitted"),
            ("listing requests, those of a person", "/listing-requests?assignee=lena"),
            ("listing requests, a word that none has", "/listing-requests?q=zebrawood"),
            ("listings of a distributor", "/listings"),
            ("home of a distributor", ""),
        ] {
            add(name, who, at(in_big, rest), at(in_small, rest));
        }
    }
    let owner = load::account(0);
    let at = |rest: &str| format!("/distributor/{owner}/{rest}");
    let b = behind(big, REQUESTS, &owner, 10_000)?;
    let s = behind(small, REQUESTS, &owner, 1_500)?;
    let page = |rest: &str| at(&format!("listing-requests?{rest}"));
    add("listing requests, behind row 10,000", "largest", page(&b), page(&s));
    let request = |number| at(&format!("listing-requests/{}", products::request(number)));
    add("listing request details", "largest", request(40), request(40));
    let product = |number| at(&format!("products/{}", products::product(number)));
    add("product details", "largest", product(40), product(40));
    Ok(all)
}

/// The catalog of a reseller: by category, as a list, by words, and a product of it.
fn of_the_catalog(big: &str, small: &str) -> Outcome<Vec<Scenario>> {
    let mut all = Vec::new();
    let mut add = |name, who, in_big: String, in_small: String| {
        all.push(Scenario { name, who, of: What::Page, big: in_big, small: in_small });
    };
    // one of the first, which both see, in both databases
    let product = products::product(7);
    for (who, reseller) in [("largest", catalog::LARGEST), ("smallest", catalog::SMALLEST)] {
        for (name, rest) in [
            ("catalog, its categories", String::new()),
            ("catalog, all products", "/all".to_owned()),
            ("catalog, a category", "/all?category=security".to_owned()),
            ("catalog, searched", "/all?q=logistics".to_owned()),
            ("catalog, a word that none has", "/all?q=zebrawood".to_owned()),
            ("catalog, a product", format!("/{product}")),
            ("catalog, the agreements of a product", format!("/{product}/syndication")),
        ] {
            let at = format!("/reseller/{reseller}/catalog{rest}");
            add(name, who, at.clone(), at);
        }
    }
    let at = |rest: &str| format!("/reseller/{}/catalog/all?{rest}", catalog::LARGEST);
    let b = behind(big, CATALOG, catalog::LARGEST, 10_000)?;
    let s = behind(small, CATALOG, catalog::LARGEST, 200)?;
    add("catalog, behind row 10,000", "largest", at(&b), at(&s));
    Ok(all)
}

/// Subscriptions and their requests, as the largest distributor and its vendors see them.
fn of_orders() -> Vec<Scenario> {
    let mut all = Vec::new();
    let mut add = |name, who, in_big: String, in_small: String| {
        all.push(Scenario { name, who, of: What::Page, big: in_big, small: in_small });
    };
    let at = |rest: &str| format!("/distributor/{}{rest}", load::account(0));
    let name = load::partner(3);
    let searched = serde_html_form::to_string([("q", name.trim_end_matches(" 1"))]).unwrap_or_default();
    for (name, rest) in [
        ("subscriptions of a distributor", "/subscriptions".to_owned()),
        ("subscriptions, searched by a customer", format!("/subscriptions?{searched}")),
        ("requests of a distributor", "/fulfillment".to_owned()),
        ("changes of customers, an owner's", "/customer-requests".to_owned()),
    ] {
        add(name, "largest", at(&rest), at(&rest));
    }
    let vendors = [("largest", 0, 0), ("smallest", BIG.vendors - 1, SMALL.vendors - 1)];
    for (who, in_big, in_small) in vendors {
        let at = |number: usize, rest: &str| format!("/vendor/{}{rest}", products::vendor(number));
        for (name, rest) in [
            ("subscriptions of a vendor", "/subscriptions"),
            ("fulfilment, a vendor's queue", "/fulfillment?status=pending&status=revoking&sort=created"),
            ("changes of customers, a vendor's queue", "/customer-requests?status=pending&sort=created"),
        ] {
            add(name, who, at(in_big, rest), at(in_small, rest));
        }
    }
    let request = |number| format!("/vendor/{}/fulfillment/{}", products::vendor(0), orders::request(number));
    add("request details, a vendor's", "largest", request(100), request(100));
    all
}

/// The Directory and the tree of the largest distributor.
/// Lists of a hundred customers by the published API, as its clients ask for them.
fn of_the_api() -> Vec<Scenario> {
    let list = |name, rql: &str| {
        let path = format!("/public/v1/tier/accounts?{rql}limit=100");
        Scenario { name, who: "largest", of: What::Api, big: path.clone(), small: path }
    };
    vec![
        list("API, 100 customers", ""),
        list("API, 100 customers of a type", "eq(type,reseller)&"),
        list("API, 100 customers below another", &format!("eq(parent.id,{})&", customers::id(1))),
    ]
}

fn of_customers() -> Vec<Scenario> {
    let at = |rest: &str| format!("/distributor/{}/customers{rest}", load::account(0));
    let same = |name, rest: &str| Scenario { name, who: "largest", of: What::Page, big: at(rest), small: at(rest) };
    let searched = |text: &str| format!("?{}", serde_html_form::to_string([("q", text)]).unwrap_or_default());
    let name = load::partner(3);
    // a branch of ten levels in each: its first reseller, and its last customer
    let in_each = |name, rest: &dyn Fn(&str) -> String, nth: usize| Scenario {
        name,
        who: "largest",
        of: What::Page,
        big: at(&rest(&customers::id(5_000 + nth))),
        small: at(&rest(&customers::id(2_000 + nth))),
    };
    vec![
        same("customers directory", ""),
        same("customers directory, searched by a name", &searched(name.trim_end_matches(" 1"))),
        same("customers directory, searched by an external ID", &searched("c-2005")),
        same("customers tree, its tops", "/tree"),
        in_each("customers tree, one level opened", &|id| format!("/tree?open={id}"), 0),
        in_each("customer details, with its path to the root", &|id| format!("/{id}"), 8),
    ]
}
