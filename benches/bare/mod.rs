//! A page of a hundred contacts and nothing else: what actix-web, askama and diesel cost by themselves.

use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use actix_web::middleware::Compress;
use actix_web::rt::System;
use actix_web::web::{Data, Html, get};
use actix_web::{App, HttpServer};
use askama::Template;
use customer_segments::customers::contact::{self, Row};
use customer_segments::db::Db;
use customer_segments::db::dialect::Word;
use customer_segments::query::{Selection, Sql};

/// The page.
#[derive(Template)]
#[template(
    source = "<!doctype html><title>Contacts</title><table>{% for row in rows %}<tr><td><a href=\"{{ row.contact.id }}\">{{ row.contact.name }}</a>\
        <td>{{ row.company_name }}<td>{{ row.contact.title }}<td>{{ row.contact.email }}<td>{{ row.contact.contact_type }}\
        <td>{{ row.contact.is_active }}<td>{{ row.contact.unsubscribed }}</tr>{% endfor %}</table>",
    ext = "html"
)]
struct List {
    rows: Vec<Row>,
}

async fn list(db: Data<Db>) -> Html {
    let everybody = Sql::from("1 = 1");
    let order = Sql::from("crm_app_contact.name") + Word::ByteOrder + ", crm_app_contact.id";
    let read = db.read(move |connection| contact::list(connection, &Selection::first(&everybody, &order, 100)));
    Html::new(List { rows: read.await.unwrap() }.render().unwrap())
}

/// Serves it on a port of its own while `visit` runs, which is told where.
pub(crate) fn serve<T>(db: Db, visit: impl FnOnce(&str) -> T) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (started, handle) = mpsc::channel();
    let server = thread::spawn(move || {
        System::new().block_on(async move {
            let app = move || App::new().app_data(Data::new(db.clone())).wrap(Compress::default()).route("/", get().to(list));
            let server = HttpServer::new(app).tcp_nodelay(true).listen(listener).unwrap().run();
            started.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    let handle = handle.recv().unwrap();
    let seen = visit(&url);
    // The future need not be awaited for the server to be told.
    drop(handle.stop(false));
    server.join().unwrap();
    seen
}
