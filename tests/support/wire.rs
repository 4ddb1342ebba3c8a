//! The tests' browser over a real connection: to a program that may die meanwhile.

use std::rc::Rc;

use actix_web::{
    HttpMessage as _, HttpResponse,
    dev::ServiceResponse,
    http::{StatusCode, header},
    test::TestRequest,
};
use futures_util::{StreamExt as _, future::LocalBoxFuture};

use super::{Client, world::Serve};

/// The answer when there was none: the connection failed or broke.
pub const NO_ANSWER: u16 = 599;

/// Somebody with a browser that was never at `url`.
pub fn stranger(url: &str) -> Client {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client");
    let url = url.to_owned();
    let serve: Serve = Rc::new(move |mut request: actix_http::Request| {
        let (http, url) = (http.clone(), url.clone());
        let answer: LocalBoxFuture<'static, ServiceResponse> = Box::pin(async move {
            let mut body = Vec::new();
            let mut payload = request.take_payload();
            while let Some(Ok(piece)) = payload.next().await {
                body.extend_from_slice(&piece);
            }
            let method = request.method().as_str().parse().expect("a method");
            let mut asked = http.request(method, format!("{url}{}", request.uri())).body(body);
            for (name, value) in request.headers() {
                asked = asked.header(name.as_str(), value.as_bytes());
            }
            let response = match send(asked).await {
                Ok(response) => response,
                Err(_) => HttpResponse::build(StatusCode::from_u16(NO_ANSWER).expect("a status")).finish(),
            };
            ServiceResponse::new(TestRequest::default().to_http_request(), response)
        });
        answer
    });
    Client::new(serve)
}

async fn send(asked: reqwest::RequestBuilder) -> reqwest::Result<HttpResponse> {
    let answer = asked.send().await?;
    let status = StatusCode::from_u16(answer.status().as_u16()).expect("a status");
    let mut response = HttpResponse::build(status);
    for (name, value) in answer.headers() {
        if name.as_str() != header::TRANSFER_ENCODING.as_str() {
            response.append_header((name.as_str(), value.as_bytes()));
        }
    }
    let body = answer.bytes().await?;
    Ok(response.body(body))
}
