//! What is new since a person's last visit: what other companies did with what both see, as far as the person may see it.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Nullable, Text, Timestamptz},
};

use crate::{
    kit::{
        actor::{Identity, Permission, Role},
        db::Read,
        environment::Environment,
        problem::Result,
        statement::statement,
    },
    manifest::{BUYERS, EVERYBODY, Section, VENDORS},
    modules::{self, events},
};

/// Where something can be new.
struct Source {
    /// The section in which it is seen, by who may see that.
    section: &'static str,
    table: &'static str,
    /// What one, `r`, is called.
    name: &'static str,
    /// The column of its environment.
    environment: &'static str,
    /// The column of the company that sees it.
    own: &'static str,
    /// The portals in which that is so.
    roles: &'static [Role],
    /// What else must hold.
    when: &'static str,
}

/// Each side of what two companies see is one equality on an index that ends in when it was changed.
static SOURCES: [Source; 10] = {
    const fn requests(
        (section, table, name): (&'static str, &'static str, &'static str),
        own: &'static str,
        roles: &'static [Role],
    ) -> Source {
        Source { section, table, name, environment: "environment", own, roles, when: "true" }
    }
    const ORDERS: (&str, &str, &str) = ("fulfillment", "fulfillment_requests", "r.customer_name");
    const CHANGES: (&str, &str, &str) = ("customer-requests", "tier_account_requests", "r.account_name");
    const LISTINGS: (&str, &str, &str) =
        ("listing-requests", "listing_requests", "(SELECT p.name FROM products p WHERE p.id = r.product_id)");
    const FILES: (&str, &str, &str) = ("usage-files", "usage_files", "r.name");
    const SIGNEE: &str = "coalesce((SELECT s.name FROM accounts s WHERE s.id = r.signee_id), r.id)";
    const ISSUER: &str = "(SELECT i.name FROM accounts i WHERE i.id = r.issuer_id)";
    [
        requests(ORDERS, "vendor_id", VENDORS),
        requests(ORDERS, "buyer_id", BUYERS),
        requests(CHANGES, "vendor_id", VENDORS),
        requests(CHANGES, "owner_id", BUYERS),
        requests(LISTINGS, "vendor_id", VENDORS),
        requests(LISTINGS, "owner_id", BUYERS),
        requests(FILES, "vendor_id", VENDORS),
        // what is prepared is not seen
        Source {
            when: "r.submitted_at IS NOT NULL AND r.status IN ('pending', 'accepted', 'rejected', 'closed')",
            ..requests(FILES, "owner_id", BUYERS)
        },
        Source { environment: "kind", ..requests(("contracts", "contracts", SIGNEE), "issuer_id", BUYERS) },
        Source { environment: "kind", ..requests(("contracts", "contracts", ISSUER), "signee_id", EVERYBODY) },
    ]
};

/// How many are told.
const TOLD: usize = 8;

/// Something that somebody else did.
#[derive(Debug, Clone, QueryableByName)]
pub struct News {
    #[diesel(sql_type = Text)]
    pub section: String,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    /// The event's name.
    #[diesel(sql_type = Text)]
    pub event: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Nullable<Text>)]
    company: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

impl News {
    /// Who did it.
    pub fn who(&self) -> String {
        events::store::who(&self.kind, &self.actor, self.company.as_deref())
    }
}

fn seen(identity: &Identity) -> impl Iterator<Item = &'static Source> {
    SOURCES.iter().filter(move |source| {
        let may = |section: &'static Section| identity.holds(section.view);
        source.roles.contains(&identity.company.role) && modules::section(source.section).is_some_and(may)
    })
}

/// What other companies did since then, the latest first: of each thing the last that the company may know.
pub fn news<P: Permission>(read: &mut Read<'_, P>, since: DateTime<Utc>) -> Result<Vec<News>> {
    let newest = |source: &Source| {
        let Source { section, table, name, environment, own, when, .. } = source;
        format!(
            "(SELECT '{section}' AS section, r.id, {name} AS name, r.{environment} AS environment FROM {table} r \
             WHERE r.{own} = $1 AND r.updated_at > $2 AND {when} ORDER BY r.updated_at DESC LIMIT 20)"
        )
    };
    let parts: Vec<String> = seen(&read.actor.identity).map(newest).collect();
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    Ok(statement(format!(
        "SELECT x.section, x.id, x.name, x.environment, e.name AS event, e.actor_kind AS kind, e.actor_name AS actor, a.name AS company, e.at \
         FROM ({}) x CROSS JOIN LATERAL (SELECT e.name, e.account_id, e.actor_kind, e.actor_name, e.at FROM events e WHERE e.object = x.id \
         AND (e.private_to_id IS NULL OR e.private_to_id = $1) ORDER BY e.number DESC LIMIT 1) e \
         LEFT JOIN accounts a ON a.id = e.account_id WHERE e.account_id IS DISTINCT FROM $1 AND e.at > $2 \
         ORDER BY e.at DESC, x.id LIMIT {TOLD}",
        parts.join(" UNION ALL ")
    ))
    .bind::<Text, _>(read.actor.account().as_str().to_owned())
    .bind::<Timestamptz, _>(since)
    .load(read.conn)?)
}
