//! Under which names the program answers, and what a proxy may ask of them.

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    middleware::Next,
    web,
};
use serde::Deserialize;

use crate::{
    kit::{
        brand::{Under, name_of},
        problem::{Problem, Result},
        visit::House,
        words::{Lang, Say as _},
    },
    t,
};

/// What probes ask by whatever name they know: it tells nothing of anybody.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// What a distributor's own name says of itself: what stands below it is not the operator's.
const THIS_NAME_ALONE: &str = "max-age=31536000";

/// A request under a name that is none of ours ends here, and learns nothing of those that are.
pub async fn known<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let house = request.app_data::<web::Data<House>>().cloned();
    let under = house.as_ref().map(|house| house.public.under(request.head(), &house.brands.now()));
    let unknown = matches!(under, Some(Under::Unknown)) && !HEALTH.contains(&request.path());
    match house.filter(|_| unknown) {
        None => {
            let mut response = next.call(request).await?;
            if matches!(under, Some(Under::Brand(_))) {
                let alone = HeaderValue::from_static(THIS_NAME_ALONE);
                response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, alone);
            }
            Ok(response.map_into_left_body())
        }
        Some(house) => {
            let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok());
            let lang = accepted.and_then(|accepted| Lang::accepted(accepted, house.pseudo)).unwrap_or(Lang::ENGLISH);
            let words = t!("There is no page at this host name. Check the address.").said(lang);
            let answer = HttpResponse::build(StatusCode::MISDIRECTED_REQUEST)
                .content_type("text/plain; charset=utf-8")
                .body(format!("{words}\n"));
            Ok(request.into_response(answer).map_into_right_body())
        }
    }
}

#[derive(Deserialize)]
pub struct Asked {
    domain: String,
}

/// `GET /-/tls-ask?domain=`: whether a proxy on this machine may get a certificate for the name, as Caddy's `on_demand_tls` asks. For
/// names that were proven and lead here, and for the public one. From elsewhere there is no such page, also not through the proxy.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn tls_ask(
    request: HttpRequest,
    asked: Option<web::Query<Asked>>,
    house: web::Data<House>,
) -> Result<HttpResponse> {
    let asked = asked.ok_or(Problem::NotFound)?;
    let near = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let handed_on = ["x-forwarded-for", "x-forwarded-host", "forwarded", "via"];
    let brands = house.brands.now();
    let direct = matches!(house.public.under(request.head(), &brands), Under::Public)
        && !handed_on.iter().any(|header| request.headers().contains_key(*header));
    let name = name_of(&asked.domain);
    let ours = name == house.public.host() || brands.host(&name).is_some_and(|host| host.leads_here);
    if near && direct && ours { Ok(HttpResponse::Ok().finish()) } else { Err(Problem::NotFound) }
}
