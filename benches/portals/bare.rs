//! The least that can be done with the same tools: actix-web, an r2d2 pool of diesel connections, the statements, the
//! bytes. No session, no actor, no form, no template, no log.

use std::{env, fs, path::Path, sync::Arc};

use actix_web::{App, HttpResponse, HttpServer, http::StatusCode, web};
use diesel::{
    PgConnection, RunQueryDsl as _,
    connection::SimpleConnection as _,
    r2d2::{ConnectionManager, CustomizeConnection, Pool},
    sql_query,
};
use entente::access::password::{self, Secret};

use super::{
    Outcome,
    capture::{Order, Plan},
    load,
};

type Connections = Pool<ConnectionManager<PgConnection>>;

#[derive(Debug)]
struct Prepare(Arc<Plan>);

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Prepare {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        for (at, order) in self.0.orders.iter().enumerate() {
            for (number, statement) in order.statements.iter().enumerate().filter(|(_, one)| one.prepared) {
                conn.batch_execute(&format!("PREPARE s_{at}_{number} AS {}", statement.sql))
                    .map_err(diesel::r2d2::Error::QueryError)?;
            }
        }
        Ok(())
    }
}

fn answer(conn: &mut PgConnection, at: usize, order: &Order) -> diesel::QueryResult<()> {
    for (number, statement) in order.statements.iter().enumerate() {
        match statement.prepared {
            true => conn.batch_execute(&format!("EXECUTE s_{at}_{number}"))?,
            false => drop(sql_query(statement.sql.as_str()).execute(conn)?),
        }
    }
    Ok(())
}

async fn handle(
    path: web::Path<usize>,
    plan: web::Data<Plan>,
    pool: web::Data<Connections>,
    hash: web::Data<String>,
) -> actix_web::Result<HttpResponse> {
    let at = path.into_inner();
    let Some(order) = plan.orders.get(at) else { return Ok(HttpResponse::NotFound().finish()) };
    if order.proves {
        password::matches(Secret(load::PASSWORD.into()), Some(hash.get_ref().clone())).await?;
    }
    let (orders, pool) = (plan.clone(), pool.clone());
    web::block(move || -> Result<(), String> {
        let mut conn = pool.get().map_err(|error| error.to_string())?;
        answer(&mut conn, at, &orders.orders[at]).map_err(|error| error.to_string())
    })
    .await?
    .map_err(actix_web::error::ErrorInternalServerError)?;
    let status = StatusCode::from_u16(order.status).unwrap_or(StatusCode::OK);
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(order.body.clone()))
}

pub fn serve(plan: &Path) -> Outcome {
    let plan: Plan = serde_json::from_slice(&fs::read(plan)?)?;
    let port: u16 = env::var("BARE_PORT")?.parse()?;
    let (size, workers) = (8, std::thread::available_parallelism()?.get());
    let plan = Arc::new(plan);
    let pool = Pool::builder()
        .max_size(size)
        .test_on_check_out(false)
        .connection_customizer(Box::new(Prepare(plan.clone())))
        .build(ConnectionManager::new(&plan.database))?;
    let hash = web::Data::new(password::hash_now(load::PASSWORD)?);
    let (plan, pool) = (web::Data::from(plan), web::Data::new(pool));
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            App::new()
                .app_data(plan.clone())
                .app_data(pool.clone())
                .app_data(hash.clone())
                .route("/{at}", web::to(handle))
        })
        .workers(workers)
        .worker_max_blocking_threads((size as usize).div_ceil(workers))
        .bind(("127.0.0.1", port))?
        .run()
        .await
    })?;
    Ok(())
}
