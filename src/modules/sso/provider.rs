//! Talking to an identity provider: discovery, the address people are sent to, and the exchange of the code that they bring back for an ID
//! token. Every claim of an answer is checked here, or the answer is refused.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, LoginHint, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse as _,
    core::{
        CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreJsonWebKeySet,
        CoreJwsSigningAlgorithm, CoreProviderMetadata,
    },
};
use serde_json::{Map, Value};
use url::Url;

use super::web::{Web, WebError};
use crate::{
    kit::{
        problem::{Problem, Result},
        secret::Key,
        typed,
        words::Words,
    },
    t,
};

/// The signatures that are accepted: none that the client's secret could make, and never none at all.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 5] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How far apart the clocks of two servers may be.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// How old an ID token may be: it is made while somebody waits.
const OLDEST: TimeDelta = TimeDelta::minutes(10);
/// The longest text that a provider may say about a person, in characters.
const LONGEST: usize = 255;
/// The most groups of a person.
const MOST_GROUPS: usize = 1_000;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// A provider, with what is needed to talk to it.
#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    pub client: String,
    pub secret: String,
    /// The description that [`discover`] read.
    pub discovery: Value,
    pub groups_claim: String,
}

/// What ties an answer to what was asked: all of it follows from the state, which only the browser has, and the server's key.
pub struct Asked {
    pub state: String,
    nonce: String,
    verifier: String,
}

impl Asked {
    pub fn of(key: &Key, state: &str) -> Self {
        let made = |purpose| key.seal(purpose, &[state.as_bytes()]);
        Self { nonce: made("sso nonce"), verifier: made("sso verifier"), state: state.to_owned() }
    }
}

/// Why a provider cannot be used.
#[derive(Debug)]
pub enum Trouble {
    Inside,
    Silent,
    /// Its answer does not describe a provider.
    Unreadable,
    /// It identifies itself by another address.
    Other(String),
    /// It offers no signature that is accepted.
    Unsigned,
}

impl Trouble {
    pub fn words(&self) -> Words {
        match self {
            Self::Inside => t!("This address can't be used. Enter a public address that starts with https://"),
            Self::Silent => t!("Your provider didn't answer at this address"),
            Self::Unreadable => t!("There is no OpenID Connect provider at this address"),
            Self::Other(issuer) => {
                t!(
                    "The provider at this address calls itself {issuer}. Enter exactly that",
                    issuer = typed::apart(issuer)
                )
            }
            Self::Unsigned => {
                t!("Your provider must sign ID tokens with RS256, PS256, ES256, ES384 or EdDSA")
            }
        }
    }
}

impl From<WebError> for Trouble {
    fn from(error: WebError) -> Self {
        match error {
            WebError::Inside(_) => Self::Inside,
            WebError::Silent(_) => Self::Silent,
            WebError::TooLong => Self::Unreadable,
        }
    }
}

/// Reads a provider's description of itself. Its issuer has to match what was typed exactly.
///
/// # Errors
/// Why it cannot be used.
pub async fn discover(web: &Web, issuer: &str) -> Result<Value, Trouble> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let answer = web.get(&url, None).await?;
    if answer.status().as_u16() != 200 {
        return Err(Trouble::Unreadable);
    }
    let discovery: Value = serde_json::from_slice(answer.body()).map_err(|_| Trouble::Unreadable)?;
    let named = discovery.get("issuer").and_then(Value::as_str).ok_or(Trouble::Unreadable)?;
    if named != issuer {
        return Err(Trouble::Other(named.chars().take(LONGEST).collect()));
    }
    let metadata = described(&discovery).ok_or(Trouble::Unreadable)?;
    // a page of ours links to where people sign in: what is described there has to be an address, and no script
    if metadata.token_endpoint().is_none() || !web.admits(metadata.authorization_endpoint().url()) {
        return Err(Trouble::Unreadable);
    }
    if !metadata.id_token_signing_alg_values_supported().iter().any(|alg| ALGORITHMS.contains(alg)) {
        return Err(Trouble::Unsigned);
    }
    web.get(metadata.jwks_uri().as_str(), None).await?;
    Ok(discovery)
}

fn described(discovery: &Value) -> Option<CoreProviderMetadata> {
    serde_json::from_str(&discovery.to_string()).ok()
}

/// Why an answer was refused, for the security trail: none of this is shown to the person.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

fn refused(why: impl std::fmt::Display) -> Refused {
    Refused(why.to_string())
}

/// What a provider says about the person who signs in.
#[derive(Debug, Clone)]
pub struct Claims {
    pub subject: String,
    pub email: Option<String>,
    /// Whether the provider has verified the address, if it says so.
    pub verified: Option<bool>,
    pub name: Option<String>,
    /// When the person signed in at the provider.
    pub said: Option<DateTime<Utc>>,
    /// The person's groups; none where the claim is missing.
    pub groups: Option<Vec<String>>,
}

impl Provider {
    fn metadata(&self) -> Result<CoreProviderMetadata> {
        described(&self.discovery).ok_or_else(|| Problem::internal("what a provider says of itself was read before"))
    }

    fn client(&self, metadata: CoreProviderMetadata, back: &str) -> Result<Client> {
        // the first is what is meant where nothing is said
        let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let by_post = !methods.is_empty()
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
            && methods.contains(&CoreClientAuthMethod::ClientSecretPost);
        let (id, secret) = (ClientId::new(self.client.clone()), ClientSecret::new(self.secret.clone()));
        let client = CoreClient::from_provider_metadata(metadata, id, Some(secret))
            .set_redirect_uri(RedirectUrl::new(back.to_owned()).map_err(Problem::internal)?);
        Ok(if by_post { client.set_auth_type(AuthType::RequestBody) } else { client })
    }

    /// Where somebody is sent to sign in. `back` is where the answer goes, `hint` the address that was typed, and with `fresh` the provider
    /// has to ask again even if somebody is signed in there.
    ///
    /// # Errors
    /// Internal, when the stored description of the provider cannot be read.
    pub fn address(&self, asked: &Asked, back: &str, hint: Option<&str>, fresh: bool) -> Result<Url> {
        let metadata = self.metadata()?;
        let scope = Scope::new(self.groups_claim.clone());
        let groups = metadata.scopes_supported().is_some_and(|scopes| scopes.contains(&scope));
        let client = self.client(metadata, back)?;
        let (state, nonce) = (asked.state.clone(), asked.nonce.clone());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(asked.verifier.clone()));
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge);
        if groups {
            request = request.add_scope(scope);
        }
        if let Some(hint) = hint {
            request = request.set_login_hint(LoginHint::new(hint.to_owned()));
        }
        if fresh {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(std::time::Duration::ZERO);
        }
        Ok(request.url().0)
    }

    /// Whether an answer names this provider (RFC 9207), which is required if the provider says that it does.
    pub fn is_from(&self, issuer: Option<&str>) -> bool {
        let says = self.discovery.get("authorization_response_iss_parameter_supported").and_then(Value::as_bool);
        match issuer {
            Some(issuer) => issuer == self.issuer,
            None => says != Some(true),
        }
    }

    /// Exchanges the code that somebody brought back for an ID token, and checks the token.
    ///
    /// # Errors
    /// Why it is refused.
    pub async fn exchange(
        &self,
        web: &Web,
        (asked, back, code): (&Asked, &str, &str),
        now: DateTime<Utc>,
    ) -> Result<Claims, Refused> {
        let mut metadata = self.metadata().map_err(refused)?;
        let keys = web.get(metadata.jwks_uri().as_str(), None).await.map_err(refused)?;
        let keys: CoreJsonWebKeySet = serde_json::from_slice(keys.body()).map_err(refused)?;
        metadata = metadata.set_jwks(keys);
        let userinfo = metadata.userinfo_endpoint().map(|url| url.as_str().to_owned());
        let client = self.client(metadata, back).map_err(refused)?;
        let web = *web;
        let send = move |request: HttpRequest| web.call(request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(refused)?
            .set_pkce_verifier(PkceCodeVerifier::new(asked.verifier.clone()))
            .request_async(&send)
            .await
            .map_err(refused)?;
        let token = answer.id_token().ok_or_else(|| refused("there is no ID token"))?;
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || now - SKEW)
            .set_issue_time_verifier_fn(move |at| {
                if at <= now + SKEW && at >= now - OLDEST { Ok(()) } else { Err("it was not issued just now".into()) }
            })
            .set_other_audience_verifier_fn(|_| false);
        token.claims(&verifier, &Nonce::new(asked.nonce.clone())).map_err(refused)?;
        let mut claims = payload(&token.to_string()).ok_or_else(|| refused("the ID token can't be read"))?;
        self.is_for_us(&claims, now)?;
        let lacks = |claims: &Map<String, Value>| {
            !claims.contains_key("email") || !(self.groups_claim.is_empty() || claims.contains_key(&self.groups_claim))
        };
        // some providers give the email and groups only at the userinfo endpoint
        if let (true, Some(userinfo)) = (lacks(&claims), userinfo) {
            let more = web.get(&userinfo, Some(answer.access_token().secret())).await.map_err(refused)?;
            if let Ok(Value::Object(more)) = serde_json::from_slice(more.body())
                && more.get("sub").is_some_and(|subject| Some(subject) == claims.get("sub"))
            {
                for (name, value) in more {
                    claims.entry(name).or_insert(value);
                }
            }
        }
        self.read(&claims)
    }

    /// What the crate leaves to its users: which client a token was made for, and when it becomes valid.
    fn is_for_us(&self, claims: &Map<String, Value>, now: DateTime<Utc>) -> Result<(), Refused> {
        if claims.get("azp").is_some_and(|party| party.as_str() != Some(self.client.as_str())) {
            return Err(refused("the ID token was made for another client"));
        }
        match claims.get("nbf").map(Value::as_i64) {
            None => Ok(()),
            Some(Some(from)) if from <= (now + SKEW).timestamp() => Ok(()),
            Some(_) => Err(refused("the ID token is not valid yet")),
        }
    }

    fn read(&self, claims: &Map<String, Value>) -> Result<Claims, Refused> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let subject = text("sub").filter(|subject| subject.chars().count() <= LONGEST);
        Ok(Claims {
            subject: subject.ok_or_else(|| refused("the ID token names no subject"))?.to_owned(),
            email: text("email").map(typed::email),
            verified: match claims.get("email_verified") {
                None | Some(Value::Null) => None,
                // the text "true" does not count
                Some(said) => Some(*said == Value::Bool(true)),
            },
            name: text("name").map(typed::line).map(|name| name.chars().take(128).collect()),
            said: claims.get("auth_time").and_then(Value::as_i64).and_then(|at| DateTime::from_timestamp(at, 0)),
            groups: match claims.get(&self.groups_claim) {
                _ if self.groups_claim.is_empty() => None,
                Some(Value::String(one)) => Some(vec![one.clone()]),
                Some(Value::Array(all)) => {
                    Some(all.iter().filter_map(Value::as_str).take(MOST_GROUPS).map(str::to_owned).collect())
                }
                _ => None,
            },
        })
    }
}

/// What a token says, once its signature was checked.
fn payload(token: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn provider(groups_claim: &str) -> Provider {
        Provider {
            issuer: "https://login.example.com".into(),
            client: "entente".into(),
            secret: "s".into(),
            discovery: json!({}),
            groups_claim: groups_claim.into(),
        }
    }

    fn claims(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn an_address_is_verified_by_a_true_that_is_no_text() {
        for (said, read) in [
            (json!({}), None),
            (json!({"email_verified": null}), None),
            (json!({"email_verified": true}), Some(true)),
            (json!({"email_verified": false}), Some(false)),
            (json!({"email_verified": "true"}), Some(false)),
            (json!({"email_verified": 1}), Some(false)),
        ] {
            let mut all = claims(said.clone());
            all.insert("sub".into(), json!("1"));
            assert_eq!(provider("").read(&all).expect("it reads").verified, read, "{said}");
        }
        assert!(provider("").read(&claims(json!({"sub": ""}))).is_err());
        assert!(provider("").read(&claims(json!({"sub": "x".repeat(256)}))).is_err());
    }

    #[test]
    fn a_missing_claim_names_no_groups_and_an_empty_one_names_none() {
        for (said, read) in [
            (json!({"sub": "1"}), None),
            (json!({"sub": "1", "groups": []}), Some(vec![])),
            (json!({"sub": "1", "groups": "sales"}), Some(vec!["sales".to_owned()])),
            (json!({"sub": "1", "groups": ["sales", 1, "it"]}), Some(vec!["sales".to_owned(), "it".to_owned()])),
            (json!({"sub": "1", "groups": {"a": 1}}), None),
        ] {
            assert_eq!(provider("groups").read(&claims(said.clone())).expect("it reads").groups, read, "{said}");
            assert_eq!(provider("").read(&claims(said)).expect("it reads").groups, None);
        }
    }

    #[test]
    fn a_token_for_another_party_or_for_later_is_not_taken() {
        let now = DateTime::from_timestamp(1_764_200_010, 0).expect("a time");
        let fits = |value: Value| provider("").is_for_us(&claims(value), now).is_ok();
        assert!(fits(json!({})) && fits(json!({"azp": "entente", "nbf": now.timestamp()})));
        for wrong in
            [json!({"azp": "other"}), json!({"azp": 1}), json!({"nbf": now.timestamp() + 120}), json!({"nbf": "soon"})]
        {
            assert!(!fits(wrong.clone()), "{wrong}");
        }
    }

    #[test]
    fn an_answer_names_its_provider_where_the_provider_says_so() {
        let mut one = provider("");
        assert!(one.is_from(None) && one.is_from(Some("https://login.example.com")));
        assert!(!one.is_from(Some("https://evil.example")));
        one.discovery = json!({"authorization_response_iss_parameter_supported": true});
        assert!(!one.is_from(None) && one.is_from(Some("https://login.example.com")));
    }
}
