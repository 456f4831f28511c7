//! The JSON API as the CRM's React app uses it: from a page of another origin, which asks before it sends (CORS), with tokens.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};

use super::at_a_site;
use crate::driver::Scripts;
use crate::support::app::PASSWORD;
use crate::window::Window;
use crate::world::World;

/// What the page of the other origin runs.
const CLIENT: &str = include_str!("../client.js");

/// Another site, with one page, which runs the client; where it is. It lives as long as the tests do.
fn other_site() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // The beginning is enough: it has one page, whatever is asked for.
            let _ = stream.read(&mut [0; 1024]).unwrap();
            let page = format!("<!doctype html><title>Another site</title><script>{CLIENT}</script>");
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n";
            write!(stream, "{head}Content-Length: {}\r\n\r\n{page}", page.len()).unwrap();
        }
    });
    origin
}

/// What comes of an afternoon with the app, or why nothing does.
fn afternoon(window: &Window) -> Value {
    let script = "const done = arguments[3]; \
        afternoon(arguments[0], arguments[1], arguments[2]).then(done, (error) => done({ failed: String(error) }))";
    window.script_until_done(script, &[json!(window.world.app.url("")), json!("somchai"), json!(PASSWORD)])
}

#[test]
fn the_app_of_another_origin_signs_in_lists_makes_previews_copies_counts_and_deletes() {
    let origin = other_site();
    at_a_site(Scripts::On, |window| {
        window.move_to(World::open_to(&origin));
        window.go_to(&origin);
        let told = afternoon(window);
        let is = |path: &str, value: Value| assert_eq!(told.pointer(path), Some(&value), "{path} of {told:#}");
        is("/refused/status", json!(401));
        is("/refused/detail", json!("No active account found with the given credentials"));
        is("/login/status", json!(200));
        is("/login/user/username", json!("somchai"));
        is("/me/role", json!("Sales"));
        is("/claims/username", json!("somchai"));
        let claim = |name: &str| told["claims"][name].as_i64().unwrap();
        assert_eq!(claim("exp") - claim("iat"), 60 * 60);
        is("/refreshed", json!([200, 200]));
        assert!(told["list"]["results"].as_array().unwrap().len() == 5, "with a token that was got when the other was dead: {told:#}");
        assert!(told["list"]["next"].as_str().unwrap().starts_with(&window.world.app.url("/api/v1/segments/")));
        is("/preview/valid", json!(true));
        is("/created/status", json!(201));
        assert!(told["created"]["etag"].as_str().is_some_and(|etag| etag.starts_with('"')), "it may read what it must send back");
        is("/created/body/member_count", told["preview"]["estimated_count"].clone());
        is("/taken", json!(["Customer Segment with this Name already exists."]));
        is("/changed", json!("Made elsewhere"));
        is("/members/count", told["created"]["body"]["member_count"].clone());
        assert_eq!(told["members"]["results"].as_array().unwrap().len(), 3);
        is("/copy/status", json!(201));
        is("/copy/body/description", json!("Cloned from: From the app"));
        is("/recalculated/message", json!("Segment recalculated successfully"));
        is("/enrolled", json!(501));
        is("/deleted", json!(204));
        is("/gone", json!(404));
        is("/logout", json!(204));
        is("/dead", json!(401));
        is("/out", json!(401));
    });
}

#[test]
fn an_app_of_an_origin_that_the_settings_do_not_name_learns_nothing() {
    let origin = other_site();
    at_a_site(Scripts::On, |window| {
        window.go_to(&origin);
        assert_eq!(afternoon(window), json!({"failed": "TypeError: Failed to fetch"}));
    });
}
