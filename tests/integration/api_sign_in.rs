//! Signing in to the API, as old clients do: they read the end of their token from it, and ask for a new one with the same refresh
//! token again and again.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use customer_segments::accounts::Role;
use customer_segments::accounts::api_token::{self, NewToken};
use customer_segments::db::Id;
use reqwest::Method;
use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::support::api::{Told, keys};
use crate::support::app::PASSWORD;
use crate::support::{TestApp, TestDb, on_engines};

fn claims(access: &str) -> Value {
    let claims = access.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

fn ask(app: &TestApp, path: &str, body: &Value) -> Told {
    Told::of(Client::new().post(app.url(&format!("/api/v1/auth/{path}/"))).json(body))
}

/// As the CRM does beside us.
fn set(app: &TestApp, username: &str, values: &str) {
    use diesel::connection::SimpleConnection as _;
    let statement = format!("UPDATE auth_user SET {values} WHERE username = '{username}'");
    app.test.db.write_blocking(|connection| Ok(connection.batch_execute(&statement)?)).unwrap();
}

fn with_an_app(test: impl Fn(&TestApp)) {
    on_engines(|engine| test(&TestApp::on(TestDb::new(engine))));
}

#[test]
fn whoever_may_sign_in_gets_two_tokens_and_is_told_who_they_are() {
    with_an_app(|app| {
        let username = app.user(Role::Sales, |values| {
            values.is_staff = false;
            values.first_name = "Anong".into();
        });
        let told = ask(app, "login", &json!({"username": username, "password": PASSWORD})).good(200);
        assert_eq!(keys(&told), ["access", "refresh", "user"]);
        let user = &told["user"];
        assert_eq!(keys(user), ["id", "username", "email", "first_name", "last_name", "role", "is_staff", "is_superuser"]);
        assert_eq!((&user["first_name"], &user["role"], &user["is_staff"]), (&json!("Anong"), &json!("Sales"), &json!(false)));
        let claims = claims(told["access"].as_str().unwrap());
        assert_eq!((&claims["user_id"], &claims["username"], &claims["role"]), (&user["id"], &json!(username), &json!("Sales")));
        let now = app.test.clock.now().timestamp();
        assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(now), Some(now + 3_600)));
        assert!(claims["jti"].is_string());
        assert_eq!(app.api(&username).get("auth/me/").good(200), *user);
    });
}

#[test]
fn a_failed_sign_in_has_one_sentence_whatever_was_wrong() {
    with_an_app(|app| {
        let gone = app.user(Role::Sales, |values| values.is_active = false);
        let there = app.user(Role::Sales, |_| {});
        for (username, password) in [(&*gone, PASSWORD), (&*there, "wrong"), ("nobody", PASSWORD)] {
            let told = ask(app, "login", &json!({"username": username, "password": password}));
            assert_eq!(told.says("detail"), (401, json!("No active account found with the given credentials")));
            assert_eq!(told.header("www-authenticate"), "Bearer");
        }
        let told = ask(app, "login", &json!({"username": 7}));
        assert_eq!(told.says("username"), (400, json!(["Not a valid string."])));
        assert_eq!(told.body["password"], json!(["This field is required."]));
    });
}

#[test]
fn a_refresh_token_is_good_again_and_again_until_it_is_logged_out() {
    with_an_app(|app| {
        let api = app.api(&app.user(Role::Sales, |_| {}));
        let refresh = json!({"refresh": api.refresh});
        for _ in 0..2 {
            let told = ask(app, "refresh", &refresh).good(200);
            assert_eq!(keys(&told), ["access"]);
        }
        assert_eq!(ask(app, "logout", &refresh).good(204), Value::Null);
        assert_eq!(ask(app, "logout", &refresh).status, 204, "once more does no harm");
        assert_eq!(ask(app, "refresh", &refresh).says("detail"), (401, json!("Token is invalid or expired")));
        assert_eq!(api.get("auth/me/").status, 401, "the access token is dead with it");
    });
}

#[test]
fn logging_out_by_a_token_that_was_exchanged_ends_the_sign_in_too() {
    with_an_app(|app| {
        let api = app.api(&app.user(Role::Sales, |_| {}));
        let told = ask(app, "refresh", &json!({"refresh": api.refresh, "rotate": true})).good(200);
        assert_eq!(ask(app, "logout", &json!({"refresh": api.refresh})).status, 204);
        assert_eq!(ask(app, "refresh", &json!({"refresh": told["refresh"]})).status, 401);
    });
}

#[test]
fn a_sign_in_is_not_repeated_and_no_token_is_kept_readable() {
    with_an_app(|app| {
        let username = app.user(Role::Sales, |_| {});
        let api = app.api(&username);
        let sign_in = || {
            let request = api.request(Method::POST, "auth/login/").header("idempotency-key", "the same");
            Told::of(request.json(&json!({"username": username, "password": PASSWORD}))).good(200)["refresh"].clone()
        };
        assert_ne!(sign_in(), sign_in());
        let kept = crate::support::catalogue::contents(&app.test).get("segments_api_answer").cloned().unwrap_or_default();
        assert!(!kept.contains("csr_"), "{kept}");
    });
}

#[test]
fn a_rotated_token_is_dead_and_whoever_shows_it_ends_the_sign_in() {
    with_an_app(|app| {
        let api = app.api(&app.user(Role::Sales, |_| {}));
        let told = ask(app, "refresh", &json!({"refresh": api.refresh, "rotate": true})).good(200);
        assert_eq!(keys(&told), ["access", "refresh"]);
        assert_eq!(ask(app, "refresh", &json!({"refresh": told["refresh"]})).status, 200);
        assert_eq!(ask(app, "refresh", &json!({"refresh": api.refresh})).status, 401, "it was exchanged");
        assert_eq!(ask(app, "refresh", &json!({"refresh": told["refresh"]})).status, 401, "somebody has a copy");
    });
}

#[test]
fn tokens_end_by_the_clock_with_the_password_and_with_the_account() {
    with_an_app(|app| {
        let username = app.user(Role::Sales, |_| {});
        let (api, other) = (app.api(&username), app.api(&username));
        let began = app.test.clock.now();
        app.test.set_now(began + TimeDelta::minutes(61));
        assert_eq!(api.get("auth/me/").status, 401);
        assert_eq!(ask(app, "refresh", &json!({"refresh": api.refresh})).status, 200);
        app.test.set_now(began + TimeDelta::days(8));
        assert_eq!(ask(app, "refresh", &json!({"refresh": api.refresh})).status, 401);
        app.test.set_now(began);
        assert_eq!(other.get("auth/me/").status, 200);
        set(app, &username, "password = 'another'");
        assert_eq!(other.get("auth/me/").status, 401, "the password is another one, whoever changed it");
        assert_eq!(ask(app, "refresh", &json!({"refresh": other.refresh})).status, 401);
        let username = app.user(Role::Sales, |_| {});
        let api = app.api(&username);
        set(app, &username, "is_active = FALSE");
        assert_eq!(api.get("auth/me/").status, 401);
    });
}

#[test]
fn what_is_no_token_of_ours_opens_nothing() {
    with_an_app(|app| {
        let api = app.api(&app.user(Role::Sales, |_| {}));
        let (head, signature) = api.access.rsplit_once('.').unwrap();
        let (_, claims) = head.split_once('.').unwrap();
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let forged = [
            format!("{none}.{claims}."),
            format!("{none}.{claims}.{signature}"),
            format!("{head}.{}", "A".repeat(43)),
            String::new(),
            "x".into(),
        ];
        for token in forged {
            let told = Told::of(Client::new().get(app.url("/api/v1/auth/me/")).bearer_auth(&token));
            assert_eq!(told.says("status"), (401, json!(401)), "{token}");
        }
        let told = Told::of(Client::new().get(app.url("/api/v1/auth/me/")));
        assert_eq!(told.says("detail"), (401, json!("Authentication credentials were not provided.")));
        let told = Told::of(Client::new().get(app.url("/api/v1/auth/me/")).header("authorization", "Basic eDp4"));
        assert_eq!(told.status, 401);
    });
}

#[test]
fn a_token_is_made_on_a_page_that_shows_it_once_and_is_revoked_there() {
    with_an_app(|app| {
        let person = app.staff();
        let empty = person.open("/admin/account/tokens/");
        assert!(empty.text("main").contains("You have none."));
        let refused = person.submit(&empty.form_at("#token-form").fill("name", " "));
        assert_eq!((refused.status, refused.text(".errorlist")), (200, "Enter what the token is for.".to_owned()));
        let form = person.open("/admin/account/tokens/").form_at("#token-form").fill("name", "ไทย report");
        let made = person.submit(&form);
        let token = made.attributes("#id_token", "value").pop().unwrap();
        assert!(token.starts_with("csp_"), "{token}");
        let ask = || Told::of(Client::new().get(app.url("/api/v1/auth/me/")).bearer_auth(&token)).status;
        assert_eq!(ask(), 200);
        let again = person.submit(&form);
        assert!(again.text(".errorlist").contains("was made already"), "{}", again.text("main"));
        let page = person.open("/admin/account/tokens/");
        assert!(!page.body.contains(&token) && page.texts("#tokens-form th[scope=row]") == ["ไทย report"]);
        assert!(page.text("#tokens-form tbody").contains("Read and change"));
        let key = page.attributes("#tokens-form [name=revoke]", "value").pop().unwrap();
        let other = app.staff();
        other.submit(&other.open("/admin/account/tokens/").form_at("#token-form").and("revoke", &key));
        assert_eq!(ask(), 200, "nobody revokes another's");
        let revoked = person.submit(&page.form_at("#tokens-form").and("revoke", &key));
        assert!(person.follow(&revoked).text(".messagelist").contains("“ไทย report” is revoked"));
        assert_eq!(ask(), 401);
        let history = crate::support::catalogue::contents(&app.test)["segments_event"].clone();
        assert!(history.contains("Made the API token “ไทย report”.") && history.contains("Revoked the API token"));
    });
}

#[test]
fn a_personal_token_acts_as_its_owner_until_it_ends_and_may_be_for_reading_only() {
    with_an_app(|app| {
        let person = app.staff();
        let actor = crate::races::actor(&person);
        let make = |is_read_only: bool, days: Option<i64>| {
            let new = NewToken { id: Id::new(), name: "Reports".into(), is_read_only, days };
            app.test.db.write_blocking(|connection| api_token::make(connection, &actor, app.test.clock.now(), &new)).unwrap()
        };
        let (whole, reading) = (make(false, Some(30)), make(true, None));
        let ask = |method: Method, token: &str| {
            Told::of(Client::new().request(method, app.url("/api/v1/segments/")).bearer_auth(token).json(&json!({})))
        };
        assert_eq!(ask(Method::GET, &reading).status, 200);
        assert_eq!(ask(Method::POST, &reading).says("detail"), (403, json!("This token is good for reading only.")));
        assert_eq!(ask(Method::POST, &whole).status, 400, "it may, but says nothing");
        app.test.set_now(app.test.clock.now() + TimeDelta::days(31));
        assert_eq!((ask(Method::GET, &whole).status, ask(Method::GET, &reading).status), (401, 200));
        let stored = |column: &str| crate::support::catalogue::contents(&app.test).get(column).cloned().unwrap_or_default();
        assert!(!stored("segments_api_token").contains(&reading), "only a hash is kept");
    });
}

#[test]
fn programs_stand_among_ones_sessions_and_are_ended_there() {
    with_an_app(|app| {
        let username = app.user(Role::Sales, |user| user.is_staff = true);
        let (person, first) = (app.sign_in(&username), app.api(&username));
        let page = person.open("/admin/account/");
        assert!(page.text("#sessions-form").contains("1 sign-in of a program (API)"), "{}", page.text("#sessions-form"));
        let ended = person.submit(&page.form_at("#sessions-form").and("end", "api"));
        assert!(person.follow(&ended).text(".messagelist").contains("1 sign-in of programs ended."));
        assert_eq!((first.get("auth/me/").status, person.get("/admin/").status), (401, 200));
        let (second, third) = (app.api(&username), app.api(&username));
        let ended = person.submit(&person.open("/admin/account/").form_at("#sessions-form").and("end_others", "1"));
        assert!(person.follow(&ended).text(".messagelist").contains("2 other sessions"));
        assert_eq!([second, third].map(|api| api.get("auth/me/").status), [401, 401]);
    });
}

#[test]
fn an_admin_sees_the_programs_of_a_user_and_ends_them() {
    with_an_app(|app| {
        let person = app.staff();
        let actor = crate::races::actor(&person);
        let new = NewToken { id: Id::new(), name: "Reports".into(), is_read_only: true, days: None };
        let token = app.test.db.write_blocking(|connection| api_token::make(connection, &actor, app.test.clock.now(), &new)).unwrap();
        let (api, admin) = (app.api(&person.username), app.superuser());
        let at = format!("/admin/crm_app/user/{}/sessions/", person.id.unwrap());
        let page = admin.open(&at);
        assert!(page.text("#sessions-form").contains("1 sign-in of a program (API)"));
        assert_eq!(page.texts("#sessions-form th[scope=row]").last().map(String::as_str), Some("Reports"));
        let ask = || Told::of(Client::new().get(app.url("/api/v1/auth/me/")).bearer_auth(&token)).status;
        let ended = admin.submit(&page.form_at("#sessions-form"));
        assert!(admin.follow(&ended).text(".messagelist").contains("is signed out: 2 sessions ended."));
        assert_eq!((api.get("auth/me/").status, person.get("/admin/").status, ask()), (401, 302, 200));
        let page = admin.open(&at);
        assert!(page.text("#sessions-form").contains("is not signed in anywhere"));
        let ended = admin.submit(&page.form_at("#sessions-form").and("with_tokens", "on"));
        assert!(admin.follow(&ended).text(".messagelist").contains("0 sessions ended, 1 API token revoked."));
        assert_eq!(ask(), 401);
        let history = crate::support::catalogue::contents(&app.test)["segments_event"].clone();
        assert!(history.contains("Revoked every API token."));
    });
}
