//! From the header of a request to who a token is: one statement.

use std::sync::LazyLock;

use actix_web::{HttpRequest, http::header};
use diesel::{
    OptionalExtension as _, PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Binary, Bool, Jsonb, Nullable, Text},
};
use subtle::{Choice, ConstantTimeEq as _};

use super::{
    identity::{self, Facts},
    networks,
    throttle::Aim,
};
use crate::kit::{
    actor::{Account, Identity, User},
    caller::Caller,
    id::Id,
    problem::{Problem, Result},
    secret,
    statement::statement,
};

/// What stands in front of id and secret.
const SCHEME: &str = "ApiKey ";

/// What a client sent: `Authorization: ApiKey SU-123-456-789:secret`.
pub struct Sent {
    pub id: Id<User>,
    secret: String,
}

/// The header's id and secret; nothing when it is another, or malformed.
pub fn sent(request: &HttpRequest) -> Option<Sent> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_at_checked(SCHEME.len())?;
    let (id, secret) = rest.trim().split_once(':')?;
    let id: Id<User> = id.parse().ok()?;
    let fits = scheme.eq_ignore_ascii_case(SCHEME) && id.prefix() == "SU" && !secret.is_empty();
    fits.then(|| Sent { id, secret: secret.to_owned() })
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    account: Id<Account>,
    #[diesel(sql_type = Binary)]
    secret_hash: Vec<u8>,
    #[diesel(sql_type = Nullable<Binary>)]
    old_hash: Option<Vec<u8>>,
    /// It is active and has not expired.
    #[diesel(sql_type = Bool)]
    open: bool,
    #[diesel(sql_type = Bool)]
    touch: bool,
    #[diesel(sql_type = Jsonb)]
    facts: serde_json::Value,
    /// From where the company lets its tokens in.
    #[diesel(sql_type = Nullable<Array<Text>>)]
    ranges: Option<Vec<String>>,
}

impl Found {
    /// Whether the secret is the token's, or the one before while both are good. Takes the same time for every wrong one.
    fn opens(&self, secret: &str) -> bool {
        let hash = secret::digest(secret);
        let fits = |known: &[u8]| known.ct_eq(&hash);
        let old = self.old_hash.as_deref().map_or(Choice::from(0), fits);
        (fits(&self.secret_hash) | old).into()
    }
}

/// Who a token is.
pub struct Entered {
    pub identity: Identity,
    /// The company does not let its tokens in from there: whoever has the secret is told so, and nothing else.
    pub barred: bool,
}

/// Who sent this, as a member of the token's company, or nothing where a stranger learns nothing from why.
///
/// # Errors
/// [`Problem::SignIn`] for whatever is wrong; [`Problem::TooMany`] when too much from this network was. Failures count for the network
/// alone, so that no stranger can lock a token, and a right key is let in from wherever.
pub fn enter(conn: &mut PgConnection, sent: &Sent, caller: &Caller) -> Result<Entered> {
    let found = find(conn, &sent.id)?;
    let Some(found) = found.filter(|found| found.opens(&sent.secret) && found.open) else {
        // never given back: it was a failure
        drop(Aim::at("token").network(&caller.network()).reserve(conn)?);
        return Err(Problem::SignIn);
    };
    let barred = !networks::admit(found.ranges.as_deref(), caller.ip());
    if found.touch && !barred {
        // once a minute is enough to know whether a token is in use
        statement("UPDATE api_tokens SET last_used_at = now() WHERE id = $1")
            .bind::<Text, _>(sent.id.as_str())
            .execute(conn)?;
    }
    let identity =
        serde_json::from_value::<Facts>(found.facts).map_err(Problem::internal)?.of(&sent.id, &found.account)?;
    Ok(Entered { identity, barred })
}

fn find(conn: &mut PgConnection, id: &Id<User>) -> Result<Option<Found>> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT t.account_id AS account, t.secret_hash, CASE WHEN t.old_until > now() THEN t.old_hash END AS old_hash, \
                    t.status = 'active' AND t.expires_at > now() AS open, \
                    coalesce(t.last_used_at < now() - interval '1 minute', true) AS touch, \
                    jsonb_build_object('name', u.name, 'email', '', 'time_zone', u.time_zone, 'role', a.role, 'company', a.name, \
                        'brand', a.brand, \
                        'program', rights.program, 'service', rights.service, 'delegate', rights.delegate, 'resale', rights.resale, \
                        'administrator', false, 'permissions', t.permissions, 'administrators', '[]'::jsonb, \
                        'others', '[]'::jsonb, 'at', now()) AS facts, \
                    (SELECT array_agg(ar.network) FROM address_rules ar WHERE ar.account_id = t.account_id AND ar.whom = 'tokens') AS ranges \
             FROM api_tokens t JOIN users u ON u.id = t.id JOIN accounts a ON a.id = t.account_id, {rights} \
             WHERE t.id = $1",
            rights = identity::RIGHTS,
        )
    });
    Ok(statement(TEXT.as_str()).bind::<Text, _>(id.as_str()).get_result::<Found>(conn).optional()?)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_the_published_form_is_read() {
        let read = |value: &str| {
            let request = TestRequest::default().insert_header((header::AUTHORIZATION, value)).to_http_request();
            sent(&request).map(|sent| (sent.id.to_string(), sent.secret))
        };
        let right = Some(("SU-123-456-789".to_owned(), "s:e-c_ret".to_owned()));
        assert_eq!(read("ApiKey SU-123-456-789:s:e-c_ret"), right);
        assert_eq!(read("apikey  SU-123-456-789:s:e-c_ret "), right);
        for wrong in [
            "",
            "ApiKey",
            "ApiKey SU-123-456-789",
            "ApiKey SU-123-456-789:",
            "ApiKey UR-123-456-789:secret",
            "ApiKey SU-123-456-78:secret",
            "Bearer SU-123-456-789:secret",
            "SU-123-456-789:secret",
            "ApiKéy SU-123-456-789:secret",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
